// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import KubernetesAPI
import Testing
import Wire

/// Upstream's published samples, one object of each kind in three encodings, where they stand beside the checkout.
enum Vectors {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/vectors")

    /// `GROUP.VERSION.KIND` of each sample.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
        if names.isEmpty { print("skipped: no codec vectors at ../shared/vectors") }
        return names
    }()

    static func bytes(_ name: String, _ suffix: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent("\(name).\(suffix)")))
    }

    /// The Swift type for a sample, by the kind and version it says of itself.
    static func type(_ name: String) throws -> any TopLevelObject.Type {
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(try bytes(name, "json"))) as? [String: Any])
        let apiVersion = try #require(json["apiVersion"] as? String)
        let kind = try #require(json["kind"] as? String)
        return try #require(KindTable.type(apiVersion: apiVersion, kind: kind), "no type for \(apiVersion) \(kind)")
    }
}

struct VectorTests {
    @Test("JSON and protobuf of each sample decode and encode to each other", arguments: Vectors.names)
    func roundTrip(_ name: String) throws {
        if name == "core.v1.WatchEvent" {
            try check(WatchEvent.self, name, apiVersion: "", kind: "")
        } else {
            try checkKind(try Vectors.type(name), name)
        }
    }

    private func checkKind<Value: TopLevelObject>(_: Value.Type, _ name: String) throws {
        try check(Value.self, name, apiVersion: Value.apiVersion, kind: Value.kind)
    }

    private func check<Value: WireValue>(_: Value.Type, _ name: String, apiVersion: String, kind: String) throws {
        let json = try Vectors.bytes(name, "json")
        let protobuf = try Vectors.bytes(name, "pb")
        let fromJSON = try JSONCoding.decodeStrictly(Value.self, from: json)
        #expect(fromJSON.faults.isEmpty, "unknown fields in \(name)")
        let fromProtobuf = try ProtobufCoding.decode(Value.self, from: protobuf)
        let yaml = try YAML.toJSON(try Vectors.bytes(name, "yaml"))
        let fromYAML = try JSONCoding.decode(Value.self, from: yaml)
        #expect(fromYAML == fromJSON.value, "YAML of \(name)")
        let written = try YAML.toJSON(try YAML.fromJSON(JSONCoding.encode(fromJSON.value)))
        #expect(try JSONCoding.decode(Value.self, from: written) == fromJSON.value, "written YAML of \(name)")
        for value in [fromJSON.value, fromProtobuf] {
            #expect(ProtobufCoding.encode(value, apiVersion: apiVersion, kind: kind) == protobuf, "protobuf of \(name)")
            let object = try JSONSerialization.jsonObject(with: Data(JSONCoding.encode(value))) as? NSDictionary
            let expected = try JSONSerialization.jsonObject(with: Data(json)) as? NSDictionary
            #expect(object == expected, "JSON of \(name)")
        }
    }
}
