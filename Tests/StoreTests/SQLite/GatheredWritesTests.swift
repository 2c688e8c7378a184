// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Store

struct GatheredWritesTests {
    private static func take(_ writes: inout GatheredWrites, _ bytes: [UInt8], at offset: Int64) -> Bool {
        bytes.withUnsafeBytes { writes.take($0, at: offset) }
    }

    private static func drain(_ writes: inout GatheredWrites) -> (bytes: [UInt8], offset: Int64)? {
        var written: (bytes: [UInt8], offset: Int64)?
        _ = writes.drain { bytes, offset in
            written = (Array(bytes), offset)
            return 0
        }
        return written
    }

    @Test("what follows on becomes one write")
    func followsOn() {
        var writes = GatheredWrites()
        #expect(writes.isEmpty)
        #expect(Self.take(&writes, [1, 2], at: 32))
        #expect(Self.take(&writes, [3], at: 34))
        #expect(Self.take(&writes, [4, 5], at: 35))
        let written = Self.drain(&writes)
        #expect(written?.bytes == [1, 2, 3, 4, 5])
        #expect(written?.offset == 32)
        #expect(writes.isEmpty && Self.drain(&writes) == nil)
    }

    @Test("what belongs elsewhere is not taken", arguments: [0, 31, 33, 35, 4_096])
    func elsewhere(offset: Int64) {
        var writes = GatheredWrites()
        #expect(Self.take(&writes, [1, 2], at: 32))
        #expect(!Self.take(&writes, [3], at: offset))
        #expect(Self.drain(&writes)?.bytes == [1, 2])
        #expect(Self.take(&writes, [3], at: offset))
        #expect(Self.drain(&writes)?.offset == offset)
    }

    @Test("no more is taken than there is room for")
    func full() {
        var writes = GatheredWrites()
        let half = [UInt8](repeating: 7, count: GatheredWrites.capacity / 2)
        #expect(Self.take(&writes, half, at: 0))
        #expect(Self.take(&writes, half, at: Int64(half.count)))
        #expect(!Self.take(&writes, [1], at: Int64(GatheredWrites.capacity)))
        #expect(Self.drain(&writes)?.bytes.count == GatheredWrites.capacity)
        #expect(!Self.take(&writes, half + half + [1], at: 0))
        #expect(writes.isEmpty)
    }

    @Test("a failure is passed on, and what failed is not written later")
    func failure() {
        var writes = GatheredWrites()
        #expect(Self.take(&writes, [1], at: 0))
        #expect(writes.drain { _, _ in 13 } == 13)
        #expect(writes.isEmpty)
    }

    @Test("SQLite takes the file system")
    func registration() { #expect(LogFileSystem.name == "martlet-log") }
}
