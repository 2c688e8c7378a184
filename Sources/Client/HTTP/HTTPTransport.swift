// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL

/// Talks to an API server over HTTP/1.1 or HTTP/2, with TLS.
///
/// ``shutDown()`` has to be called before it is let go.
public final class HTTPTransport: Transport {
    private let base: String
    private let client: HTTPClient
    private let authorization: Authorization

    private enum Authorization: Sendable {
        case none
        case fixed(String)
        case tokenFile(TokenSource)
    }

    /// How long an answer that is not a stream may take, where the request does not say.
    public static let defaultTimeout = Duration.seconds(60)
    /// The largest answer taken into memory.
    private static let largestAnswer = 1 << 30

    /// - Parameter keepAlive: when a connection to a server that is gone is given up.
    /// - Throws: where certificates or keys cannot be read.
    public init(
        _ configuration: ConnectionConfiguration, keepAlive: KeepAlive = KeepAlive(),
        timekeeper: Timekeeper = Timekeeper()
    ) throws(ConfigurationError) {
        var http = HTTPClient.Configuration()
        http.timeout = .init(connect: .seconds(10))
        http.redirectConfiguration = .disallow
        http.tlsConfiguration = try Self.tls(configuration)
        // The only places where the client lets a connection's socket be reached.
        http.http1_1ConnectionDebugInitializer = { keepAlive.apply(to: $0) }
        http.http2ConnectionDebugInitializer = { keepAlive.apply(to: $0) }
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        (base, http.dnsOverride) = Self.address(configuration)
        authorization =
            switch configuration.credential {
            case .anonymous, .certificate: .none
            case .token(let token): .fixed("Bearer \(token)")
            case .tokenFile(let path): .tokenFile(TokenSource(path: path, timekeeper: timekeeper))
            case .password(let user, let password):
                .fixed("Basic \(Data("\(user):\(password)".utf8).base64EncodedString())")
            }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    /// Closes all connections; requests under way fail.
    public func shutDown() async throws { try await client.shutdown() }

    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        let prepared = try prepare(request)
        do {
            let response = try await client.execute(
                prepared, timeout: Self.amount(request.timeout ?? Self.defaultTimeout))
            let body = try await response.body.collect(upTo: Self.largestAnswer)
            return TransportResponse(
                status: Int(response.status.code), headers: Self.headers(response.headers),
                body: Array(body.readableBytesView))
        } catch {
            throw TransportError(describing: error, server: base)
        }
    }

    public func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
        let prepared = try prepare(request)
        let server = base
        do {
            let response = try await client.execute(prepared, deadline: .distantFuture)
            return TransportStream(
                status: Int(response.status.code), headers: Self.headers(response.headers),
                body: ByteChunks(ResponsePieces(body: response.body, server: server)))
        } catch {
            throw TransportError(describing: error, server: server)
        }
    }

    private func prepare(_ request: TransportRequest) throws(TransportError) -> HTTPClientRequest {
        var http = HTTPClientRequest(url: base + RequestTarget.text(path: request.path, query: request.query))
        http.method = HTTPMethod(rawValue: request.method.rawValue)
        for header in request.headers { http.headers.add(name: header.name, value: header.value) }
        switch authorization {
        case .none: break
        case .fixed(let value): http.headers.replaceOrAdd(name: "authorization", value: value)
        case .tokenFile(let source):
            http.headers.replaceOrAdd(name: "authorization", value: "Bearer \(try source.token())")
        }
        if !request.body.isEmpty { http.body = .bytes(ByteBuffer(bytes: request.body)) }
        return http
    }

    private static func headers(_ headers: HTTPHeaders) -> [(name: String, value: String)] {
        headers.map { ($0.name.lowercased(), $0.value) }
    }

    private static func amount(_ duration: Duration) -> TimeAmount {
        .milliseconds(
            max(
                1,
                Int64(clamping: duration.components.seconds)
                    .multipliedReportingOverflow(by: 1000).partialValue &+ duration.components.attoseconds
                    / 1_000_000_000_000_000))
    }

    /// The base of all URLs. Another name in the certificate is asked for by using that name, and the address for it.
    private static func address(_ configuration: ConnectionConfiguration) -> (base: String, override: [String: String])
    {
        var server = configuration.server
        while server.hasSuffix("/") { server.removeLast() }
        guard let name = configuration.tlsServerName, let url = URL(string: server), let host = url.host() else {
            return (server, [:])
        }
        let port = url.port.map { ":\($0)" } ?? ""
        return ("\(url.scheme ?? "https")://\(name)\(port)\(url.path())", [name: host])
    }

    private static func tls(_ configuration: ConnectionConfiguration) throws(ConfigurationError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if configuration.skipsTLSVerification { tls.certificateVerification = .none }
        do {
            if let authority = configuration.certificateAuthority {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
            }
            if case .certificate(let pem, let key) = configuration.credential {
                tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(pem).map { .certificate($0) }
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
            }
        } catch {
            throw ConfigurationError("the certificates for \(configuration.server) cannot be read: \(error)")
        }
        return tls
    }
}

/// The pieces of a body, with the errors of this module.
private struct ResponsePieces: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    let body: HTTPClientResponse.Body
    let server: String

    struct Iterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator
        let server: String

        mutating func next() async throws -> [UInt8]? {
            do {
                return try await base.next().map { Array($0.readableBytesView) }
            } catch {
                throw TransportError(describing: error, server: server)
            }
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(base: body.makeAsyncIterator(), server: server) }
}
