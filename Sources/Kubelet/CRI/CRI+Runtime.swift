// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CRI {
    public struct Version: Sendable, Hashable {
        public var runtimeName: String
        public var runtimeVersion: String
        public var runtimeAPIVersion: String

        public init(runtimeName: String, runtimeVersion: String, runtimeAPIVersion: String = "v1") {
            self.runtimeName = runtimeName
            self.runtimeVersion = runtimeVersion
            self.runtimeAPIVersion = runtimeAPIVersion
        }
    }

    /// One thing that the runtime must have ready: `RuntimeReady` or `NetworkReady`.
    public struct RuntimeCondition: Sendable, Hashable {
        public var type: String
        public var status: Bool
        public var reason: String
        public var message: String

        public init(type: String, status: Bool, reason: String = "", message: String = "") {
            self.type = type
            self.status = status
            self.reason = reason
            self.message = message
        }
    }

    public struct RuntimeStatus: Sendable, Equatable {
        public var conditions: [RuntimeCondition]

        public init(conditions: [RuntimeCondition]) { self.conditions = conditions }

        /// Nil where the runtime is ready to make containers on the host's network.
        public var runtimeProblem: RuntimeCondition? { problem("RuntimeReady") }
        /// Nil where the runtime's network is ready for pods.
        public var networkProblem: RuntimeCondition? { problem("NetworkReady") }

        private func problem(_ type: String) -> RuntimeCondition? {
            guard let condition = conditions.first(where: { $0.type == type }) else {
                return RuntimeCondition(type: type, status: false, message: "the runtime does not say \(type)")
            }
            return condition.status ? nil : condition
        }
    }

    public enum CgroupDriver: Sendable, Hashable { case cgroupfs, systemd }

    public struct ExecResult: Sendable, Equatable {
        public var stdout: [UInt8]
        public var stderr: [UInt8]
        public var exitCode: Int32

        public init(stdout: [UInt8] = [], stderr: [UInt8] = [], exitCode: Int32 = 0) {
            self.stdout = stdout
            self.stderr = stderr
            self.exitCode = exitCode
        }
    }

    /// A command with its streams; `tty` excludes `stderr`, and at least one stream must be wanted.
    public struct ExecRequest: Sendable, Equatable {
        public var containerID: String
        public var command: [String]
        public var tty: Bool
        public var stdin: Bool
        public var stdout: Bool
        public var stderr: Bool

        public init(
            containerID: String, command: [String], tty: Bool = false, stdin: Bool = false, stdout: Bool = true,
            stderr: Bool = true
        ) {
            self.containerID = containerID
            self.command = command
            self.tty = tty
            self.stdin = stdin
            self.stdout = stdout
            self.stderr = stderr
        }
    }

    /// Streams of a running container; `tty` must be as the container was made.
    public struct AttachRequest: Sendable, Equatable {
        public var containerID: String
        public var tty: Bool
        public var stdin: Bool
        public var stdout: Bool
        public var stderr: Bool

        public init(
            containerID: String, tty: Bool = false, stdin: Bool = false, stdout: Bool = true, stderr: Bool = true
        ) {
            self.containerID = containerID
            self.tty = tty
            self.stdin = stdin
            self.stdout = stdout
            self.stderr = stderr
        }
    }

    /// Something that happened to a container, or to a sandbox (then the IDs are equal).
    public struct ContainerEvent: Sendable, Equatable {
        public enum Kind: Sendable, Hashable { case created, started, stopped, deleted }

        public var kind: Kind
        public var containerID: String
        /// Nil where the runtime does not say.
        public var podSandboxID: String?
        /// Nanoseconds since 1970.
        public var createdAt: Int64

        public init(_ kind: Kind, containerID: String, podSandboxID: String? = nil, createdAt: Int64 = 0) {
            self.kind = kind
            self.containerID = containerID
            self.podSandboxID = podSandboxID
            self.createdAt = createdAt
        }
    }
}
