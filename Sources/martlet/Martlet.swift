// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser

/// Kubernetes in one binary.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet", abstract: "Kubernetes in one binary.", version: "v1.36.2+martlet",
        subcommands: [
            ServerCommand.self, APIServerCommand.self, SchedulerCommand.self, ControllerManagerCommand.self,
            ResetCommand.self,
        ])
}
