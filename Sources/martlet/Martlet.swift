// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser
import Assembly
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

    /// Reads the command line. A command that is right is read without a look at the options of all others, which takes several
    /// milliseconds; whatever is wrong or asks for help is told by the parser of the whole.
    private static func parseCommand() throws -> any ParsableCommand {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let name = arguments.first,
            let command = configuration.subcommands.first(where: { $0._commandName == name }),
            let parsed = try? command.parse(Array(arguments.dropFirst()))
        {
            return parsed
        }
        return try parseAsRoot(arguments)
    }

    /// A wrong flag is told in one line, like all other faults.
    static func main() async {
        HeapLimits.apply()
        do {
            var command = try parseCommand()
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
