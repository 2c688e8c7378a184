// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// A body on its way from its source to one connection. Confined to the event loop.
///
/// What a client costs that does not read is the piece that was written last, and what the kernel takes.
final class BodySending {
    /// Bytes of a body that are written before other connections have their turn.
    static let turn = 256 << 10
    /// With what a new connection, or one that did not read, begins.
    private static let smallestPiece = 16 << 10
    /// With TLS' overhead it fits a buffer of 64 KiB.
    private static let greatestPiece = 56 << 10

    private var source: any ResponseBodySource
    /// Resumed when the last of the body is on its way, or cannot be.
    let continuation: CheckedContinuation<Void, any Error>?
    /// How many bytes are written at once: more while the client keeps up.
    private(set) var pieceSize = BodySending.smallestPiece

    init(source: any ResponseBodySource, continuation: CheckedContinuation<Void, any Error>?) {
        self.source = source
        self.continuation = continuation
    }

    /// The client does not keep up.
    func stall() { pieceSize = Self.smallestPiece }

    /// Writes one piece.
    ///
    /// - Returns: whether anything is left.
    func writePiece(to sink: any ResponseSink) throws -> Bool {
        var isMore = false
        try sink.writePiece(pieceSize) { buffer in
            isMore = try source.next(pieceSize) { _ = buffer.writeBytes(UnsafeRawBufferPointer($0)) }
        }
        pieceSize = min(pieceSize * 2, Self.greatestPiece)
        return isMore
    }
}
