// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

@testable import Kubelet

/// A pod `default/web` on node `node-1`, with these containers.
func makePod(_ containers: [String] = ["app"], _ change: (inout Pod) -> Void = { _ in }) -> Pod {
    var pod = Pod {
        $0.metadata.name = "web"
        $0.metadata.namespace = "default"
        $0.metadata.uid = "uid-1"
        $0.metadata.generation = 1
        $0.spec.nodeName = "node-1"
        $0.spec.restartPolicy = "Always"
        $0.spec.containers = containers.map { makeContainer($0) }
        $0.status.phase = "Pending"
    }
    change(&pod)
    return pod
}

/// A container with image `web:1`.
func makeContainer(_ name: String, _ change: (inout Container) -> Void = { _ in }) -> Container {
    var container = Container {
        $0.name = name
        $0.image = "web:1"
        $0.imagePullPolicy = "IfNotPresent"
    }
    change(&container)
    return container
}

/// A ready sandbox.
func makeSandbox(_ id: String = "s1", ready: Bool = true, attempt: UInt32 = 0, ips: [String] = ["10.244.0.2"])
    -> CRI.PodSandboxStatus
{
    CRI.PodSandboxStatus(
        sandbox: CRI.PodSandbox(
            id: id, metadata: CRI.PodSandboxMetadata(name: "web", uid: "uid-1", namespace: "default", attempt: attempt),
            state: ready ? .ready : .notReady),
        ips: ips)
}

/// A container of the runtime, made from `makeContainer`.
func makeObserved(
    _ name: String, _ state: CRI.ContainerState, id: String? = nil, exit: Int32 = 0, restarts: Int = 0,
    sandbox: String = "s1",
    finished: Int64 = 0
) -> ObservedContainer {
    var status = CRI.ContainerStatus(
        id: id ?? "\(name)-\(restarts)", metadata: CRI.ContainerMetadata(name: name, attempt: UInt32(restarts)))
    status.state = state
    status.exitCode = exit
    status.labels = [RuntimeLabel.containerName: name]
    status.annotations = [
        RuntimeLabel.restartCount: String(restarts), RuntimeLabel.hash: ContainerHash.of(makeContainer(name)),
    ]
    status.createdAt = 1 + Int64(restarts)
    status.startedAt = 1_000_000_000
    status.finishedAt = finished * 1_000_000_000
    return ObservedContainer(status: status, sandboxID: sandbox)
}

/// A situation at second 1000 with a ready sandbox and mounted volumes.
func makeSituation(
    _ pod: Pod, _ containers: [ObservedContainer] = [], _ change: (inout PodSituation) -> Void = { _ in }
) -> PodSituation {
    var situation = PodSituation(pod: pod, now: Moment(seconds: 1000))
    situation.observed.sandboxes = [makeSandbox()]
    situation.observed.containers = containers
    situation.observed.sort()
    situation.isMounted = true
    change(&situation)
    return situation
}

extension PodAction {
    /// A short form for tables.
    var text: String {
        switch self {
        case .mountVolumes: "mount"
        case .createSandbox(let attempt): "sandbox \(attempt)"
        case .stopSandbox(let id): "stop \(id)"
        case .startContainer(let container, let count): "start \(container.name) \(count)"
        case .killContainer(_, let name, let reason, let grace): "kill \(name) \(reason) \(grace.components.seconds)"
        case .removeContainer(let id): "remove \(id)"
        }
    }
}
