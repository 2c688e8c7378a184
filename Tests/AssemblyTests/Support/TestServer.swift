// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Assembly
import Client
import Foundation
import Logging
import Primitives
import Testing

/// An API server of a test's own, on a port of the loopback device that stays the same over its runs.
final class TestServer: Sendable {
    let scratch: Scratch
    let port: Int
    private let configuration: ServerConfiguration

    static let token = "static-token"
    var kubeconfig: String { scratch.path + "/data/admin.kubeconfig" }

    init() throws {
        scratch = try Scratch()
        port = try Scratch.freePort()
        let cluster = ClusterConfiguration(
            clusterCIDR: try #require(CIDR("10.244.0.0/16")), serviceCIDR: try #require(CIDR("10.96.0.0/12")))
        var configuration = ServerConfiguration(
            dataDirectory: scratch.path + "/data", cluster: cluster, nodeName: "", threads: 1)
        configuration.bindAddresses = ["127.0.0.1"]
        configuration.securePort = port
        configuration.tokenAuthFile = try scratch.write("tokens", "\(Self.token),robot,1,\"system:masters\"\n")
        self.configuration = configuration
    }

    /// Runs the server beside `body`, which begins when it is ready; the server has stopped when this returns.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = Server(configuration, node: nil, runsControllers: false, logger: logger)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await server.run()
                return nil
            }
            group.addTask {
                try await self.waitUntilReady()
                return try await body()
            }
            let value = try await group.next() ?? nil
            group.cancelAll()
            try await group.waitForAll()
            return try #require(value, "the server ended")
        }
    }

    private func waitUntilReady() async throws {
        while !FileManager.default.fileExists(atPath: kubeconfig) { try await Task.sleep(for: .milliseconds(5)) }
        try await withTransport { transport in
            while true {
                do throws(TransportError) {
                    if try await transport.send(TransportRequest(.get, "/readyz")).status == 200 { return }
                } catch {
                    guard error.isRetryable else { throw error }
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// How an administrator reaches the server.
    func connection() throws -> ConnectionConfiguration { try Kubeconfig(paths: [kubeconfig]).connection() }

    /// Gives `body` a transport, of the administrator unless `change` makes it another.
    func withTransport<Value: Sendable>(
        _ change: (inout ConnectionConfiguration) -> Void = { _ in },
        _ body: (HTTPTransport) async throws -> Value
    ) async throws -> Value {
        var connection = try connection()
        change(&connection)
        let transport = try HTTPTransport(connection)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(transport)) } catch { outcome = .failure(error) }
        try await transport.shutDown()
        return try outcome.get()
    }

    /// Gives `body` a client.
    func withClient<Value: Sendable>(
        _ change: (inout ConnectionConfiguration) -> Void = { _ in },
        _ body: (KubernetesClient) async throws -> Value
    ) async throws -> Value {
        try await withTransport(change) { try await body(KubernetesClient(transport: $0)) }
    }
}
