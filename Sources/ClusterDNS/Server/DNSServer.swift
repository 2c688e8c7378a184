// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Logging
import NIOCore
import NIOPosix
import Primitives
import Synchronization

/// Answers DNS queries over UDP and TCP at one address.
struct DNSServer: Sendable {
    /// How many TCP connections may be open at a time.
    static let mostConnections = 256
    /// After how many seconds without a query a TCP connection is closed.
    static let idleSeconds: Int64 = 10

    typealias Datagrams = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>
    typealias Listener = NIOAsyncChannel<Connection, Never>

    private let datagrams: Datagrams
    private let listener: Listener
    private let responder: Responder
    private let logger: Logger

    /// The port, also where 0 was asked for.
    let port: Int

    /// Binds both sockets.
    ///
    /// - Parameter port: 0 lets the kernel choose.
    init(
        address: NetworkAddress, port: Int, group: any EventLoopGroup, responder: Responder, logger: Logger
    ) async throws {
        let host = "\(address)"
        let connections = ConnectionCounter(limit: Self.mostConnections)
        listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard connections.open(channel) else { throw ChannelError.connectTimeout(.zero) }
                    try channel.pipeline.syncOperations.addHandlers(
                        IdleStateHandler(readTimeout: .seconds(Self.idleSeconds)), IdleCloser())
                    return try DNSStream.configure(channel)
                }
            }
        self.port = listener.channel.localAddress?.port ?? port
        do {
            datagrams = try await DatagramBootstrap(group: group).bind(host: host, port: self.port) { channel in
                channel.eventLoop.makeCompletedFuture { try Datagrams(wrappingChannelSynchronously: channel) }
            }
        } catch {
            try await listener.channel.close()
            throw error
        }
        self.responder = responder
        self.logger = logger
    }

    /// Answers until the task is cancelled.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await serveDatagrams() }
            group.addTask { try await serveConnections() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func serveDatagrams() async throws {
        try await datagrams.executeThenClose { inbound, outbound in
            try await withThrowingDiscardingTaskGroup { group in
                for try await packet in inbound {
                    let client = packet.remoteAddress
                    switch responder.decide(Array(packet.data.readableBytesView), limit: \.longestDatagram) {
                    case .drop:
                        continue
                    case .reply(let bytes):
                        await send(bytes, to: client, outbound)
                    case .ask(let pending):
                        group.addTask {
                            let bytes = await responder.finish(pending, limit: pending.query.longestDatagram)
                            await send(bytes, to: client, outbound)
                        }
                    }
                }
            }
        }
    }

    private func send(
        _ bytes: [UInt8], to client: SocketAddress,
        _ outbound: NIOAsyncChannelOutboundWriter<AddressedEnvelope<ByteBuffer>>
    ) async {
        do {
            try await outbound.write(AddressedEnvelope(remoteAddress: client, data: ByteBuffer(bytes: bytes)))
        } catch {
            logger.debug("cannot send a dns answer", metadata: ["client": "\(client)", "error": "\(error)"])
        }
    }

    private func serveConnections() async throws {
        try await listener.executeThenClose { inbound in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in inbound {
                    group.addTask {
                        do {
                            try await serve(connection)
                        } catch {
                            logger.debug("dns connection failed", metadata: ["error": "\(error)"])
                        }
                    }
                }
            }
        }
    }

    /// Answers the queries of one connection in their order.
    private func serve(_ connection: Connection) async throws {
        try await connection.executeThenClose { inbound, outbound in
            for try await message in inbound {
                let limit = Int(UInt16.max)
                let bytes: [UInt8]
                switch responder.decide(Array(message.readableBytesView), limit: { _ in limit }) {
                case .drop: return
                case .reply(let reply): bytes = reply
                case .ask(let pending): bytes = await responder.finish(pending, limit: limit)
                }
                try await outbound.write(ByteBuffer(bytes: bytes))
            }
        }
    }
}

/// Counts open connections.
private final class ConnectionCounter: Sendable {
    private let count = Mutex(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Counts a connection until it is closed.
    ///
    /// - Returns: whether there was room for it.
    func open(_ channel: any Channel) -> Bool {
        let isAllowed = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        if isAllowed { channel.closeFuture.whenComplete { _ in self.count.withLock { $0 -= 1 } } }
        return isAllowed
    }
}
