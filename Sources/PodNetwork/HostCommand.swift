// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Subprocess

/// A program of the host that could not be run, or failed.
public struct HostCommandError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The program and what it was to do.
    public var command: String
    /// What it said.
    public var reason: String

    public var description: String { "\(command): \(reason)" }
}

/// Runs programs of the host.
package struct HostCommand: Sendable {
    private let prefix: [String]

    /// - Parameter prefix: what comes before each command, for example to enter a network namespace.
    package init(prefix: [String] = []) {
        self.prefix = prefix
    }

    /// Runs a program and returns what it prints, at most 1 MiB.
    ///
    /// - Parameter input: what it reads from its standard input.
    package func run(_ command: String..., input: String = "") async throws(HostCommandError) -> String {
        let words = prefix + command
        let text = command.joined(separator: " ")
        let failure: String
        do {
            let result = try await Subprocess.run(
                .name(words.first ?? ""), arguments: Arguments(Array(words.dropFirst())),
                environment: .inherit.updating(["PATH": "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin"]),
                input: .string(input), output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
            if result.terminationStatus.isSuccess { return result.standardOutput }
            failure = result.standardError.split(separator: "\n").prefix(3).joined(separator: "; ")
        } catch {
            throw HostCommandError(command: text, reason: "cannot be run: \(error)")
        }
        throw HostCommandError(command: text, reason: failure)
    }
}
