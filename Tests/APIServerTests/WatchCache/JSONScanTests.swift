// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIServer

struct JSONScanTests {
    private func path(_ text: String) -> [[UInt8]] { text.split(separator: ".").map { Array($0.utf8) } }

    @Test(
        "a value is found by its path",
        arguments: [
            (#"{"spec":{"nodeName":"n1"}}"#, "spec.nodeName", "n1"),
            (#"{"a":{"nodeName":"x"},"spec":{"x":[{"}":"]"}],"nodeName":"n2"}}"#, "spec.nodeName", "n2"),
            (#"{"spec":{"hostNetwork":true}}"#, "spec.hostNetwork", "true"),
            (#"{"status":{"replicas":12}}"#, "status.replicas", "12"),
            (#"{"spec":{"n":"a\"b\u00e9\n"}}"#, "spec.n", "a\"bé\n"),
            (#"{"spec":{"n":null}}"#, "spec.n", nil),
            (#"{"spec":{}}"#, "spec.n", nil),
            (#"{"spec":"text"}"#, "spec.n", nil),
            ("", "spec.n", nil), ("{", "spec.n", nil), (#"{"spec"#, "spec.n", nil), (#"{"spec":{"n":"#, "spec.n", nil),
            ("[1,2]", "spec.n", nil), (#"{"spec":{"n":"abc"#, "spec.n", ""),
        ] as [(String, String, String?)])
    func scalar(_ json: String, _ at: String, _ expected: String?) {
        let found = JSONScan.scalar(path(at), in: Array(json.utf8))
        #expect((found ?? "") == (expected ?? ""))
    }

    @Test("labels are read without the rest")
    func labels() {
        let json =
            #"{"kind":"Pod","metadata":{"name":"a","labels":{"app":"web","e":""},"x":1},"spec":{"labels":{"no":"no"}}}"#
        #expect(JSONScan.labels(Array(json.utf8)) == ["app": "web", "e": ""])
        #expect(JSONScan.labels(Array("{}".utf8)).isEmpty)
    }

    @Test("a text is found wherever it stands, and first where it stands first")
    func find() {
        let needle = Array("node".utf8)
        for length in 0..<80 {
            let filler = (0..<length).map { UInt8(ascii: $0 % 3 == 0 ? "n" : $0 % 3 == 1 ? "e" : "o") }
            #expect(JSONScan.find(needle, in: filler, from: 0) == nil)
            #expect(JSONScan.find(needle, in: filler + needle, from: 0) == length)
            #expect(JSONScan.find(needle, in: filler + needle + filler + needle, from: 0) == length)
            #expect(JSONScan.find(needle, in: filler + needle + filler + needle, from: length + 1) == 2 * length + 4)
            #expect(JSONScan.find(needle, in: filler + needle.dropLast(), from: 0) == nil)
        }
        #expect(JSONScan.find([], in: needle, from: 0) == nil)
        #expect(JSONScan.find(needle, in: [], from: 0) == nil)
        #expect(JSONScan.find(needle, in: needle, from: -1) == nil)
    }
}
