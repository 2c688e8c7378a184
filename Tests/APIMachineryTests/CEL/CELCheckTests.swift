// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIMachinery

struct CELCheckTests {
    static let environment: CELEnvironment = {
        var environment = CELEnvironment(
            variables: [
                "object": .dyn, "text": .string, "texts": .list(.string), "item": .object("Item"),
                "numbers": .map(.string, .int), "maybe": .optional(.int),
                "authorizer": .object("kubernetes.authorization.Authorizer"),
            ],
            objects: [CELObjectType("Item", fields: ["name": .string, "count": .int])], openObject: "Object",
            hasBind: true)
        environment.objects["JSONPatch"] = CELObjectType("JSONPatch", fields: ["op": .string, "value": .dyn])
        return environment
    }()

    @Test(
        "the type of an expression",
        arguments: [
            ("1 + 1", "int"), ("1 < 2.5", "bool"), ("[]", "list(dyn)"), ("[1, 2]", "list(int)"),
            ("{'a': [1]}", "map(string, list(int))"), ("null", "null_type"), ("object.a.b", "dyn"),
            ("item.name", "string"), ("numbers.a", "int"), ("texts.map(t, t.size())", "list(int)"),
            ("texts.filter(t, t != '')", "list(string)"), ("numbers.transformMap(k, v, k)", "map(string, string)"),
            ("texts.transformList(i, t, i)", "list(int)"), ("object.?a", "optional_type(dyn)"),
            ("numbers[?'a']", "optional_type(int)"), ("maybe.orValue(1)", "int"),
            ("maybe.optMap(m, string(m))", "optional_type(string)"),
            ("type(1)", "type(int)"), ("timestamp('2020-01-01T00:00:00Z')", "google.protobuf.Timestamp"),
            ("duration('1s') + duration('1s')", "google.protobuf.Duration"), ("ip('::1')", "net.IP"),
            ("quantity('1').add(1)", "kubernetes.Quantity"), ("cel.bind(a, 1, a + a)", "int"),
            ("authorizer.group('x')", "kubernetes.authorization.GroupCheck"), ("Object{}", "Object"),
            ("Object.spec{a: 1}", "Object.spec"), ("[JSONPatch{op: 'add', value: 1}]", "list(JSONPatch)"),
            ("true ? object : 1", "dyn"), ("has(object.a) && object.a == 1", "bool"), ("[[], [1]]", "list(list(int))"),
            ("object.all(a, b, a == b)", "bool"), ("format.named('x')", "optional_type(kubernetes.NamedFormat)"),
        ])
    func type(text: String, type: String) throws {
        #expect(try CELProgram(text, in: Self.environment).type.text == type)
    }

    @Test(
        "faults of types are those of cel-go",
        arguments: [
            ("x", "1:1: undeclared reference to 'x' (in container '')"),
            ("f(1)", "1:2: undeclared reference to 'f' (in container '')"),
            ("item.other", "1:5: undefined field 'other'"),
            ("text.a", "1:5: type 'string' does not support field selection"),
            ("1 == 'a'", "1:3: found no matching overload for '_==_' applied to '(int, string)'"),
            ("text.size(1)", "1:10: found no matching overload for 'size' applied to 'string.(int)'"),
            ("1 && true", "1:1: expected type 'bool' but found 'int'"),
            ("[1, 'a']", "1:5: expected type 'int' but found 'string'"),
            ("{'a': 1, 'b': ''}", "1:15: expected type 'int' but found 'string'"),
            (
                "text.all(t, true)",
                "1:1: expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)"
            ),
            ("texts.all(t, t > 1)", "1:16: found no matching overload for '_>_' applied to '(string, int)'"),
            ("JSONPatch{oops: 1}", "1:15: undefined field 'oops'"),
            ("JSONPatch{op: 1}", "1:13: expected type of field 'op' is 'string' but provided type is 'int'"),
            ("Nothing{}", "1:8: undeclared reference to 'Nothing' (in container '')"),
            ("item{}", "1:5: 'Item' is not a type"), ("int{}", "1:4: 'int' is not a message type"),
            ("timestamp(text) > 1", "1:17: found no matching overload for '_>_' applied to '(timestamp, int)'"),
            ("duration('1y')", "1:10: invalid duration argument"),
            ("timestamp('x')", "1:11: invalid timestamp argument"),
            ("text.matches('[')", "1:14: invalid matches argument"),
            ("[?1]", "1:3: expected type 'optional_type(int)' but found 'int'"),
        ])
    func fault(text: String, fault: String) throws {
        let error = #expect(throws: CELFaults.self) { try CELProgram(text, in: Self.environment) }
        let first = try #require(error).text.split(separator: "\n").first
        #expect(first == "ERROR: <input>:\(fault)")
    }
}
