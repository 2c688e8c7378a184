// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOHTTP1

/// Puts the parts of a request together, within the limit for bodies. A pure state machine.
struct RequestCollector {
    /// What the connection must do after a part.
    enum Action {
        /// Wait for more.
        case wait
        /// Tell the client to go on with the body (`Expect: 100-continue`).
        case sendContinue
        /// Answer this request.
        case answer(HTTPRequestHead, [UInt8])
        /// Refuse: the body is larger than allowed. What still comes of it is thrown away.
        case refuseTooLarge(HTTPRequestHead)
        /// The last part of a refused request has come.
        case discarded
        /// So much came after the refusal that the client must be cut off.
        case cutOff
    }

    private enum State {
        case idle
        case receiving(HTTPRequestHead)
        case discarding(bytes: Int)
    }

    private let maximumBodySize: Int
    private let maximumDiscard = 64 * 1024 * 1024
    private var state = State.idle
    private var body: [UInt8] = []

    init(maximumBodySize: Int) { self.maximumBodySize = maximumBodySize }

    /// Whether a request has begun and not ended.
    var isReceiving: Bool { if case .idle = state { false } else { true } }

    /// Takes the next part.
    mutating func receive(_ part: HTTPServerRequestPart) -> Action {
        switch (part, state) {
        case (.head(let head), _): return receiveHead(head)
        case (.body(let bytes), .receiving(let head)): return receiveBody(bytes, of: head)
        case (.end, .receiving(let head)):
            state = .idle
            defer { body = [] }
            return .answer(head, body)
        case (.body(let bytes), .discarding(let count)):
            state = .discarding(bytes: count + bytes.readableBytes)
            return count > maximumDiscard ? .cutOff : .wait
        case (.end, .discarding):
            state = .idle
            return .discarded
        case (_, .idle): return .wait
        }
    }

    private mutating func receiveHead(_ head: HTTPRequestHead) -> Action {
        let length = head.headers["content-length"].first.flatMap { Int($0) } ?? 0
        guard length <= maximumBodySize else {
            state = .discarding(bytes: 0)
            return .refuseTooLarge(head)
        }
        state = .receiving(head)
        if length > 0 { body.reserveCapacity(min(length, 64 * 1024)) }
        let expectation = head.headers["expect"].first?.lowercased()
        return expectation == "100-continue" && head.version != .http1_0 ? .sendContinue : .wait
    }

    private mutating func receiveBody(_ bytes: ByteBuffer, of head: HTTPRequestHead) -> Action {
        guard body.count + bytes.readableBytes <= maximumBodySize else {
            body = []
            state = .discarding(bytes: 0)
            return .refuseTooLarge(head)
        }
        body.append(contentsOf: bytes.readableBytesView)
        return .wait
    }
}

extension EdgeRequest {
    /// The value of a request that has wholly come.
    init(head: HTTPRequestHead, body: [UInt8], peer: PeerConnection, canUpgrade: Bool) {
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(head.headers.count)
        for field in head.headers {
            let isLower = !field.name.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
            headers.append((isLower ? field.name : field.name.lowercased(), field.value))
        }
        self.init(
            method: head.method.rawValue, target: head.uri, headers: headers, body: body, peer: peer,
            canUpgrade: canUpgrade)
    }
}
