// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What the API server asks this node for: logs, commands, figures. HTTP/1.1 over TLS, for clients with a certificate alone.
///
/// - SeeAlso: the server of Kubernetes' kubelet; its paths are those.
struct KubeletServer: Sendable {
    var configuration: KubeletConfiguration
    var tls: KubeletConfiguration.ServerTLS
    var supervisor: PodSupervisor
    var runtime: any ContainerRuntime
    var timekeeper: Timekeeper
    var logger: Logger

    /// Serves until the task is cancelled.
    ///
    /// - Parameter bound: told the port it listens on.
    /// - Throws: where it cannot listen, or a certificate cannot be read.
    func run(_ bound: @Sendable (Int) -> Void) async throws {
        let context = try NIOSSLContext(configuration: tlsConfiguration())
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: configuration.address, port: configuration.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = KubeletConnection(channel: channel)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    try connection.addHTTP(to: pipeline)
                    return connection
                }
            }
        let port = listener.channel.localAddress?.port ?? configuration.port
        bound(port)
        logger.info("kubelet server listens", metadata: ["port": "\(port)"])
        let routes = KubeletRoutes(
            supervisor: supervisor, runtime: runtime, timekeeper: timekeeper, configuration: configuration,
            logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            try await listener.executeThenClose { connections in
                for try await connection in connections {
                    group.addTask { await connection.serve(routes) }
                }
            }
            group.cancelAll()
        }
    }

    private func tlsConfiguration() throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMFile(tls.certificateFile).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = try NIOSSLPrivateKey(file: tls.keyFile, format: .pem)
        var result = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        result.minimumTLSVersion = .tlsv12
        result.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(tls.clientCAFile))
        // whoever has no certificate of the cluster does not get past the handshake
        result.certificateVerification = .noHostnameVerification
        return result
    }
}
