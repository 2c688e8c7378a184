// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why a node cannot have containerd: one line that says what is wrong and what to do.
public struct ContainerdError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    public enum Code: Sendable, Hashable {
        case notRoot, noContainerd, noRunc, noCNIPlugins, pathTooLong, filesystem, startFailed, stopped
    }

    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
