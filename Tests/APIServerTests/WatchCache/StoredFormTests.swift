// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct StoredFormTests {
    private func stored(_ map: ConfigMap) throws -> [UInt8] {
        var writer = JSONWriter(resourceVersion: .hole)
        map.encode(json: &writer)
        let hole = try #require(writer.resourceVersionOffset)
        return try #require(StoredForm.wrap(writer.bytes, hole: hole))
    }

    private let map = ConfigMap {
        $0.metadata.name = "a"
        $0.metadata.uid = "u-1"
        $0.metadata.resourceVersion = "5"
        $0.metadata.generation = 3
        $0.data = ["k": "v"]
    }

    @Test("the revision goes where the encoder would have written it")
    func splice() throws {
        let final = try #require(StoredForm.splice(try stored(map), revision: 77))
        var expected = map
        expected.metadata.resourceVersion = "77"
        #expect(String(decoding: final, as: UTF8.self) == String(decoding: JSONCoding.encode(expected), as: UTF8.self))
    }

    @Test("JSON that was written behind room for the header is stored as it is")
    func seal() throws {
        var writer = JSONWriter(headerLength: StoredForm.headerLength, resourceVersion: .hole)
        map.encode(json: &writer)
        #expect(StoredForm.seal(&writer) == (try stored(map)))
    }

    @Test("what shows no place for a revision is not sealed")
    func sealWithoutHole() {
        var writer = JSONWriter(headerLength: StoredForm.headerLength, resourceVersion: .hole)
        writer.string("no object")
        #expect(StoredForm.seal(&writer) == nil)
    }

    @Test("a deletion shows the last state with its own revision")
    func replace() throws {
        let final = try #require(StoredForm.splice(try stored(map), revision: 9))
        let deleted = StoredForm.replaceRevision(in: final, from: 9, to: 1000)
        let read = try JSONCoding.decode(ConfigMap.self, from: deleted)
        #expect(read.metadata.resourceVersion == "1000")
        #expect(read.data == ["k": "v"])
    }

    @Test(
        "other bytes are refused",
        arguments: [[], [1, 0, 0, 0, 0], [2, 1, 0, 0, 0, 123, 125], [1, 255, 255, 255, 255, 123]])
    func broken(_ bytes: [UInt8]) {
        #expect(StoredForm.splice(bytes, revision: 1) == nil)
    }
}
