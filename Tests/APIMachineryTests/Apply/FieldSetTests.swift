// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

/// A set from its JSON.
func fields(_ json: String) throws -> FieldSet { try #require(FieldSet(FieldsV1(raw: Array(json.utf8)))) }

/// The JSON of a set.
func text(_ set: FieldSet) -> String { String(decoding: set.fieldsV1.raw, as: UTF8.self) }

struct FieldSetTests {
    @Test(
        "a set is read and written in one way",
        arguments: [
            (#"{}"#, #"{}"#),
            (#"{"f:a":{}}"#, #"{"f:a":{}}"#),
            (#"{"f:b":{},"f:a":{".":{},"f:c":{}}}"#, #"{"f:a":{".":{},"f:c":{}},"f:b":{}}"#),
            (#"{"f:l":{"k:{\"port\": 80, \"name\":\"x\"}":{}}}"#, #"{"f:l":{"k:{\"name\":\"x\",\"port\":80}":{}}}"#),
            (#"{"f:l":{"v:\"a\"":{},"v:1":{}}}"#, #"{"f:l":{"v:\"a\"":{},"v:1":{}}}"#),
            (#"{"f:a":{},"x:later":{}}"#, #"{"f:a":{}}"#),
        ])
    func roundTrip(_ given: String, _ expected: String) throws { #expect(text(try fields(given)) == expected) }

    @Test("what is no set is not read", arguments: ["", "[]", #"{"a":{}}"#, #"{"f:a":1}"#, #"{"k:x":{}}"#])
    func refused(_ given: String) { #expect(FieldSet(FieldsV1(raw: Array(given.utf8))) == nil) }

    struct Algebra: Sendable, CustomTestStringConvertible {
        var a: String
        var b: String
        var union: String
        var intersection: String
        var difference: String
        var treeDifference: String
        var testDescription: String { "\(a) and \(b)" }
    }

    @Test(
        "sets are combined path by path",
        arguments: [
            Algebra(
                a: #"{"f:a":{},"f:b":{}}"#, b: #"{"f:b":{},"f:c":{}}"#, union: #"{"f:a":{},"f:b":{},"f:c":{}}"#,
                intersection: #"{"f:b":{}}"#, difference: #"{"f:a":{}}"#, treeDifference: #"{"f:a":{}}"#),
            Algebra(
                a: #"{"f:a":{".":{},"f:x":{},"f:y":{}}}"#, b: #"{"f:a":{"f:x":{}}}"#,
                union: #"{"f:a":{".":{},"f:x":{},"f:y":{}}}"#, intersection: #"{"f:a":{"f:x":{}}}"#,
                difference: #"{"f:a":{".":{},"f:y":{}}}"#, treeDifference: #"{"f:a":{".":{},"f:y":{}}}"#),
            Algebra(
                a: #"{"f:a":{"f:x":{}},"f:b":{}}"#, b: #"{"f:a":{}}"#, union: #"{"f:a":{".":{},"f:x":{}},"f:b":{}}"#,
                intersection: "{}", difference: #"{"f:a":{"f:x":{}},"f:b":{}}"#, treeDifference: #"{"f:b":{}}"#),
        ])
    func algebra(_ c: Algebra) throws {
        let (a, b) = (try fields(c.a), try fields(c.b))
        #expect(text(a.union(b)) == c.union)
        #expect(text(a.intersection(b)) == c.intersection)
        #expect(text(a.subtracting(b)) == c.difference)
        #expect(text(a.subtractingTrees(b)) == c.treeDifference)
        #expect(a.intersects(b) == !a.intersection(b).isEmpty)
        #expect(a.isSubset(of: a.union(b)))
    }

    @Test(
        "elements are shown as upstream shows paths",
        arguments: [
            ("f:a.b/c", ".a.b/c"), (#"k:{"containerPort":80,"protocol":"TCP"}"#, #"[containerPort=80,protocol="TCP"]"#),
            (#"v:"x""#, #"[="x"]"#), ("i:3", "[3]"),
        ])
    func path(_ element: String, _ shown: String) { #expect(FieldElement.path(element) == shown) }

    @Test("a filter keeps or drops whole trees")
    func filter() throws {
        let set = try fields(
            #"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:resources":{"f:limits":{}}}},"f:x":{}},"f:status":{"f:y":{}}}"#
        )
        #expect(text(FieldFilter.dropping(["spec"]).apply(set)) == #"{"f:status":{"f:y":{}}}"#)
        let kept = FieldFilter.keeping([["spec", "containers", nil, "resources"]]).apply(set)
        #expect(
            text(kept) == #"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:resources":{"f:limits":{}}}}}}"#)
        #expect(FieldFilter.keeping([]).apply(set).isEmpty)
    }
}
