// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// The writer that a streamed answer is given.
struct ExchangeWriter: ResponseBodyWriter {
    let exchange: NIOLoopBound<Exchange>

    func write(_ bytes: [UInt8]) async throws {
        let canTakeMore: Bool
        if exchange.eventLoop.inEventLoop {
            canTakeMore = try exchange.value.append(bytes, flushSoon: true)
        } else {
            canTakeMore = try await exchange.eventLoop.submit { try exchange.value.append(bytes, flushSoon: true) }
                .get()
        }
        if !canTakeMore { try await waitUntilWritable() }
    }

    func write(_ source: some ResponseBodySource) async throws {
        try await withCheckedThrowingContinuation { continuation in
            if exchange.eventLoop.inEventLoop {
                exchange.value.send(source, continuation)
            } else {
                exchange.eventLoop.execute { exchange.value.send(source, continuation) }
            }
        }
    }

    func waitUntilWritable() async throws {
        try await withCheckedThrowingContinuation { continuation in
            if exchange.eventLoop.inEventLoop {
                exchange.value.wait(continuation)
            } else {
                exchange.eventLoop.execute { exchange.value.wait(continuation) }
            }
        }
    }
}
