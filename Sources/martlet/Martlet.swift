// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser
import Foundation

/// Kubernetes in one binary.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet", abstract: "Kubernetes in one binary.", version: "v1.36.2+martlet",
        subcommands: [
            ServerCommand.self, AgentCommand.self, APIServerCommand.self, SchedulerCommand.self,
            ControllerManagerCommand.self, KubeletCommand.self, ProxyCommand.self, DNSCommand.self, ResetCommand.self,
        ])

    /// A wrong flag is told in one line, like all other faults.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var role = command as? any AsyncParsableCommand { try await role.run() } else { try command.run() }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            let name = CommandLine.arguments.dropFirst().first { !$0.hasPrefix("-") }
            let command =
                configuration.subcommands.contains { $0._commandName == name } ? "martlet \(name ?? "")" : "martlet"
            let line = "martlet: \(Process.oneLine(message(for: error))); see '\(command) --help'\n"
            FileHandle.standardError.write(Data(line.utf8))
            exit(withError: ExitCode.validationFailure)
        }
    }
}
