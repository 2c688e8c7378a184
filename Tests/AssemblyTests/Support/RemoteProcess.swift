// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Foundation

/// Servers in processes of their own, by their kubeconfig files.
enum RemoteProcess {
    /// Gives `body` a client of a server once it is ready.
    static func withClient<Value: Sendable>(
        kubeconfig: String, _ body: (KubernetesClient) async throws -> Value
    ) async throws -> Value {
        while !FileManager.default.fileExists(atPath: kubeconfig) { try await Task.sleep(for: .milliseconds(10)) }
        let transport = try HTTPTransport(try Kubeconfig(paths: [kubeconfig]).connection())
        let outcome: Result<Value, any Error>
        do {
            try await waitUntilReady(transport)
            outcome = .success(try await body(KubernetesClient(transport: transport)))
        } catch {
            outcome = .failure(error)
        }
        try await transport.shutDown()
        return try outcome.get()
    }

    private static func waitUntilReady(_ transport: HTTPTransport) async throws {
        while true {
            do {
                if try await transport.send(TransportRequest(.get, "/readyz")).status == 200 { return }
            } catch {
                guard error.isRetryable else { throw error }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
