// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Subprocess

/// Takes nftables commands, all or none of them.
package protocol PacketFilter: Sendable {
    /// Runs the commands as one transaction.
    func apply(_ commands: String) async throws(PacketFilterError)
}

/// Why the packet filter could not be changed.
public struct PacketFilterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Kinds of failure.
    public enum Code: Sendable, Equatable {
        /// There is no `nft` program: a retry does not help.
        case notInstalled
        /// The kernel or `nft` refused the commands; nothing of them holds.
        case refused
    }

    public var code: Code
    public var message: String

    public var description: String { message }
}

/// The packet filter of the kernel, through `nft -f -`: one process per transaction.
package struct NFTables: PacketFilter {
    private let command: [String]

    /// - Parameter command: the program and the arguments before its own, for example to enter a network namespace.
    package init(command: [String] = ["nft"]) {
        self.command = command
    }

    package func apply(_ commands: String) async throws(PacketFilterError) {
        let refusal: String?
        do {
            let arguments = Array(command.dropFirst()) + ["-f", "-"]
            let result = try await run(
                .name(command.first ?? "nft"), arguments: Arguments(arguments),
                environment: .inherit.updating(["PATH": "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin"]),
                input: .string(commands), output: .discarded, error: .string(limit: 1 << 16))
            refusal = result.terminationStatus.isSuccess ? nil : result.standardError
        } catch {
            throw PacketFilterError(
                code: .notInstalled, message: "cannot run nft: \(error); install the package nftables")
        }
        if let refusal {
            let reason = refusal.split(separator: "\n").prefix(3).joined(separator: "; ")
            throw PacketFilterError(code: .refused, message: "nft refused the rules: \(reason)")
        }
    }
}
