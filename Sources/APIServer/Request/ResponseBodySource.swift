// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// A body that is made while it is sent, so that it needs no memory of its own size: the connection asks for the next bytes
/// whenever it can take some.
package protocol ResponseBodySource: Sendable {
    /// Hands out the next bytes, in order.
    ///
    /// - Parameters:
    ///   - count: at most so many, more than 64. Fewer may come before the end, but never none.
    ///   - take: called with each run of bytes, which it must copy: they are valid during the call alone.
    /// - Returns: whether anything is left.
    /// - Throws: where the rest cannot be made; the client then sees that the answer is cut off.
    mutating func next(_ count: Int, _ take: (UnsafeBufferPointer<UInt8>) -> Void) throws -> Bool
}

extension APIResponse {
    /// The answer with its whole body, for readers in this process.
    ///
    /// - Throws: where the body cannot be made.
    package func collected() async throws -> (head: ResponseHead, body: [UInt8]) {
        switch self {
        case .whole(let head, let chunks): return (head, Array(chunks.joined()))
        case .stream(let head, let produce):
            let writer = CollectingBodyWriter()
            try await produce(writer)
            return (head, writer.bytes)
        }
    }
}

/// Keeps all that is written.
private final class CollectingBodyWriter: ResponseBodyWriter {
    private let state = Mutex<[UInt8]>([])
    var bytes: [UInt8] { state.withLock { $0 } }
    func write(_ bytes: [UInt8]) async throws { state.withLock { $0 += bytes } }
}

extension ResponseBodyWriter {
    /// Asks the source for pieces and writes them one after the other.
    package func write(_ source: some ResponseBodySource) async throws {
        var source = source
        var isMore = true
        while isMore {
            var piece: [UInt8] = []
            piece.reserveCapacity(64 << 10)
            isMore = try source.next(64 << 10) { piece.append(contentsOf: $0) }
            try await write(piece)
        }
    }
}
