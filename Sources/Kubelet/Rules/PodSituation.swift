// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// A container as the runtime shows it.
struct ObservedContainer: Sendable, Equatable {
    var status: CRI.ContainerStatus
    var sandboxID: String

    var id: String { status.id }
    var name: String { status.labels[RuntimeLabel.containerName] ?? status.metadata.name }
    var state: CRI.ContainerState { status.state }
    /// How often the container had been started before this one.
    var restartCount: Int32 {
        status.annotations[RuntimeLabel.restartCount].flatMap { Int32($0) } ?? Int32(clamping: status.metadata.attempt)
    }
    /// Of the specification that it was made from; see `ContainerHash`.
    var hash: String? { status.annotations[RuntimeLabel.hash] }
    var finishedAt: Moment { Moment(nanoseconds: status.finishedAt) }
    var startedAt: Moment { Moment(nanoseconds: status.startedAt) }
}

/// All that the runtime has of one pod.
struct ObservedPod: Sendable, Equatable {
    /// Newest first.
    var sandboxes: [CRI.PodSandboxStatus] = []
    /// Newest first.
    var containers: [ObservedContainer] = []

    /// The sandbox that containers are made in; nil where it has to be made (anew).
    var liveSandbox: CRI.PodSandboxStatus? { sandboxes.first.flatMap { $0.sandbox.state == .ready ? $0 : nil } }

    /// The newest container of this name, of any sandbox.
    func latest(_ name: String) -> ObservedContainer? { containers.first { $0.name == name } }

    var running: [ObservedContainer] { containers.filter { $0.state == .running || $0.state == .unknown } }

    /// Puts the newest first, as the other members expect it.
    mutating func sort() {
        sandboxes.sort {
            ($0.sandbox.metadata.attempt, $0.sandbox.createdAt) > ($1.sandbox.metadata.attempt, $1.sandbox.createdAt)
        }
        containers.sort { ($0.restartCount, $0.status.createdAt) > ($1.restartCount, $1.status.createdAt) }
    }
}

/// Labels and annotations on sandboxes and containers, by which a restarted kubelet finds its own again.
enum RuntimeLabel {
    static let podName = "io.kubernetes.pod.name"
    static let podNamespace = "io.kubernetes.pod.namespace"
    static let podUID = "io.kubernetes.pod.uid"
    static let containerName = "io.kubernetes.container.name"
    static let hash = "io.kubernetes.container.hash"
    static let restartCount = "io.kubernetes.container.restartCount"
    static let terminationMessagePath = "io.kubernetes.container.terminationMessagePath"
    static let terminationMessagePolicy = "io.kubernetes.container.terminationMessagePolicy"
    static let podDeletionGracePeriod = "io.kubernetes.pod.deletionGracePeriod"
    static let podTerminationGracePeriod = "io.kubernetes.pod.terminationGracePeriod"
}

/// Work on a pod that is under way.
enum PodOperation: Hashable, Sendable {
    case sandbox
    case volumes
    case start(String)
    /// Of a container, by ID.
    case kill(String)
    /// Of a container, by ID: its stop, which is under way, has less time now.
    case hasten(String)
    /// Of a container, by ID.
    case remove(String)
    case stopSandbox(String)
}

/// What the probes of a running container found.
struct ProbeVerdict: Sendable, Equatable {
    /// Nil as long as there is no startup probe or it has not decided.
    var startup: Bool?
    var liveness: Bool?
    var readiness: Bool?
}

/// Why something could not be started.
struct StartFailure: Sendable, Equatable {
    /// As in `ContainerStateWaiting`: `ErrImagePull`, `CreateContainerConfigError`, ...
    var reason: String
    var message: String
    /// When it may be tried again.
    var retryAt: Moment
}

/// Why a pod must come to its end.
enum PodEnding: Sendable, Equatable {
    /// The API object has a deletion timestamp, or is gone.
    case deleted(since: Moment, grace: Duration)
    /// `activeDeadlineSeconds` ran out.
    case deadlineExceeded(since: Moment)
    /// The API object says Succeeded or Failed already (an eviction, for instance).
    case terminal
}

/// All that decides what to do next with a pod.
struct PodSituation: Sendable {
    var pod: Pod
    var observed = ObservedPod()
    /// By container ID.
    var probes: [String: ProbeVerdict] = [:]
    var backoff = FailureBackoff()
    /// By container name.
    var failures: [String: StartFailure] = [:]
    var sandboxFailure: StartFailure?
    var volumeFailure: StartFailure?
    /// IDs of the sandboxes that were stopped and so gave back their network.
    var released: Set<String> = []
    var operations: Set<PodOperation> = []
    var ending: PodEnding?
    /// Whether all volumes are mounted.
    var isMounted = false
    var now: Moment

    /// The key of a container's restarts in ``backoff``: changes with the container's specification.
    func backoffKey(_ container: PodContainer) -> String { "\(container.name)/\(ContainerHash.of(container.spec))" }
}
