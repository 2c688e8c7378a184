// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Foundation
import Logging

/// The API server of another process, as a kubeconfig file names it.
struct RemoteAPI: Sendable {
    /// Path of the file that says where the API server is and who we are.
    let kubeconfig: String
    let logger: Logger

    /// Gives `body` a client with informers, and closes its connections afterwards.
    ///
    /// - Parameters:
    ///   - component: the user agent, under whose name the component owns the fields that it writes: Kubernetes' own.
    /// - Throws: `ConfigurationError` where the file is not usable; what `body` throws.
    func run(
        _ component: String, _ body: @escaping @Sendable (KubernetesClient, InformerFactory) async throws -> Void
    ) async throws {
        let transport = try HTTPTransport(try Kubeconfig(paths: [kubeconfig]).connection())
        let client = KubernetesClient(transport: transport, userAgent: "\(component)/martlet")
        let informers = InformerFactory(client: client, logger: logger)
        let outcome: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await informers.run() }
                group.addTask { try await body(client, informers) }
                defer { group.cancelAll() }
                try await group.next()
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await transport.shutDown()
        try outcome.get()
    }

    /// The authority that the kubeconfig file trusts, PEM; nil where it trusts those of the system.
    func authority() throws -> [UInt8]? {
        try Kubeconfig(paths: [kubeconfig]).connection().certificateAuthority
    }
}
