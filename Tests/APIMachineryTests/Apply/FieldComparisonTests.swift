// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

/// The shapes of kinds that the tables use.
enum Shapes {
    static let deployment = ApplySchema.shared.kind(group: "apps", version: "v1", kind: "Deployment")
    static let configMap = ApplySchema.shared.kind(group: "", version: "v1", kind: "ConfigMap")
    static let service = ApplySchema.shared.kind(group: "", version: "v1", kind: "Service")
}

struct FieldComparisonTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var shape = Shapes.configMap
        var old: String
        var new: String
        var added = "{}"
        var removed = "{}"
        var modified = "{}"
        var testDescription: String { name }
    }

    @Test(
        "changes are paths, wholes where the schema says so",
        arguments: [
            Case(name: "nothing", old: #"{"data":{"a":"1"}}"#, new: #"{"data":{"a":"1"}}"#),
            Case(
                name: "what the server gives does not count",
                old: #"{"kind":"A","metadata":{"name":"a","uid":"1","resourceVersion":"1","generation":1}}"#,
                new: #"{"kind":"B","metadata":{"name":"b","uid":"2","generation":2,"managedFields":[{}]}}"#),
            Case(
                name: "a new map is a member, too", old: "{}", new: #"{"data":{"a":"1"}}"#,
                added: #"{"f:data":{".":{},"f:a":{}}}"#),
            Case(
                name: "keys of a map", old: #"{"data":{"a":"1","b":"1","c":"1"}}"#,
                new: #"{"data":{"b":"1","c":"2","d":"1"}}"#,
                added: #"{"f:data":{"f:d":{}}}"#, removed: #"{"f:data":{"f:a":{}}}"#,
                modified: #"{"f:data":{"f:c":{}}}"#),
            Case(
                name: "null and empty are different", old: #"{"data":null}"#, new: #"{"data":{}}"#,
                modified: #"{"f:data":{}}"#),
            Case(
                name: "an emptied map keeps its path", old: #"{"data":{"a":"1"}}"#, new: #"{"data":{}}"#,
                removed: #"{"f:data":{"f:a":{}}}"#),
            Case(
                name: "items of a set", old: #"{"metadata":{"finalizers":["a","b"]}}"#,
                new: #"{"metadata":{"finalizers":["c","b"]}}"#,
                added: #"{"f:metadata":{"f:finalizers":{"v:\"c\"":{}}}}"#,
                removed: #"{"f:metadata":{"f:finalizers":{"v:\"a\"":{}}}}"#),
            Case(
                name: "atomic structures are wholes", shape: Shapes.deployment,
                old: #"{"spec":{"selector":{"matchLabels":{"a":"1"}}}}"#,
                new: #"{"spec":{"selector":{"matchLabels":{"a":"2"}}}}"#, modified: #"{"f:spec":{"f:selector":{}}}"#),
            Case(
                name: "items by key, with the default of a key that is left out", shape: Shapes.service,
                old: #"{"spec":{"ports":[{"port":80,"name":"a"}]}}"#,
                new: #"{"spec":{"ports":[{"port":80,"name":"b","protocol":"TCP"},{"port":80,"protocol":"UDP"}]}}"#,
                added:
                    #"{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{"f:protocol":{}},"k:{\"port\":80,\"protocol\":\"UDP\"}":{".":{},"f:port":{},"f:protocol":{}}}}}"#,
                modified: #"{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{"f:name":{}}}}}"#),
            Case(
                name: "an item that came to stand twice", shape: Shapes.service,
                old: #"{"spec":{"ports":[{"port":80}]}}"#, new: #"{"spec":{"ports":[{"port":80},{"port":80}]}}"#,
                added: #"{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{}}}}"#,
                removed: #"{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}}"#),
        ])
    func compare(_ c: Case) {
        let changes = FieldComparison(
            Array(c.old.utf8), Array(c.new.utf8), shape: c.shape, ignoresSystemFields: true)
        #expect(text(changes.added) == c.added)
        #expect(text(changes.removed) == c.removed)
        #expect(text(changes.modified) == c.modified)
    }

    @Test("maps with many keys in any order are compared by name")
    func manyKeys() {
        let keys = (0..<200).map { "\"k\($0)\":\"v\"" }
        let old = "{\"data\":{" + keys.joined(separator: ",") + "}}"
        let new = "{\"data\":{" + keys.reversed().dropLast().joined(separator: ",") + ",\"new\":\"v\"}}"
        let changes = FieldComparison(
            Array(old.utf8), Array(new.utf8), shape: Shapes.configMap, ignoresSystemFields: true)
        #expect(text(changes.added) == #"{"f:data":{"f:new":{}}}"#)
        #expect(text(changes.removed) == #"{"f:data":{"f:k0":{}}}"#)
        #expect(changes.modified.isEmpty)
    }

    @Test(
        "bytes that are no JSON do not trap",
        arguments: ["", "{", "[", "{\"a", "{\"a\":", "}", "{\"data\":{\"a\"}}", "\\"])
    func broken(_ given: String) {
        let changes = FieldComparison(
            Array(given.utf8), Array("{}".utf8), shape: Shapes.configMap, ignoresSystemFields: true)
        #expect(changes.added.isEmpty)
    }
}
