// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct PatchTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var document: String
        var patch: String
        /// nil if the patch must fail.
        var expected: String?
        var testDescription: String { name }

        init(_ name: String, _ document: String, _ patch: String, _ expected: String?) {
            (self.name, self.document, self.patch, self.expected) = (name, document, patch, expected)
        }
    }

    @Test(
        "JSON Patch",
        arguments: [
            Case("add a member", #"{"a":1}"#, #"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1,"b":2}"#),
            Case("add replaces", #"{"a":1}"#, #"[{"op":"add","path":"/a","value":2}]"#, #"{"a":2}"#),
            Case("add inserts", #"{"a":[1,3]}"#, #"[{"op":"add","path":"/a/1","value":2}]"#, #"{"a":[1,2,3]}"#),
            Case("add appends", #"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":2}]"#, #"{"a":[1,2]}"#),
            Case("add beyond the end", #"{"a":[1]}"#, #"[{"op":"add","path":"/a/5","value":2}]"#, nil),
            Case("add below nothing", #"{"a":1}"#, #"[{"op":"add","path":"/b/c","value":2}]"#, nil),
            Case("escapes", #"{"x/y~z":1}"#, #"[{"op":"remove","path":"/x~1y~0z"}]"#, "{}"),
            Case("replace what is not there", "{}", #"[{"op":"replace","path":"/a","value":2}]"#, #"{"a":2}"#),
            Case("remove what is not there", "{}", #"[{"op":"remove","path":"/a"}]"#, nil),
            Case("remove the last", #"{"a":[1,2]}"#, #"[{"op":"remove","path":"/a/-1"}]"#, #"{"a":[1]}"#),
            Case("move", #"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a/b","path":"/c"}]"#, #"{"a":{},"c":1}"#),
            Case("move from nothing", "{}", #"[{"op":"move","from":"/a","path":"/c"}]"#, nil),
            Case("copy", #"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a","path":"/c"}]"#, #"{"a":{"b":1},"c":{"b":1}}"#),
            Case(
                "copy from nothing", #"{"a":{}}"#, #"[{"op":"copy","from":"/a/x","path":"/c"}]"#, #"{"a":{},"c":null}"#),
            Case(
                "test holds", #"{"a":{"b":[1]}}"#, #"[{"op":"test","path":"/a","value":{"b":[1]}}]"#,
                #"{"a":{"b":[1]}}"#),
            Case("test fails", #"{"a":1}"#, #"[{"op":"test","path":"/a","value":2}]"#, nil),
            Case("test of nothing", #"{"a":1}"#, #"[{"op":"test","path":"/b","value":2}]"#, nil),
            Case("test takes numbers by text", #"{"a":1}"#, #"[{"op":"test","path":"/a","value":1.0}]"#, nil),
            Case("the whole document", #"{"a":1}"#, #"[{"op":"replace","path":"","value":{}}]"#, "{}"),
            Case("no slash", #"{"a":{"b":1}}"#, #"[{"op":"add","path":"a/b","value":2}]"#, #"{"a":{"b":1},"b":2}"#),
            Case("unknown operation", "{}", #"[{"op":"frob","path":"/a"}]"#, nil),
            Case("no path", "{}", #"[{"op":"add","value":1}]"#, nil),
            Case("through a scalar", #"{"a":1}"#, #"[{"op":"add","path":"/a/b/c","value":1}]"#, nil),
        ])
    func jsonPatch(_ c: Case) throws {
        let patch = try JSONPatch(parsing: Array(c.patch.utf8))
        let result = try? patch.apply(to: JSONValue.parse(c.document))
        #expect(try result == c.expected.map { try JSONValue.parse($0) })
    }

    @Test(
        "faults of patches are worded as Kubernetes words them",
        arguments: [
            ("{}", "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"),
            ("[{", "error decoding patch: unexpected end of JSON input"),
            (
                "[" + String(repeating: "{},", count: 10_000) + "{}]",
                "The allowed maximum operations in a JSON patch is 10000, got 10001"
            ),
        ])
    func jsonPatchFaults(_ text: String, _ message: String) {
        do {
            _ = try JSONPatch(parsing: Array(text.utf8))
            Issue.record("accepted")
        } catch { #expect(error.message == message) }
    }

    @Test(
        "merge patch",
        arguments: [
            Case("null removes", #"{"a":1,"b":2}"#, #"{"a":null}"#, #"{"b":2}"#),
            Case("objects merge", #"{"a":{"b":1}}"#, #"{"a":{"c":2}}"#, #"{"a":{"b":1,"c":2}}"#),
            Case("lists are replaced", #"{"a":[1,2]}"#, #"{"a":[3]}"#, #"{"a":[3]}"#),
            Case("null in what is new is dropped", "{}", #"{"a":{"b":null,"c":1}}"#, #"{"a":{"c":1}}"#),
            Case("an object replaces a scalar", #"{"a":1}"#, #"{"a":{"b":null}}"#, #"{"a":{}}"#),
        ])
    func mergePatch(_ c: Case) throws {
        let document = try JSONValue.parse(c.document).objectValue ?? JSONObject()
        let result = MergePatch.apply(try MergePatch.parse(Array(c.patch.utf8)).patch, to: document)
        #expect(try JSONValue.object(result) == JSONValue.parse(c.expected ?? ""))
    }

    @Test(
        "what is no merge patch",
        arguments: [
            ("[]", "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"),
            ("null", "Invalid JSON Patch"), ("", "error decoding patch: unexpected end of JSON input"),
        ])
    func mergePatchFaults(_ text: String, _ message: String) {
        #expect(throws: PatchError(.malformed, message)) { try MergePatch.parse(Array(text.utf8)) }
    }

    static let pod =
        #"{"containers":[{"name":"web","image":"w","args":["x"],"env":[{"name":"A","value":"1"}]},{"name":"side","image":"s"}]}"#

    @Test(
        "strategic merge patch of a pod's spec",
        arguments: [
            Case(
                "merges by name", pod, #"{"containers":[{"name":"side","image":"s2"}]}"#,
                #"{"containers":[{"name":"web","image":"w","args":["x"],"env":[{"name":"A","value":"1"}]},{"name":"side","image":"s2"}]}"#
            ),
            Case(
                "puts new items first", #"{"containers":[{"name":"a"}]}"#, #"{"containers":[{"name":"b"}]}"#,
                #"{"containers":[{"name":"b"},{"name":"a"}]}"#),
            Case(
                "deletes", pod, #"{"containers":[{"name":"web","$patch":"delete"}]}"#,
                #"{"containers":[{"name":"side","image":"s"}]}"#),
            Case(
                "replaces a list", #"{"containers":[{"name":"a"}]}"#,
                #"{"containers":[{"$patch":"replace"},{"name":"z"}]}"#,
                #"{"containers":[{"name":"z"}]}"#),
            Case("needs the key", pod, #"{"containers":[{"image":"x"}]}"#, nil),
            Case(
                "orders", #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
                #"{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}"#,
                #"{"containers":[{"name":"b"},{"name":"a"}]}"#),
            Case(
                "orders what it adds", #"{"containers":[{"name":"a"}]}"#,
                #"{"$setElementOrder/containers":[{"name":"n"},{"name":"a"}],"containers":[{"name":"n"}]}"#,
                #"{"containers":[{"name":"n"},{"name":"a"}]}"#),
            Case(
                "contradicts its order", #"{"containers":[{"name":"a"}]}"#,
                #"{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"n"}]}"#, nil),
            Case(
                "keeps what only the server has in its place",
                #"{"containers":[{"name":"a"},{"name":"s"},{"name":"b"}]}"#,
                #"{"$setElementOrder/containers":[{"name":"a"},{"name":"b"}],"containers":[{"name":"b","image":"i"}]}"#,
                #"{"containers":[{"name":"a"},{"name":"s"},{"name":"b","image":"i"}]}"#),
            Case(
                "replaces atomic lists", #"{"tolerations":[{"key":"a"}]}"#, #"{"tolerations":[{"key":"b"}]}"#,
                #"{"tolerations":[{"key":"b"}]}"#),
            Case(
                "retains keys", #"{"volumes":[{"name":"v","configMap":{"name":"c"}}]}"#,
                #"{"volumes":[{"name":"v","$retainKeys":["name","secret"],"secret":{"secretName":"s"}}]}"#,
                #"{"volumes":[{"name":"v","secret":{"secretName":"s"}}]}"#),
            Case(
                "retains keys it sets", #"{"volumes":[{"name":"v"}]}"#,
                #"{"volumes":[{"name":"v","$retainKeys":["name"],"secret":{}}]}"#, nil),
            Case(
                "null removes", #"{"nodeSelector":{"a":"b","c":"d"}}"#, #"{"nodeSelector":{"a":null}}"#,
                #"{"nodeSelector":{"c":"d"}}"#),
            Case(
                "replaces a map", #"{"nodeSelector":{"a":"b"}}"#, #"{"nodeSelector":{"$patch":"replace","x":"y"}}"#,
                #"{"nodeSelector":{"x":"y"}}"#),
            Case(
                "empties a map", #"{"nodeSelector":{"a":"b"}}"#, #"{"nodeSelector":{"$patch":"delete"}}"#,
                #"{"nodeSelector":{}}"#),
            Case(
                "knows no other directive", #"{"nodeSelector":{"a":"b"}}"#, #"{"nodeSelector":{"$patch":"merge"}}"#, nil
            ),
            Case("adds nothing with an odd directive", "{}", #"{"nodeSelector":{"$patch":"bogus","x":"y"}}"#, "{}"),
            Case(
                "merges by topology key alone",
                #"{"topologySpreadConstraints":[{"topologyKey":"z","whenUnsatisfiable":"A"}]}"#,
                #"{"topologySpreadConstraints":[{"topologyKey":"z","whenUnsatisfiable":"B"}]}"#,
                #"{"topologySpreadConstraints":[{"topologyKey":"z","whenUnsatisfiable":"B"}]}"#),
        ])
    func strategic(_ c: Case) throws {
        let schema = try #require(ResolvedSchema.shared.type("core/v1.PodSpec"))
        let document = try JSONValue.parse(c.document).objectValue ?? JSONObject()
        let patch = try StrategicMergePatch.parse(Array(c.patch.utf8)).patch
        let result = try? StrategicMergePatch.apply(patch, to: document, schema: schema)
        #expect(try result.map { JSONValue.object($0) } == c.expected.map { try JSONValue.parse($0) })
    }

    @Test("lists of scalars merge as sets")
    func primitives() throws {
        let schema = ResolvedSchema.shared.type("meta/v1.ObjectMeta")
        let document: JSONObject = ["finalizers": ["a", "b"]]
        let added = try StrategicMergePatch.apply(["finalizers": ["b", "c"]], to: document, schema: schema)
        #expect(added["finalizers"]?.arrayValue?.count == 3)
        let removed = try StrategicMergePatch.apply(
            ["$deleteFromPrimitiveList/finalizers": ["a"]], to: document, schema: schema)
        #expect(removed["finalizers"] == ["b"])
    }

    @Test("faults of strategic patches are worded as Kubernetes words them")
    func strategicFaults() throws {
        let schema = ResolvedSchema.shared.type("core/v1.PodSpec")
        let order: JSONObject = [
            "containers": [["image": "b2", "name": "side"]], "$setElementOrder/containers": [["name": "web"]],
        ]
        let text =
            "The order in patch list:\n[map[image:b2 name:side]]\n doesn't match $setElementOrder list:\n[map[name:web]]\n"
        #expect(throws: PatchError(.failed, text)) {
            try StrategicMergePatch.apply(order, to: ["containers": [["name": "web"]]], schema: schema)
        }
        #expect(throws: PatchError(.failed, "map: map[image:nokey] does not contain declared merge key: name")) {
            try StrategicMergePatch.apply(
                ["containers": [["image": "nokey"]]], to: ["containers": [["name": "a"]]], schema: schema)
        }
    }
}
