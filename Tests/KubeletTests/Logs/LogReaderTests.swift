// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import NIOHTTP1
import Testing

@testable import Kubelet

struct LogReaderTests {
    static let text = """
        2026-01-01T00:00:01.000000001Z stdout F one
        2026-01-01T00:00:02.000000001Z stderr F two
        2026-01-01T00:00:03.000000001Z stdout P thr
        2026-01-01T00:00:03.000000002Z stdout F ee
        2026-01-01T00:00:04.000000001Z stdout F four

        """

    struct Case: Sendable, CustomTestStringConvertible {
        var query: String
        var expected: String
        var testDescription: String { query }
    }

    static let cases: [Case] = [
        Case(query: "", expected: "one\ntwo\nthree\nfour\n"),
        Case(query: "tailLines=1", expected: "four\n"),
        Case(query: "tailLines=0", expected: ""),
        Case(query: "tailLines=100", expected: "one\ntwo\nthree\nfour\n"),
        Case(query: "limitBytes=5", expected: "one\nt"),
        Case(query: "sinceTime=2026-01-01T00:00:04Z", expected: "four\n"),
        Case(query: "stream=Stderr", expected: "two\n"),
        Case(query: "tailLines=1&timestamps=true", expected: "2026-01-01T00:00:04.000000001Z four\n"),
    ]

    @Test("what of a log is sent", arguments: cases)
    func reading(_ c: Case) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/0.log"
        try FileSystem.write(Array(Self.text.utf8), to: path, mode: 0o600)
        let request = KubeletRequest(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/containerLogs?\(c.query)"))
        let options = LogOptions(request, now: Time(seconds: 0))
        let collected = Collected()
        try await LogReader(path: path, options: options, timekeeper: Timekeeper())
            .read(isRunning: { false }, write: { await collected.add($0) })
        #expect(await collected.text == c.expected)
    }

    @Test("a followed log is read to the end that the container leaves")
    func following() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/0.log"
        try FileSystem.write(Array("2026-01-01T00:00:01Z stdout F one\n".utf8), to: path, mode: 0o600)
        var options = LogOptions()
        options.follow = true
        let collected = Collected()
        let looks = Looks()
        try await LogReader(path: path, options: options, timekeeper: Timekeeper()).read(
            isRunning: {
                // writes its last line just before it ends
                guard await looks.next() == 0 else { return false }
                let all = "2026-01-01T00:00:01Z stdout F one\n2026-01-01T00:00:02Z stdout F last\n"
                do { try FileSystem.write(Array(all.utf8), to: path, mode: 0o600) } catch { Issue.record(error) }
                return false
            }, write: { await collected.add($0) })
        #expect(await collected.text == "one\nlast\n")
    }

    private actor Looks {
        private var count = 0
        func next() -> Int {
            defer { count += 1 }
            return count
        }
    }

    actor Collected {
        private var bytes: [UInt8] = []
        func add(_ more: [UInt8]) { bytes += more }
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }
}
