// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import NIOCore

/// The side of a SPDY connection that opens streams: which exist, and what comes over them.
struct SPDYClient {
    /// What happened on a stream of ours.
    enum Event: Equatable {
        case data(stream: UInt32, ByteBuffer)
        /// The peer sends no more on the stream.
        case ended(stream: UInt32)
        /// The peer gave the stream up.
        case reset(stream: UInt32)
        /// The peer is about to hang up.
        case goAway
    }

    private var codec = SPDYCodec()
    private var nextID: UInt32 = 1
    private var open: Set<UInt32> = []

    /// - Returns: the stream's ID and what is to be sent.
    mutating func openStream(_ headers: [String: String]) throws(StreamingError) -> (UInt32, ByteBuffer) {
        let id = nextID
        nextID += 2
        open.insert(id)
        return (id, try codec.encode(.synStream(id: id, headers: headers, final: false)))
    }

    /// - Parameter final: nothing more will be sent on the stream.
    mutating func send(_ bytes: ByteBuffer, on stream: UInt32, final: Bool = false) throws(StreamingError) -> ByteBuffer
    {
        try codec.encode(.data(id: stream, bytes, final: final))
    }

    /// - Returns: what happened, and what is to be sent in answer.
    mutating func receive(_ bytes: ByteBuffer) throws(StreamingError) -> ([Event], [ByteBuffer]) {
        var events: [Event] = []
        var answers: [ByteBuffer] = []
        for frame in try codec.decode(bytes) {
            switch frame {
            case .data(let id, let bytes, let final):
                guard open.contains(id) else { continue }
                if bytes.readableBytes > 0 { events.append(.data(stream: id, bytes)) }
                if final { end(id, &events) }
            case .synReply(let id, _, let final), .headers(let id, _, let final):
                if final { end(id, &events) }
            case .resetStream(let id, _):
                if open.remove(id) != nil { events.append(.reset(stream: id)) }
            case .ping(let id):
                // Odd numbers are ours, and we send none: only the peer's are answered.
                if id % 2 == 0 { answers.append(try codec.encode(.ping(id: id))) }
            case .goAway:
                events.append(.goAway)
            case .synStream(let id, _, _):
                // Nothing has a use for a stream that the runtime opens; 3 is REFUSED_STREAM.
                answers.append(try codec.encode(.resetStream(id: id, status: 3)))
            case .settings, .windowUpdate:
                break
            }
        }
        return (events, answers)
    }

    private mutating func end(_ id: UInt32, _ events: inout [Event]) {
        if open.remove(id) != nil { events.append(.ended(stream: id)) }
    }
}
