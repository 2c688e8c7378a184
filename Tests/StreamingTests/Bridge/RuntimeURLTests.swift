// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Streaming

struct RuntimeURLTests {
    @Test(
        "URLs as runtimes give them",
        arguments: [
            ("http://127.0.0.1:36751/exec/abc-_1", "127.0.0.1", 36751, "/exec/abc-_1"),
            ("http://host/a?b=c", "host", 80, "/a?b=c"),
            ("http://[::1]:1/x", "::1", 1, "/x"), ("http://h:1", "h", 1, "/"),
        ])
    func valid(_ text: String, _ host: String, _ port: Int, _ path: String) throws {
        let url = try RuntimeURL(text)
        #expect(url.host == host && url.port == port && url.path == path)
    }

    @Test(
        "others are refused",
        arguments: ["", "https://h/x", "http:///x", "http://h:0/", "http://h:x/", "http://h/a b", "http://h/a\r\nB: c"])
    func invalid(_ text: String) { #expect(throws: StreamingError.self) { try RuntimeURL(text) } }
}
