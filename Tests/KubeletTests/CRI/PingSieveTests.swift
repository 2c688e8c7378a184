// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import Testing

@testable import Kubelet

struct PingSieveTests {
    private static func frame(_ type: UInt8, flags: UInt8 = 0, _ payload: [UInt8]) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, 1] + payload
    }

    private static let ping = frame(6, [0, 0, 0, 0, 0, 0, 0, 7])
    private static let answered = frame(6, flags: 1, [1, 2, 3, 4, 5, 6, 7, 8])
    private static let data = frame(0, Array(repeating: 6, count: 300))
    private static let settings = frame(4, [])

    @Test("pings are taken out and all other bytes pass in order, wherever the bytes are cut", arguments: 1...40)
    func cut(_ size: Int) {
        let all = Self.settings + Self.ping + Self.data + Self.ping + Self.answered + Self.ping + Self.settings
        var sieve = PingSieve()
        var rest: [UInt8] = []
        var pings: [UInt64] = []
        for start in stride(from: 0, to: all.count, by: size) {
            let sifted = sieve.sift(ByteBuffer(bytes: all[start..<min(start + size, all.count)]))
            rest += Array(sifted.rest.readableBytesView)
            pings += sifted.pings
        }
        #expect(rest == Self.settings + Self.data + Self.answered + Self.settings)
        #expect(pings == [7, 7, 7])
    }

    @Test("an answer has the ping's eight bytes and says that it is one")
    func answer() {
        var buffer = ByteBuffer()
        PingSieve.writeAnswer(to: 0x0102_0304_0506_0708, into: &buffer)
        #expect(Array(buffer.readableBytesView) == [0, 0, 8, 6, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    }
}
