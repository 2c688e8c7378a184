// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import NIOCore

/// What a translator wants done, in this order.
struct RelayOutput {
    var toClient: [ByteBuffer] = []
    var toRuntime: [ByteBuffer] = []
    /// The session is over: hang up on both sides once everything is sent.
    var finished = false
}

/// What two peers say to each other, put into each other's words: bytes in, bytes out, no socket.
protocol StreamTranslator {
    /// Called once, before anything else.
    mutating func start() throws(StreamingError) -> RelayOutput
    /// A piece of the client's stream of bytes, or one WebSocket message.
    mutating func fromClient(_ bytes: ByteBuffer) throws(StreamingError) -> RelayOutput
    /// A piece of the runtime's stream of bytes.
    mutating func fromRuntime(_ bytes: ByteBuffer) throws(StreamingError) -> RelayOutput
    /// The runtime has hung up.
    mutating func runtimeEnded() -> RelayOutput
}

/// Passes everything on as it is: for clients that speak SPDY, within a WebSocket or without.
struct PlainTranslator: StreamTranslator {
    func start() -> RelayOutput { RelayOutput() }
    func fromClient(_ bytes: ByteBuffer) -> RelayOutput { RelayOutput(toRuntime: [bytes]) }
    func fromRuntime(_ bytes: ByteBuffer) -> RelayOutput { RelayOutput(toClient: [bytes]) }
    func runtimeEnded() -> RelayOutput { RelayOutput(finished: true) }
}
