// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import NIOCore
internal import Wire

/// The subprotocols that put several streams into one WebSocket: the first byte of each message names its channel.
///
/// - SeeAlso: `k8s.io/apimachinery` `remotecommand` constants; KEP-4006.
enum ChannelProtocol: String, CaseIterable {
    case v5 = "v5.channel.k8s.io"
    case v4 = "v4.channel.k8s.io"
    case v4Base64 = "v4.base64.channel.k8s.io"
    case v1 = "channel.k8s.io"
    case v1Base64 = "base64.channel.k8s.io"

    /// Messages are text: the channel as a digit, the rest in base64.
    var isBase64: Bool { self == .v4Base64 || self == .v1Base64 }
    /// Channel 255 tells which channel gets no more data.
    var hasCloseSignal: Bool { self == .v5 }

    /// The channels of exec and attach.
    enum Channel {
        static let stdin: UInt8 = 0
        static let stdout: UInt8 = 1
        static let stderr: UInt8 = 2
        static let error: UInt8 = 3
        static let resize: UInt8 = 4
        static let close: UInt8 = 255
    }

    /// A message for the client.
    func encode(_ channel: UInt8, _ bytes: ByteBuffer) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(1 + bytes.readableBytes)
        if isBase64 {
            message.writeInteger(UInt8(ascii: "0") &+ channel)
            message.writeBytes(Base64.encode(Array(bytes.readableBytesView)))
        } else {
            message.writeInteger(channel)
            message.writeImmutableBuffer(bytes)
        }
        return message
    }

    /// The channel and contents of a client's message; nil for an empty one.
    func decode(_ message: ByteBuffer) throws(StreamingError) -> (channel: UInt8, bytes: ByteBuffer)? {
        var message = message
        guard let first = message.readInteger(as: UInt8.self) else { return nil }
        guard isBase64 else { return (first, message) }
        guard first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9"),
            let bytes = Base64.decode(Array(message.readableBytesView))
        else { throw StreamingError(.protocolError, "a message is not base64 after its channel") }
        return (first - UInt8(ascii: "0"), ByteBuffer(bytes: bytes))
    }
}
