// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Logging

/// What the API server asks this node for: logs, commands, figures.
struct KubeletServer: Sendable {
    var configuration: KubeletConfiguration
    var tls: KubeletConfiguration.ServerTLS
    var supervisor: PodSupervisor
    var runtime: any ContainerRuntime
    var timekeeper: Timekeeper
    var logger: Logger

    func run(_ bound: @Sendable (Int) -> Void) async throws {
        bound(configuration.port)
        for await _ in AsyncStream<Never>.makeStream().stream {}
    }
}
