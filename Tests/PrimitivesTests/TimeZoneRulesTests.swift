// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Primitives

struct TimeZoneRulesTests {
    /// A file with one change to summer time at 1,000 and one back at 2,000, and a rule for what follows.
    static func file(_ footer: String, times: [Int64] = [1_000, 2_000]) -> [UInt8] {
        func number(_ value: Int64, _ size: Int) -> [UInt8] {
            (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * Int64($0))) }
        }
        func header(_ counts: [Int64]) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.flatMap { number($0, 4) }
        }
        let count = Int64(times.count)
        let block = times.flatMap { number($0, 8) } + times.indices.map { UInt8($0 % 2 == 0 ? 1 : 0) }
        let types = number(-18_000, 4) + [0, 0] + number(-14_400, 4) + [1, 4]
        return header([0, 0, 0, 0, 0, 0]) + header([0, 0, 0, count, 2, 8]) + block + types + Array("EST\0EDT\0".utf8)
            + [0x0A] + Array(footer.utf8) + [0x0A]
    }

    @Test(
        "the offset at a moment",
        arguments: [
            (0, -18_000), (999, -18_000), (1_000, -14_400), (1_999, -14_400), (2_000, -18_000),
            // 2024-03-10T06:59:59Z and a second later; 2024-11-03T05:59:59Z and a second later
            (1_710_053_999, -18_000), (1_710_054_000, -14_400), (1_730_613_599, -14_400), (1_730_613_600, -18_000),
        ] as [(Int64, Int64)])
    func offset(seconds: Int64, offset: Int64) throws {
        let rules = try #require(TimeZoneRules(tzif: Self.file("EST5EDT,M3.2.0,M11.1.0")))
        #expect(rules.offset(at: seconds) == offset)
    }

    @Test(
        "rules for all years",
        arguments: [
            ("<+0330>-3:30", 0, 12_600),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 1_711_846_799, 3_600), ("CET-1CEST,M3.5.0,M10.5.0/3", 1_711_846_800, 7_200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 1_729_990_799, 7_200), ("CET-1CEST,M3.5.0,M10.5.0/3", 1_729_990_800, 3_600),
            // summer over the turn of the year
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_704_067_200, 39_600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_719_792_000, 36_000),
            ("A0B,J60/0,59/24", 1_709_251_200, 0),
        ] as [(String, Int64, Int64)])
    func recurrence(text: String, seconds: Int64, offset: Int64) throws {
        guard text.hasPrefix("A0B") else {
            #expect(try #require(TimeZoneRecurrence(Substring(text))).offset(at: seconds) == offset)
            return
        }
        // names have three letters
        #expect(TimeZoneRecurrence(Substring(text)) == nil)
    }

    @Test("what is cut off is no zone", arguments: [0, 4, 43, 44, 60, 90, 110])
    func cut(length: Int) {
        let whole = Self.file("EST5EDT,M3.2.0,M11.1.0")
        #expect(TimeZoneRules(tzif: Array(whole.prefix(length))) == nil)
        #expect(TimeZoneRules(tzif: Self.file("", times: []))?.offset(at: 0) == -18_000)
    }
}
