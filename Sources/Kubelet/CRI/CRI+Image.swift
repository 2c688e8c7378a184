// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CRI {
    public struct Image: Sendable, Equatable {
        public var id: String
        public var repoTags: [String]
        public var repoDigests: [String]
        /// Bytes.
        public var size: UInt64
        /// The user that the image runs as, where it is a number.
        public var uid: Int64?
        /// The user that the image runs as, where it is a name.
        public var username: String
        /// Must not be collected: the sandbox image.
        public var pinned: Bool

        public init(
            id: String, repoTags: [String] = [], repoDigests: [String] = [], size: UInt64 = 0, uid: Int64? = nil,
            username: String = "", pinned: Bool = false
        ) {
            self.id = id
            self.repoTags = repoTags
            self.repoDigests = repoDigests
            self.size = size
            self.uid = uid
            self.username = username
            self.pinned = pinned
        }
    }

    /// How to be let in at a registry.
    public struct ImageCredentials: Sendable, Hashable {
        public var username = ""
        public var password = ""
        /// Base64 of `user:password`, as in a Docker configuration file.
        public var auth = ""
        public var serverAddress = ""
        public var identityToken = ""
        public var registryToken = ""

        public init() {}
    }

    public struct FilesystemUsage: Sendable, Equatable {
        /// Nanoseconds since 1970.
        public var timestamp: Int64
        public var mountpoint: String
        /// Bytes.
        public var usedBytes: UInt64?
        public var inodesUsed: UInt64?

        public init(timestamp: Int64, mountpoint: String, usedBytes: UInt64? = nil, inodesUsed: UInt64? = nil) {
            self.timestamp = timestamp
            self.mountpoint = mountpoint
            self.usedBytes = usedBytes
            self.inodesUsed = inodesUsed
        }
    }
}
