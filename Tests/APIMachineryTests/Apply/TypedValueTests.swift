// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIMachinery

struct TypedValueTests {
    @Test(
        "what is applied must be of the schema, in upstream's words",
        arguments: [
            (#"{"bogus":1}"#, ".bogus: field not declared in schema"),
            (#"{"spec":{"replicas":"x"}}"#, ".spec.replicas: expected numeric (int or float), got string"),
            (
                #"{"metadata":{"labels":{"a":1}}}"#,
                ".metadata.labels.a: expected string, got &value.valueUnstructured{Value:1}"
            ),
            (#"{"spec":{"paused":"no"}}"#, #".spec.paused: expected boolean, got "no""#),
            (#"{"spec":[]}"#, ".spec: expected map, got []"),
            (#"{"metadata":{"finalizers":"a"}}"#, #".metadata.finalizers: expected list, got "a""#),
            (#"{"metadata":{"finalizers":["a","a"]}}"#, #".metadata.finalizers: duplicate entries for key [="a"]"#),
            (
                #"{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"a"}]}}}}"#,
                #".spec.template.spec.containers: duplicate entries for key [name="a"]"#
            ),
            (
                #"{"spec":{"template":{"spec":{"containers":[{"name":"a","nope":1}]}}}}"#,
                #".spec.template.spec.containers[name="a"].nope: field not declared in schema"#
            ),
            (
                #"{"spec":{"template":{"spec":{"containers":[null]}}}}"#,
                ".spec.template.spec.containers: element 0: associative list with keys may not have a null element"
            ),
            (
                #"{"spec":{"template":{"spec":{"tolerations":[{"nope":1}]}}}}"#,
                ".spec.template.spec.tolerations[0].nope: field not declared in schema"
            ),
            (
                #"{"spec":{"paused":1,"replicas":"x"}}"#,
                "errors:\n  .spec.paused: expected boolean, got 1\n  .spec.replicas: expected numeric (int or float), got string"
            ),
            (#"{"spec":{"replicas":null,"template":null},"metadata":{"labels":null}}"#, ""),
            (#"{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}"#, ""),
            (#"{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":"1%"}}}}"#, ""),
        ])
    func faults(_ given: String, _ expected: String) throws {
        let faults = TypedValue(try JSONValue.parse(given), Shapes.deployment).faults()
        #expect((faults.isEmpty ? "" : TypedFault.text(faults)) == expected)
    }

    @Test(
        "an applied object owns its leaves, and maps that it empties",
        arguments: [
            (#"{"spec":{}}"#, #"{"f:spec":{}}"#),
            (#"{"spec":{"replicas":null}}"#, #"{"f:spec":{"f:replicas":{}}}"#),
            (#"{"metadata":{"labels":{"a":"1"}}}"#, #"{"f:metadata":{"f:labels":{"f:a":{}}}}"#),
            (#"{"spec":{"template":{"spec":{"containers":[]}}}}"#, "{}"),
            (
                #"{"spec":{"template":{"spec":{"tolerations":[]}}}}"#,
                #"{"f:spec":{"f:template":{"f:spec":{"f:tolerations":{}}}}}"#
            ),
            (
                #"{"metadata":{"ownerReferences":[{"uid":"u","name":"n"}]}}"#,
                #"{"f:metadata":{"f:ownerReferences":{"k:{\"uid\":\"u\"}":{}}}}"#
            ),
            (
                #"{"spec":{"template":{"spec":{"containers":[{"name":"a","args":["x"]}]}}}}"#,
                #"{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:args":{},"f:name":{}}}}}}}"#
            ),
        ])
    func fieldSet(_ given: String, _ expected: String) throws {
        #expect(text(TypedValue(try JSONValue.parse(given), Shapes.deployment).fieldSet) == expected)
    }

    struct Merge: Sendable, CustomTestStringConvertible {
        var old: String
        var new: String
        var merged: String
        var testDescription: String { "\(old) with \(new)" }
    }

    @Test(
        "a set keeps its order, and takes new items where the applied list has them",
        arguments: [
            Merge(old: #"["a","b"]"#, new: #"["c","b"]"#, merged: #"["a","c","b"]"#),
            Merge(old: #"["a","b","c"]"#, new: #"["c","a"]"#, merged: #"["b","c","a"]"#),
            Merge(old: #"["a","b"]"#, new: "[]", merged: #"["a","b"]"#),
            Merge(old: #"["a","b"]"#, new: #"["a","x","b","y"]"#, merged: #"["a","x","b","y"]"#),
            Merge(old: "[]", new: #"["b","a"]"#, merged: #"["b","a"]"#),
            Merge(old: "null", new: #"["a"]"#, merged: #"["a"]"#),
            Merge(old: #"["a","a","b"]"#, new: #"["a"]"#, merged: #"["a","b"]"#),
        ])
    func mergeLists(_ c: Merge) throws {
        let wrap = { try JSONValue.parse(#"{"metadata":{"finalizers":"# + $0 + "}}") }
        let merged = TypedValue(try wrap(c.old), Shapes.configMap).merging(try wrap(c.new))
        #expect(merged.value == (try wrap(c.merged)))
    }

    @Test(
        "objects are merged member by member, wholes replaced",
        arguments: [
            Merge(old: #"{"a":"1"}"#, new: #"{"b":"2"}"#, merged: #"{"a":"1","b":"2"}"#),
            Merge(old: #"{"a":"1"}"#, new: "null", merged: #"{"a":"1"}"#),
            Merge(old: #"{"a":"1"}"#, new: #"{"a":null}"#, merged: #"{"a":null}"#),
        ])
    func mergeMaps(_ c: Merge) throws {
        let wrap = { try JSONValue.parse(#"{"data":"# + $0 + "}") }
        let merged = TypedValue(try wrap(c.old), Shapes.configMap).merging(try wrap(c.new))
        #expect(merged.value == (try wrap(c.merged)))
    }
}
