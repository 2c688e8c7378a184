// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct LargeListTests {
    private static let maps = "/api/v1/namespaces/default/configmaps"

    /// A server with as many ConfigMaps of one KiB.
    private func server(_ count: Int) async throws -> TestServer {
        let server = try await TestServer.ready()
        let text = String(repeating: "v", count: 1024)
        for index in 0..<count {
            let body =
                #"{"metadata":{"name":"m\#(1000 + index)","labels":{"odd":"\#(index % 2)"}},"data":{"k":"\#(text)"}}"#
            #expect(try await server.send("POST", Self.maps, body).status == 201)
        }
        return server
    }

    private func names(_ list: JSONValue) -> [String] {
        (list["items"]?.arrayValue ?? []).compactMap { $0.at("metadata", "name")?.stringValue }
    }

    @Test("a large list is joined as it is sent: the same objects as they are read one by one")
    func whole() async throws {
        let server = try await server(100)
        let list = try await server.send("GET", Self.maps)
        #expect(list.body.count > 100 * 1024)
        let items = try #require(list.json["items"]?.arrayValue)
        #expect(items.count == 100)
        for item in items {
            let name = try #require(item.at("metadata", "name")?.stringValue)
            let single = try await server.send("GET", Self.maps + "/" + name).json
            #expect(item["metadata"] == single["metadata"])
            #expect(item["data"] == single["data"])
            #expect(item["kind"] == nil && item["apiVersion"] == nil)
        }
    }

    @Test("pages and selections of a large list are complete, and say what remains")
    func pages() async throws {
        let server = try await server(100)
        var seen: [String] = []
        var token = ""
        var remaining: [Int64?] = []
        repeat {
            let page = try await server.send("GET", Self.maps + "?limit=40&continue=" + token).json
            seen += names(page)
            token = page.at("metadata", "continue")?.stringValue ?? ""
            remaining.append(page.at("metadata", "remainingItemCount")?.int64Value)
        } while !token.isEmpty
        #expect(seen == (0..<100).map { "m\(1000 + $0)" })
        #expect(remaining == [60, 20, nil])
        let odd = try await server.send("GET", Self.maps + "?labelSelector=odd%3D1").json
        #expect(names(odd) == (0..<50).map { "m\(1001 + 2 * $0)" })
        let partial = try await server.send(
            "GET", Self.maps, accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        ).json
        #expect(partial["kind"]?.stringValue == "PartialObjectMetadataList")
        #expect(names(partial).count == 100)
    }

    @Test("the bytes of a list do not depend on the sizes in which they are asked for", arguments: [65, 1000, 1 << 20])
    func sizes(_ size: Int) async throws {
        let server = try await server(40)
        let expected = try await server.send("GET", Self.maps).body
        let writer = PieceWriter(size: size)
        guard case .stream(_, let produce) = await server.handler.respond(to: try server.request("GET", Self.maps))
        else {
            Issue.record("the list is not streamed")
            return
        }
        try await produce(writer)
        #expect(writer.bytes == expected)
    }

    @Test("a large list for people is broken into lines as it is sent", arguments: [65, 1000, 1 << 20])
    func lines(_ size: Int) async throws {
        let server = try await server(40)
        let plain = try await server.send("GET", Self.maps).body
        let writer = PieceWriter(size: size)
        let request = try server.request("GET", Self.maps + "?pretty=true")
        guard case .stream(_, let produce) = await server.handler.respond(to: request) else {
            Issue.record("the list is not streamed")
            return
        }
        try await produce(writer)
        #expect(writer.bytes == JSONIndenter.indent(plain))
        #expect(writer.bytes.starts(with: "{\n  \"kind\": \"ConfigMapList\",\n".utf8))
    }

    @Test("components of the process are handed the cache's own objects, and what changes")
    func shared() async throws {
        let server = try await server(3)
        let list = try await server.handler.listObjects(try server.request("GET", Self.maps))
        #expect(list.objects.map(\.name) == ["m1000", "m1001", "m1002"])
        let again = try await server.handler.listObjects(try server.request("GET", Self.maps))
        #expect(zip(list.objects, again.objects).allSatisfy { $0 === $1 })
        let watch = try await server.handler.watchObjects(
            try server.request("GET", Self.maps + "?watch=1&resourceVersion=\(list.revision)"))
        try await server.send("DELETE", Self.maps + "/m1001")
        try await server.send("POST", Self.maps, #"{"metadata":{"name":"new"}}"#)
        var seen: [String] = []
        while seen.count < 2, let changes = try await watch.next() {
            for change in changes {
                switch change {
                case .added(let object): seen.append("+" + object.name)
                case .modified(let object): seen.append("~" + object.name)
                case .deleted(let object): seen.append("-" + object.name)
                case .reached: break
                }
            }
        }
        #expect(seen == ["-m1001", "+new"])
        watch.end()
        #expect(try await watch.next() == nil)
    }
}

/// Asks a source for pieces of one size.
private final class PieceWriter: ResponseBodyWriter {
    private let size: Int
    private let collected = CollectingWriter()
    var bytes: [UInt8] { collected.bytes }

    init(size: Int) { self.size = size }

    func write(_ bytes: [UInt8]) async throws { try await collected.write(bytes) }

    func write(_ source: some ResponseBodySource) async throws {
        var source = source
        var isMore = true
        while isMore {
            var piece: [UInt8] = []
            isMore = try source.next(size) { piece += $0 }
            #expect(piece.count <= size)
            try await collected.write(piece)
        }
    }
}
