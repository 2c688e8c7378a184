// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CRI {
    public struct CPUUsage: Sendable, Equatable {
        /// Nanoseconds since 1970.
        public var timestamp: Int64
        /// Nanoseconds of CPU time since the container started.
        public var usageCoreNanoSeconds: UInt64?
        /// Nanoseconds of CPU time in each second, lately.
        public var usageNanoCores: UInt64?

        public init(timestamp: Int64, usageCoreNanoSeconds: UInt64? = nil, usageNanoCores: UInt64? = nil) {
            self.timestamp = timestamp
            self.usageCoreNanoSeconds = usageCoreNanoSeconds
            self.usageNanoCores = usageNanoCores
        }
    }

    /// All in bytes, but for faults.
    public struct MemoryUsage: Sendable, Equatable {
        /// Nanoseconds since 1970.
        public var timestamp: Int64
        public var workingSetBytes: UInt64?
        public var availableBytes: UInt64?
        public var usageBytes: UInt64?
        public var rssBytes: UInt64?
        public var pageFaults: UInt64?
        public var majorPageFaults: UInt64?

        public init(timestamp: Int64, workingSetBytes: UInt64? = nil) {
            self.timestamp = timestamp
            self.workingSetBytes = workingSetBytes
        }
    }

    public struct ContainerStats: Sendable, Equatable {
        public var id: String
        public var metadata: ContainerMetadata
        public var labels: [String: String]
        public var cpu: CPUUsage?
        public var memory: MemoryUsage?
        public var writableLayer: FilesystemUsage?

        public init(
            id: String, metadata: ContainerMetadata, labels: [String: String] = [:], cpu: CPUUsage? = nil,
            memory: MemoryUsage? = nil, writableLayer: FilesystemUsage? = nil
        ) {
            self.id = id
            self.metadata = metadata
            self.labels = labels
            self.cpu = cpu
            self.memory = memory
            self.writableLayer = writableLayer
        }
    }

    public struct NetworkInterfaceUsage: Sendable, Equatable {
        public var name: String
        public var receivedBytes: UInt64?
        public var receiveErrors: UInt64?
        public var sentBytes: UInt64?
        public var sendErrors: UInt64?

        public init(name: String) { self.name = name }
    }

    public struct PodSandboxStats: Sendable, Equatable {
        public var id: String
        public var metadata: PodSandboxMetadata
        public var cpu: CPUUsage?
        public var memory: MemoryUsage?
        public var network: NetworkInterfaceUsage?
        public var processCount: UInt64?
        public var containers: [ContainerStats]

        public init(id: String, metadata: PodSandboxMetadata, containers: [ContainerStats] = []) {
            self.id = id
            self.metadata = metadata
            self.containers = containers
        }
    }
}
