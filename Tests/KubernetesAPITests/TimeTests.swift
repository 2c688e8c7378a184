// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import KubernetesAPI

struct TimeTests {
    @Test(
        "a time is written in UTC with whole seconds",
        arguments: [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"), ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59Z"), ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"), ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ])
    func text(_ text: String, _ expected: String) { #expect(Time(text)?.text == expected) }

    @Test(
        "a text that is no time is refused",
        arguments: ["", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01 00:00:00Z"])
    func refused(_ text: String) { #expect(Time(text) == nil) }

    @Test(
        "what is wrong with a text is said as Go says it",
        arguments: [
            ("2026-01-01T00:00:00Z", false, nil), ("2026-01-01T00:00:00.5Z", false, nil),
            ("2026-01-01T00:00:00.000001Z", true, nil),
            ("x", false, #"parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006""#),
            ("2026-1", false, #"parsing time "2026-1" as "2006-01-02T15:04:05Z07:00": cannot parse "1" as "01""#),
            ("2026-13-01T00:00:00Z", false, #"parsing time "2026-13-01T00:00:00Z": month out of range"#),
            ("", false, #"parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006""#),
            (
                "2026-01-01T00:00:00Z", true,
                #"parsing time "2026-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000""#
            ),
        ] as [(String, Bool, String?)])
    func fault(_ text: String, _ isMicro: Bool, _ fault: String?) {
        #expect(TimeText.fault(text, isMicro: isMicro) == fault)
    }

    @Test(
        "a span is written as Go writes it",
        arguments: [
            ("1h", "1h0m0s"), ("90s", "1m30s"), ("1500ms", "1.5s"), ("0", "0s"), ("-2m", "-2m0s"), ("15us", "15µs"),
        ])
    func duration(_ text: String, _ expected: String) { #expect(MetaDuration(text)?.text == expected) }

    @Test("no two times are too far apart: protobuf carries any number of seconds")
    func extremes() {
        let (first, last) = (Time(seconds: .min), Time(seconds: .max))
        #expect(last.since(first) == .seconds(Int64.max))
        #expect(first.since(last) == .seconds(Int64.min))
        #expect(last.adding(.seconds(5)) == Time(seconds: .max))
        #expect(first.adding(.seconds(-5)) == Time(seconds: .min))
        #expect(Time(seconds: 10).since(Time(seconds: 7, nanos: 500_000_000)) == .milliseconds(2500))
    }

    @Test("adding crosses seconds both ways")
    func adding() {
        let time = Time(seconds: 10, nanos: 500_000_000)
        #expect(time.adding(.milliseconds(700)) == Time(seconds: 11, nanos: 200_000_000))
        #expect(time.adding(.milliseconds(-700)) == Time(seconds: 9, nanos: 800_000_000))
    }
}
