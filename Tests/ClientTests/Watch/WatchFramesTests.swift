// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import Client

struct WatchFramesTests {
    private let first =
        #"{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"5"}}}"#
    private let second =
        #"{"type":"DELETED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"b","resourceVersion":"6"}}}"#

    @Test("events are found however the bytes are cut", arguments: [1, 2, 7, 64, 10_000])
    func pieces(size: Int) throws {
        let bytes = Array((first + "\n" + second + "\r\n\n").utf8)
        var frames = WatchFrames<Pod>()
        var changes: [WatchChange<Pod>] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            changes += try frames.receive(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(changes.map(\.resourceVersion) == ["5", "6"])
        guard case .deleted(let pod) = changes.last else {
            Issue.record("the second event is a deletion")
            return
        }
        #expect(pod.metadata.name == "b")
    }

    @Test("an error event is thrown with its code")
    func expired() {
        var frames = WatchFrames<Pod>()
        let line =
            #"{"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","code":410,"message":"too old"}}"#
        let error = #expect(throws: ClientError.self) { _ = try frames.receive(Array((line + "\n").utf8)) }
        #expect(error?.code == .expired)
        #expect(error?.message == "too old")
    }

    @Test("one object that cannot be read does not end the watch")
    func unreadable() throws {
        var frames = WatchFrames<Pod>()
        let bad = #"{"type":"ADDED","object":{"metadata":{"name":7}}}"#
        let changes = try frames.receive(Array((bad + "\n" + first + "\n").utf8))
        #expect(changes.count == 2)
        guard case .unreadable = changes.first else {
            Issue.record("the first event is unreadable")
            return
        }
    }

    @Test("what is not JSON ends the watch")
    func garbage() {
        var frames = WatchFrames<Pod>()
        #expect(throws: ClientError.self) { _ = try frames.receive(Array("{nonsense\n".utf8)) }
    }
}
