// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOPosix
import Primitives

/// Carries a question to another server and brings its answer.
protocol DNSExchange: Sendable {
    /// Asks over UDP.
    ///
    /// - Parameter read: makes an answer of what came; `nil` for what is none, which is passed over.
    func datagram(
        _ request: [UInt8], to server: NetworkAddress, _ read: @escaping @Sendable ([UInt8]) -> ForwardedMessage?
    ) async throws -> ForwardedMessage?

    /// Asks over TCP.
    func stream(
        _ request: [UInt8], to server: NetworkAddress, _ read: @escaping @Sendable ([UInt8]) -> ForwardedMessage?
    ) async throws -> ForwardedMessage?
}

/// Carries questions over sockets. Each has a socket of its own, with a port that the kernel chooses: an answer cannot be forged
/// without guessing it and the identifier.
struct SocketExchange: DNSExchange {
    let group: any EventLoopGroup
    /// The port of all servers.
    let port: Int

    func datagram(
        _ request: [UInt8], to server: NetworkAddress, _ read: @escaping @Sendable ([UInt8]) -> ForwardedMessage?
    ) async throws -> ForwardedMessage? {
        let address = try SocketAddress(ipAddress: "\(server)", port: port)
        let channel = try await DatagramBootstrap(group: group).connect(to: address) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
                    wrappingChannelSynchronously: channel)
            }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: request)))
            for try await packet in inbound {
                if let answer = read(Array(packet.data.readableBytesView)) { return answer }
            }
            return nil
        }
    }

    func stream(
        _ request: [UInt8], to server: NetworkAddress, _ read: @escaping @Sendable ([UInt8]) -> ForwardedMessage?
    ) async throws -> ForwardedMessage? {
        let address = try SocketAddress(ipAddress: "\(server)", port: port)
        let channel = try await ClientBootstrap(group: group).connect(to: address) { channel in
            channel.eventLoop.makeCompletedFuture { try DNSStream.configure(channel) }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: request))
            for try await message in inbound {
                return read(Array(message.readableBytesView))
            }
            return nil
        }
    }
}
