// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIMachinery

struct CELEvaluationTests {
    static let environment = CELEnvironment(
        variables: ["object": .dyn, "list": .list(.int), "map": .map(.string, .int)], openObject: "Object",
        hasBind: true)
    static let variables: [String: CELValue] = [
        "object": CELValue(["spec": ["replicas": 3, "ratio": 0.5, "names": ["a", "b"]], "none": nil]),
        "list": .list([.int(3), .int(1), .int(2)]), "map": .map(CELMap([("a", .int(1)), ("b", .int(2))])),
    ]

    private func evaluate(_ text: String) throws -> CELProgram.Outcome {
        try CELProgram(text, in: Self.environment).evaluate(Self.variables)
    }

    @Test(
        "what is true",
        arguments: [
            "1 + 2 * 3 == 7", "-7 / 2 == -3", "7 % -2 == 1", "1u + 2u == 3u", "0.1 + 0.2 > 0.3", "1 < 1.5",
            "dyn(1) == 1.0", "dyn(1) != 'a'", "'a' + 'b' == 'ab'", "b'a' + b'b' == b'ab'", "[1] + [2] == [1, 2]",
            "{'a': 1} == {'a': 1}", "object.spec.replicas == 3", "object.spec.ratio == 0.5", "object.none == null",
            "has(object.spec) && !has(object.other)", "'spec' in object", "2 in list", "!(4 in list)",
            "object.spec.names.all(n, n.size() == 1)", "object.spec.names.exists(n, n == 'b')",
            "list.exists_one(n, n > 2)", "list.map(n, n * 2) == [6, 2, 4]", "list.map(n, n > 1, n) == [3, 2]",
            "list.filter(n, n != 1) == [3, 2]", "map.all(k, v, v > 0)",
            "map.transformMap(k, v, v + 1) == {'a': 2, 'b': 3}",
            "map.transformMapEntry(k, v, {v: k}) == {1: 'a', 2: 'b'}", "list.transformList(i, v, i) == [0, 1, 2]",
            "[1 / 0 == 1, true].exists(x, x) || true", "list.exists(n, 1 / (n - 3) == 0 || n == 1)",
            "1 / 0 == 1 || true",
            "!(1 / 0 == 1 && false)", "true ? true : 1 / 0 == 1", "map.?c.orValue(7) == 7", "map[?'a'].hasValue()",
            "!object.?none.?x.hasValue() || true", "[1, ?map.?c].size() == 1", "{?'a': map.?c}.size() == 0",
            "optional.of(1).optMap(x, x + 1).value() == 2", "optional.none().or(optional.of(2)).value() == 2",
            "cel.bind(x, 2, x * x) == 4", "list.isSorted() == false",
            "list.min() == 1 && list.max() == 3 && list.sum() == 6",
            "list.indexOf(2) == 2", "sets.contains([1, 2], [1])", "!sets.equivalent([1], [1, 2])",
            "sets.intersects([1], [1, 2])",
            "'hello'.upperAscii() == 'HELLO'", "'hello'.substring(1, 3) == 'el'", "'hello'.indexOf('l', 3) == 3",
            "'hello'.lastIndexOf('l') == 3", "'hello'.replace('l', 'L', 1) == 'heLlo'",
            "'a,b'.split(',') == ['a', 'b']",
            "'abc'.split('', 2) == ['a', 'bc']", "['a', 'b'].join('-') == 'a-b'", "' a '.trim() == 'a'",
            "'é'.size() == 1",
            "'a12b3'.findAll('[0-9]+') == ['12', '3']", "'abc'.matches('^a.c$')",
            "'%s %d %.1f %x'.format([dyn('a'), 1, 2.0, 255]) == 'a 1 2.0 ff'",
            "string(1.0) == '1' && string(1e10) == '1e+10' && string(0.5) == '0.5'", "int('12') == 12",
            "uint('3') == 3u",
            "string(b'abc') == 'abc'", "type(1) == int", "int(3.9) == 3", "bool('true')",
            "timestamp('2020-02-03T04:05:06Z') + duration('1h') == timestamp('2020-02-03T05:05:06Z')",
            "timestamp('2020-02-03T00:00:00Z').getDayOfWeek() == 1",
            "timestamp('2020-02-03T00:00:00Z').getMonth() == 1",
            "timestamp('2020-03-01T00:00:00Z').getDayOfYear() == 60",
            "timestamp('2020-02-03T23:30:00Z').getHours('+01:00') == 0",
            "duration('90m').getHours() == 1", "string(duration('1.5s')) == '1.5s'", "duration('1s') < duration('2s')",
            "quantity('1Gi').isGreaterThan(quantity('500Mi'))", "quantity('1').add(2).asInteger() == 3",
            "!isQuantity('x')",
            "ip('10.0.0.1').family() == 4", "ip('::1').isLoopback()", "!isIP('10.0.0')",
            "cidr('10.0.0.0/8').containsIP('10.1.2.3')",
            "cidr('10.1.0.0/8').masked() == cidr('10.0.0.0/8')", "cidr('10.0.0.0/8').containsCIDR(cidr('10.1.0.0/16'))",
            "url('https://x.io:80/a?b=c').getHostname() == 'x.io'",
            "url('https://x.io/a?b=c&b=d').getQuery() == {'b': ['c', 'd']}",
            "!isURL('x.io')", "semver('1.2.3').isLessThan(semver('1.2.10'))",
            "semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))",
            "semver('v1.0', true).compareTo(semver('1.0.0')) == 0", "image('nginx').repository() == 'library/nginx'",
            "image('k8s.io/a/b:c').tag() == 'c'", "format.dns1123Label().validate('A_b').hasValue()",
            "!format.dns1123Label().validate('ab').hasValue()",
        ])
    func isTrue(text: String) throws {
        #expect(try evaluate(text).result == .success(.bool(true)))
    }

    @Test(
        "what fails",
        arguments: [
            ("1 / 0", "division by zero"), ("1 % 0", "modulus by zero"),
            ("9223372036854775807 + 1", "integer overflow"),
            ("-9223372036854775808 / -1", "integer overflow"), ("1u - 2u", "unsigned integer overflow"),
            ("uint(-1)", "unsigned integer overflow"),
            ("object.other", "no such key: other"), ("map['x']", "no such key: x"),
            ("list[3]", "index out of bounds: 3"),
            ("list[-1]", "index out of bounds: -1"), ("list.all(n, n / 0 > 0)", "division by zero"),
            ("object.spec + 1", "no such overload: _+_(map, int)"),
            ("'a'.charAt(2)", "index out of range: 2"), ("'a'.substring(2)", "index out of range: 2"),
            ("int('x')", "strconv.ParseInt: parsing \"x\": invalid syntax"),
            ("optional.none().value()", "optional.none() dereference"),
            ("object.none.all(x, true)", "got 'null_type', expected iterable type"),
            ("timestamp(253402300799) + duration('1s')", "timestamp overflow"),
            ("'a'.matches(object.spec.names[0] + '(')", "error parsing regexp: missing closing ): `a(`"),
            ("[1, 2].transformMapEntry(i, v, {'x': i}).size() > 0", "insert failed: key x already exists"),
        ])
    func failure(text: String, failure: String) throws {
        #expect(try evaluate(text).result == .failure(CELFailure(failure)))
    }

    @Test("an expression that costs too much is given up")
    func cost() throws {
        let text = "[1,2,3,4,5,6,7,8,9,10]"
        let loops =
            "\(text).all(a, \(text).all(b, \(text).all(c, \(text).all(d, \(text).all(e, \(text).all(f, true))))))"
        let outcome = try evaluate(loops)
        #expect(outcome.result == .failure(CELFailure("operation cancelled: actual cost limit exceeded")))
        #expect(outcome.cost < CELProgram.costLimit * 2)
    }

    @Test("values of expressions become JSON")
    func json() throws {
        let value = try evaluate("Object{spec: Object.spec{a: [2.5], b: {'c': null}, ?d: optional.none()}}").result
            .get()
        #expect(try value.json() == ["spec": ["a": [2.5], "b": ["c": nil]]])
    }
}
