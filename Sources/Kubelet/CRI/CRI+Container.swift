// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CRI {
    public struct ContainerMetadata: Sendable, Hashable {
        public var name: String
        /// How often the container was made anew: the number in the name of its log file.
        public var attempt: UInt32

        public init(name: String, attempt: UInt32 = 0) {
            self.name = name
            self.attempt = attempt
        }
    }

    public struct EnvironmentVariable: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public enum MountPropagation: Sendable, Hashable { case none, hostToContainer, bidirectional }

    /// A path of the host in a container.
    public struct Mount: Sendable, Hashable {
        public var containerPath: String
        public var hostPath: String
        public var readOnly: Bool
        public var seLinuxRelabel = false
        public var propagation: MountPropagation
        /// Read-only for everything mounted below too; only where the runtime offers it.
        public var recursiveReadOnly = false

        public init(
            containerPath: String, hostPath: String, readOnly: Bool = false, propagation: MountPropagation = .none
        ) {
            self.containerPath = containerPath
            self.hostPath = hostPath
            self.readOnly = readOnly
            self.propagation = propagation
        }
    }

    public struct Device: Sendable, Hashable {
        public var containerPath: String
        public var hostPath: String
        /// Some of `r`, `w`, `m`.
        public var permissions: String

        public init(containerPath: String, hostPath: String, permissions: String) {
            self.containerPath = containerPath
            self.hostPath = hostPath
            self.permissions = permissions
        }
    }

    /// Limits of a container; nil leaves the runtime's default.
    public struct LinuxResources: Sendable, Hashable {
        /// Microseconds.
        public var cpuPeriod: Int64?
        /// Microseconds of each period; -1 is no limit.
        public var cpuQuota: Int64?
        public var cpuShares: Int64?
        /// Bytes.
        public var memoryLimit: Int64?
        public var oomScoreAdjust: Int64?
        public var cpusetCPUs = ""
        public var cpusetMemories = ""
        /// Bytes, by page size such as `2MB`.
        public var hugepageLimits: [String: UInt64] = [:]
        /// Values for files of cgroup v2.
        public var unified: [String: String] = [:]
        /// Bytes, memory and swap together.
        public var memorySwapLimit: Int64?

        public init() {}
    }

    /// How much a container's process may do.
    public struct LinuxSecurityContext: Sendable, Equatable {
        public var addCapabilities: [String] = []
        public var dropCapabilities: [String] = []
        public var privileged = false
        public var namespaces = NamespaceOptions()
        public var seLinux: SELinuxOptions?
        public var runAsUser: Int64?
        /// Instead of `runAsUser`: a name from the image.
        public var runAsUsername = ""
        public var runAsGroup: Int64?
        public var readOnlyRootFilesystem = false
        public var supplementalGroups: [Int64] = []
        public var noNewPrivileges = false
        public var maskedPaths: [String] = []
        public var readOnlyPaths: [String] = []
        public var seccomp: SecurityProfile?
        public var appArmor: SecurityProfile?

        public init() {}
    }

    /// Everything that makes a container.
    public struct ContainerConfig: Sendable, Equatable {
        public var metadata: ContainerMetadata
        /// Reference that ``ContainerRuntime/pullImage(_:credentials:sandbox:)`` or an image's status gave.
        public var image: String
        /// The image as the user named it.
        public var userSpecifiedImage = ""
        /// Replaces the image's entry point where not empty.
        public var command: [String] = []
        public var arguments: [String] = []
        public var workingDirectory = ""
        public var environment: [EnvironmentVariable] = []
        public var mounts: [Mount] = []
        public var devices: [Device] = []
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]
        /// Relative to the sandbox's log directory.
        public var logPath = ""
        public var stdin = false
        /// Close stdin after the first attached session has ended.
        public var stdinOnce = false
        public var tty = false
        public var resources = LinuxResources()
        public var security = LinuxSecurityContext()
        /// Replaces the image's stop signal where not nil: a name such as `SIGUSR1`; runtimes from containerd 2.1 on.
        public var stopSignal: String?

        public init(metadata: ContainerMetadata, image: String) {
            self.metadata = metadata
            self.image = image
        }
    }

    public enum ContainerState: Sendable, Hashable { case created, running, exited, unknown }

    /// A container in a list.
    public struct Container: Sendable, Equatable {
        public var id: String
        public var podSandboxID: String
        public var metadata: ContainerMetadata
        public var image: String
        public var imageRef: String
        public var state: ContainerState
        /// Nanoseconds since 1970.
        public var createdAt: Int64
        public var labels: [String: String]
        public var annotations: [String: String]

        public init(
            id: String, podSandboxID: String, metadata: ContainerMetadata, image: String = "", imageRef: String = "",
            state: ContainerState = .created, createdAt: Int64 = 0, labels: [String: String] = [:],
            annotations: [String: String] = [:]
        ) {
            self.id = id
            self.podSandboxID = podSandboxID
            self.metadata = metadata
            self.image = image
            self.imageRef = imageRef
            self.state = state
            self.createdAt = createdAt
            self.labels = labels
            self.annotations = annotations
        }
    }

    /// A container with its times and its end.
    public struct ContainerStatus: Sendable, Equatable {
        public var id: String
        public var metadata: ContainerMetadata
        public var state = ContainerState.unknown
        /// Nanoseconds since 1970; 0 where it has not happened.
        public var createdAt: Int64 = 0
        public var startedAt: Int64 = 0
        public var finishedAt: Int64 = 0
        public var exitCode: Int32 = 0
        public var image = ""
        /// The image with its digest.
        public var imageRef = ""
        public var imageID = ""
        /// One word: `Completed`, `Error`, `OOMKilled`, ...
        public var reason = ""
        public var message = ""
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]
        public var mounts: [Mount] = []
        /// Absolute path of the log file.
        public var logPath = ""

        public init(id: String, metadata: ContainerMetadata) {
            self.id = id
            self.metadata = metadata
        }
    }

    /// Which containers to list; all parts must match, empty ones match everything.
    public struct ContainerFilter: Sendable, Equatable {
        public var id: String?
        public var state: ContainerState?
        public var podSandboxID: String?
        public var labels: [String: String]

        public init(
            id: String? = nil, state: ContainerState? = nil, podSandboxID: String? = nil, labels: [String: String] = [:]
        ) {
            self.id = id
            self.state = state
            self.podSandboxID = podSandboxID
            self.labels = labels
        }
    }
}
