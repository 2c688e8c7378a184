// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Streaming

struct SPDYHeaderCodecTests {
    @Test("the dictionary is the draft's: its length and the checksum that zlib puts before the first block")
    func dictionary() throws {
        #expect(SPDYDictionary.bytes.count == 1423)
        let block = try SPDYHeaderCompressor().compress([0, 0, 0, 0])
        #expect(Array(block[2..<6]) == [0xe3, 0xc6, 0xa7, 0xc2])
    }

    @Test("blocks of one connection are restored in order", arguments: [0, 1, 100, 4095, 4096, 60_000])
    func roundTrip(_ length: Int) throws {
        let compressor = SPDYHeaderCompressor()
        let decompressor = SPDYHeaderDecompressor()
        for seed in 0..<3 {
            let block = (0..<length).map { UInt8(truncatingIfNeeded: ($0 + seed) &* 31) }
            #expect(try decompressor.decompress(compressor.compress(block)) == block)
        }
    }

    @Test("a block that is not valid or grows too large is refused")
    func refusal() throws {
        #expect(throws: StreamingError.self) { try SPDYHeaderDecompressor().decompress([1, 2, 3, 4, 5, 6, 7, 8]) }
        let bomb = try SPDYHeaderCompressor().compress([UInt8](repeating: 0, count: 1 << 20))
        #expect(throws: StreamingError.self) { try SPDYHeaderDecompressor().decompress(bomb) }
    }
}
