// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Connects to backends, each time anew.
package struct BackendConnector: Sendable {
    private let kubelet: NIOSSLContext
    private let unverified: NIOSSLContext

    /// - Parameters:
    ///   - client: the API server's certificate and key for kubelets, PEM.
    ///   - authority: PEM; kubelets must show a certificate of it for the address that is dialled. nil: any certificate is
    ///     taken, as kube-apiserver does without `--kubelet-certificate-authority`.
    /// - Throws: ``EdgeError`` with `tls`.
    package init(client: CertificateAuthority.Pair, authority: [UInt8]?) throws(EdgeError) {
        do {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates([])
            tls.certificateVerification = .none
            tls.applicationProtocols = ["http/1.1"]
            unverified = try NIOSSLContext(configuration: tls)
            if let authority {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
                tls.certificateVerification = .fullVerification
            }
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(client.certificate).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: client.privateKey, format: .pem))
            kubelet = try NIOSSLContext(configuration: tls)
        } catch {
            throw EdgeError(.tls, "cannot use the certificate for kubelets: \(error)", cause: error)
        }
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// - Parameter eventLoop: the client's, so that the connections can be joined.
    /// - Throws: ``FailureStatus`` 500 or 503 where the backend cannot be reached.
    func send(_ request: BackendRequest, on eventLoop: any EventLoop) async throws(FailureStatus) -> BackendResponse {
        let promise = eventLoop.makePromise(of: HTTPResponseHead.self)
        let handler = NIOLoopBoundBox<BackendHandler?>.makeEmptyBox(
            valueType: BackendHandler.self, eventLoop: eventLoop)
        let channel: any Channel
        do {
            channel = try await connect(request, promise, handler, on: eventLoop)
        } catch {
            promise.fail(error)
            throw Self.failure(request, error)
        }
        do {
            let head = try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            return BackendResponse(
                status: Int(head.status.code), headers: head.headers.map { ($0.name, $0.value) },
                connection: BackendConnection(channel: channel, handler: handler))
        } catch {
            channel.close(promise: nil)
            throw Self.failure(request, error)
        }
    }

    private func connect(
        _ request: BackendRequest, _ head: EventLoopPromise<HTTPResponseHead>,
        _ handler: NIOLoopBoundBox<BackendHandler?>,
        on eventLoop: any EventLoop
    ) async throws -> any Channel {
        let tls: NIOSSLContext? =
            switch request.security {
            case .plain: nil
            case .kubelet: kubelet
            case .unverified: unverified
            }
        return try await ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(10))
            .channelOption(.autoRead, value: false)
            .channelOption(.writeBufferWaterMark, value: .init(low: 64 * 1024, high: 256 * 1024))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        let name = (try? SocketAddress(ipAddress: request.host, port: 0)) == nil ? request.host : nil
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try pipeline.addHandler(HTTPRequestEncoder())
                    try pipeline.addHandler(
                        ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes)))
                    let backend = BackendHandler(request: request, head: head)
                    handler.value = backend
                    try pipeline.addHandler(backend)
                }
            }
            .connect(host: request.host, port: request.port).get()
    }

    private static func failure(_ request: BackendRequest, _ error: any Error) -> FailureStatus {
        let scheme = request.security == .plain ? "http" : "https"
        let text = "\(scheme)://\(request.host):\(request.port)\(request.target)"
        if request.security == .kubelet { return .internalError("error dialing backend: \(text): \(error)") }
        return .unavailable("error trying to reach service: \(text): \(error)")
    }
}
