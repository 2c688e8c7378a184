// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// Where an exchange puts its answer: the HTTP/1.1 connection or the HTTP/2 stream. Confined to the event loop.
protocol ResponseSink: AnyObject {
    /// Whether more bytes can be taken without keeping more than the limit in memory.
    var canTakeMore: Bool { get }
    /// Starts the answer. `length` is nil where it is not known; `isBodiless` where none follows (HEAD).
    func writeHead(_ head: ResponseHead, length: Int?, isBodiless: Bool)
    func writeBody(_ bytes: [UInt8])
    /// Writes and flushes a piece of the body that `fill` puts into the buffer, at most `capacity` bytes.
    func writePiece(_ capacity: Int, _ fill: (inout ByteBuffer) throws -> Void) rethrows
    func flush()
    /// Ends the answer.
    func finish()
    /// The answer cannot be finished: the client must see that it is cut off.
    func abort()
    /// Hands the connection over; only where the request said it can be.
    func takeOver(_ upgrade: EdgeUpgrade)
}
