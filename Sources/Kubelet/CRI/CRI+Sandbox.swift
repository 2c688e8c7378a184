// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CRI {
    /// What names a sandbox among all of a node.
    public struct PodSandboxMetadata: Sendable, Hashable {
        public var name: String
        public var uid: String
        public var namespace: String
        /// How often the pod's sandbox was made anew.
        public var attempt: UInt32

        public init(name: String, uid: String, namespace: String, attempt: UInt32 = 0) {
            self.name = name
            self.uid = uid
            self.namespace = namespace
            self.attempt = attempt
        }
    }

    /// Everything that makes a sandbox.
    public struct PodSandboxConfig: Sendable, Equatable {
        public var metadata: PodSandboxMetadata
        /// Host name of the pod; empty for pods on the host's network.
        public var hostname = ""
        /// Directory (absolute) under which the containers' log files are.
        public var logDirectory = ""
        /// Contents of `/etc/resolv.conf`; nil takes over the host's.
        public var dns: DNSConfig?
        public var portMappings: [PortMapping] = []
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]
        public var linux = LinuxPodSandboxConfig()

        public init(metadata: PodSandboxMetadata) { self.metadata = metadata }
    }

    /// Name resolution in a pod.
    public struct DNSConfig: Sendable, Equatable {
        public var servers: [String]
        public var searches: [String]
        public var options: [String]

        public init(servers: [String] = [], searches: [String] = [], options: [String] = []) {
            self.servers = servers
            self.searches = searches
            self.options = options
        }
    }

    public enum TransportProtocol: Sendable, Hashable { case tcp, udp, sctp }

    /// A port of the host that leads to a port of the sandbox.
    public struct PortMapping: Sendable, Hashable {
        public var transport: TransportProtocol
        public var containerPort: Int32
        public var hostPort: Int32
        /// Empty: all addresses of the host.
        public var hostIP: String

        public init(_ transport: TransportProtocol, containerPort: Int32, hostPort: Int32, hostIP: String = "") {
            self.transport = transport
            self.containerPort = containerPort
            self.hostPort = hostPort
            self.hostIP = hostIP
        }
    }

    /// Whose namespace a container or sandbox uses.
    public enum NamespaceMode: Sendable, Hashable {
        /// Shared by all containers of the pod.
        case pod
        /// The container's own.
        case container
        /// The host's.
        case node
    }

    public struct NamespaceOptions: Sendable, Hashable {
        public var network: NamespaceMode
        public var pid: NamespaceMode
        public var ipc: NamespaceMode
        /// ID of the container whose process namespace is shared (ephemeral containers); replaces `pid`.
        public var pidTarget: String?

        public init(network: NamespaceMode = .pod, pid: NamespaceMode = .container, ipc: NamespaceMode = .pod) {
            self.network = network
            self.pid = pid
            self.ipc = ipc
        }
    }

    /// A profile for seccomp or AppArmor.
    public enum SecurityProfile: Sendable, Hashable {
        case runtimeDefault
        case unconfined
        /// Path of the profile (seccomp), or its loaded name (AppArmor).
        case localhost(String)
    }

    public struct SELinuxOptions: Sendable, Hashable {
        public var user = ""
        public var role = ""
        public var type = ""
        public var level = ""

        public init() {}
    }

    /// The Linux part of a sandbox.
    public struct LinuxPodSandboxConfig: Sendable, Equatable {
        /// The pod's cgroup as a path from the root of the hierarchy; empty lets the runtime choose.
        public var cgroupParent = ""
        public var sysctls: [String: String] = [:]
        public var namespaces = NamespaceOptions()
        public var seLinux: SELinuxOptions?
        public var runAsUser: Int64?
        public var runAsGroup: Int64?
        public var readOnlyRootFilesystem = false
        public var supplementalGroups: [Int64] = []
        public var privileged = false
        public var seccomp: SecurityProfile?
        public var appArmor: SecurityProfile?
        /// Resources of all containers together, for runtimes that want to know (virtual machines).
        public var resources: LinuxResources?

        public init() {}
    }

    public enum PodSandboxState: Sendable, Hashable { case ready, notReady }

    /// A sandbox in a list.
    public struct PodSandbox: Sendable, Equatable {
        public var id: String
        public var metadata: PodSandboxMetadata
        public var state: PodSandboxState
        /// Nanoseconds since 1970.
        public var createdAt: Int64
        public var labels: [String: String]
        public var annotations: [String: String]

        public init(
            id: String, metadata: PodSandboxMetadata, state: PodSandboxState = .ready, createdAt: Int64 = 0,
            labels: [String: String] = [:], annotations: [String: String] = [:]
        ) {
            self.id = id
            self.metadata = metadata
            self.state = state
            self.createdAt = createdAt
            self.labels = labels
            self.annotations = annotations
        }
    }

    /// A sandbox with its addresses.
    public struct PodSandboxStatus: Sendable, Equatable {
        public var sandbox: PodSandbox
        /// The main address first, then those of other families; empty on the host's network.
        public var ips: [String]
        public var namespaces: NamespaceOptions

        public init(sandbox: PodSandbox, ips: [String] = [], namespaces: NamespaceOptions = NamespaceOptions()) {
            self.sandbox = sandbox
            self.ips = ips
            self.namespaces = namespaces
        }
    }

    /// Which sandboxes to list; all parts must match, empty ones match everything.
    public struct PodSandboxFilter: Sendable, Equatable {
        public var id: String?
        public var state: PodSandboxState?
        public var labels: [String: String]

        public init(id: String? = nil, state: PodSandboxState? = nil, labels: [String: String] = [:]) {
            self.id = id
            self.state = state
            self.labels = labels
        }
    }
}
