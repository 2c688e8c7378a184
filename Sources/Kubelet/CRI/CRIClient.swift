// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import GRPCProtobuf
public import Logging
internal import NIOCore
internal import SwiftProtobuf

/// A container runtime reached over its unix socket with CRI v1: one connection, opened at the first call, opened anew
/// when it breaks, closed after half an hour without calls.
public final class CRIClient: ContainerRuntime {
    /// The path of the runtime's socket.
    public let socketPath: String
    let log: Logger
    private let client: GRPCClient<HTTP2ClientTransport.Posix>

    /// The largest answer taken, in bytes: what the kubelet of Kubernetes takes.
    static let maxResponseBytes = 16 * 1024 * 1024
    /// How long a call may take that has no reason to take longer, as the kubelet's `--runtime-request-timeout`.
    static let requestTimeout: Duration = .seconds(120)

    /// - Parameter endpoint: `unix:///path` or a bare absolute path.
    /// - Throws: ``RuntimeError`` `invalidArgument` for any other endpoint.
    public init(endpoint: String, logger: Logger) throws(RuntimeError) {
        let path = endpoint.hasPrefix("unix://") ? String(endpoint.dropFirst(7)) : endpoint
        // sun_path of the kernel's sockaddr_un holds 107 bytes and a zero.
        guard path.hasPrefix("/"), path.utf8.count <= 107 else {
            throw RuntimeError(
                .invalidArgument,
                "container runtime endpoint \(endpoint) must be unix:// and an absolute path of at most 107 bytes")
        }
        socketPath = path
        log = logger
        let config = HTTP2ClientTransport.Posix.Config.defaults { config in
            config.backoff = .init(initial: .milliseconds(50), max: .seconds(2), multiplier: 1.6, jitter: 0.2)
            config.channelDebuggingCallbacks.onCreateTCPConnection = { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PingAnswering(), position: .first)
                }
            }
        }
        do {
            client = GRPCClient(
                transport: try HTTP2ClientTransport.Posix(
                    target: .unixDomainSocket(path: path, authority: "localhost"), transportSecurity: .plaintext,
                    config: config))
        } catch {
            throw RuntimeError(.internalError, "\(error)")
        }
    }

    /// Keeps the connection. Calls made before it runs wait; calls made after it has returned fail. It returns when its
    /// task is cancelled.
    public func run() async {
        await withTaskCancellationHandler {
            do {
                try await client.runConnections()
            } catch {
                log.error("the connection to the container runtime failed", metadata: ["error": "\(error)"])
            }
        } onCancel: {
            client.beginGracefulShutdown()
        }
    }

    /// One call with one answer.
    func call<Request: Message, Response: Message>(
        _ method: String, _ request: Request, on service: Service = .runtime,
        timeout: Duration? = CRIClient.requestTimeout
    ) async throws(RuntimeError) -> Response {
        var options = CallOptions.defaults
        options.timeout = timeout
        options.maxResponseMessageBytes = Self.maxResponseBytes
        do {
            return try await client.unary(
                request: ClientRequest(message: request), descriptor: service.method(method),
                serializer: ProtobufSerializer<Request>(), deserializer: ProtobufDeserializer<Response>(),
                options: options
            ) { try $0.message }
        } catch {
            throw RuntimeError(error, call: method)
        }
    }

    /// One call with a stream of answers; returns when the stream ends or the task is cancelled.
    func subscribe<Request: Message, Response: Message>(
        _ service: Service, _ method: String, _ request: Request, _ handle: @escaping @Sendable (Response) async -> Void
    ) async throws(RuntimeError) {
        var options = CallOptions.defaults
        options.maxResponseMessageBytes = Self.maxResponseBytes
        do {
            try await client.serverStreaming(
                request: ClientRequest(message: request), descriptor: service.method(method),
                serializer: ProtobufSerializer<Request>(), deserializer: ProtobufDeserializer<Response>(),
                options: options
            ) { response in
                for try await message in response.messages { await handle(message) }
            }
        } catch {
            throw RuntimeError(error, call: method)
        }
    }

    /// A gRPC service by its full name.
    struct Service {
        let name: String
        static let runtime = Service(name: "runtime.v1.RuntimeService")
        static let image = Service(name: "runtime.v1.ImageService")
        static let containerdEvents = Service(name: "containerd.services.events.v1.Events")

        func method(_ method: String) -> MethodDescriptor {
            MethodDescriptor(service: ServiceDescriptor(fullyQualifiedService: name), method: method)
        }
    }
}

extension RuntimeError {
    /// What a failed gRPC call says.
    init(_ error: any Error, call: String) {
        switch error {
        case let error as RPCError:
            self.init(Code(error.code), error.message, call: call)
        case is CancellationError:
            self.init(.cancelled, "the call was cancelled", call: call)
        case let error as RuntimeError:
            self = error
        default:
            self.init(.unavailable, "\(error)", call: call)
        }
    }
}

extension RuntimeError.Code {
    init(_ code: RPCError.Code) {
        switch code {
        case .cancelled: self = .cancelled
        case .invalidArgument: self = .invalidArgument
        case .deadlineExceeded: self = .deadlineExceeded
        case .notFound: self = .notFound
        case .alreadyExists: self = .alreadyExists
        case .permissionDenied: self = .permissionDenied
        case .resourceExhausted: self = .resourceExhausted
        case .failedPrecondition: self = .failedPrecondition
        case .aborted: self = .aborted
        case .outOfRange: self = .outOfRange
        case .unimplemented: self = .unimplemented
        case .internalError: self = .internalError
        case .unavailable: self = .unavailable
        case .dataLoss: self = .dataLoss
        case .unauthenticated: self = .unauthenticated
        default: self = .unknown
        }
    }
}
