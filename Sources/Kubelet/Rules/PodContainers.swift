// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI

/// What a container is to its pod.
enum ContainerKind: Sendable, Hashable {
    /// Runs to its end before the next one starts.
    case initialization
    /// An init container with restartPolicy Always: runs as long as the pod (KEP-753).
    case sidecar
    case app
    /// Put into a running pod by `kubectl debug`; never restarted.
    case ephemeral
}

/// A container of a pod with its kind.
struct PodContainer: Sendable, Equatable {
    var kind: ContainerKind
    var spec: Container
    /// Of an ephemeral container: whose process namespace it shares; empty otherwise.
    var targetContainerName = ""

    var name: String { spec.name }
}

extension Pod {
    /// The init containers and sidecars, in their order.
    var initializers: [PodContainer] {
        spec.initContainers.map {
            PodContainer(kind: $0.restartPolicy == ContainerRestartPolicy.always ? .sidecar : .initialization, spec: $0)
        }
    }

    var appContainers: [PodContainer] { spec.containers.map { PodContainer(kind: .app, spec: $0) } }

    var debugContainers: [PodContainer] {
        spec.ephemeralContainers.map {
            PodContainer(
                kind: .ephemeral, spec: Container($0.ephemeralContainerCommon),
                targetContainerName: $0.targetContainerName)
        }
    }

    /// All containers: init, app, ephemeral.
    var everyContainer: [PodContainer] { initializers + appContainers + debugContainers }

    func container(named name: String) -> PodContainer? { everyContainer.first { $0.name == name } }

    /// How events and messages of Kubernetes name a pod: `name_namespace(uid)`.
    var longName: String { "\(metadata.name)_\(metadata.namespace)(\(metadata.uid))" }

    /// Seconds that containers get to end by themselves, when nothing else says so.
    var gracePeriod: Duration { .seconds(max(0, spec.terminationGracePeriodSeconds ?? 30)) }
}
