// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIServer

struct NameGeneratorTests {
    @Test("numbers that many draw at once are all different")
    func pool() async {
        let drawn = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<8 { group.addTask { (0..<500).map { _ in RandomPool.shared.next() } } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        // of 4,000 numbers of 64 bits two are the same once in 2 * 10^12 runs
        #expect(Set(drawn).count == 4_000)
    }

    @Test("a uid is a random UUID of version 4")
    func uid() {
        let digits = NameGenerator(random: { 0xffff_ffff_ffff_ffff }).uid()
        #expect(digits == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(NameGenerator(random: { 0 }).uid() == "00000000-0000-4000-8000-000000000000")
    }
}
