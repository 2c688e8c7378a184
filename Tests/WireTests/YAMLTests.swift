// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Wire

struct YAMLTests {
    @Test(
        "scalars mean what they mean to Kubernetes",
        arguments: [
            ("a: yes", #"{"a":true}"#), ("a: off", #"{"a":false}"#), ("a: y", #"{"a":true}"#), ("a: ~", #"{"a":null}"#),
            ("a:", #"{"a":null}"#), ("a: \"yes\"", #"{"a":"yes"}"#), ("a: 0777", #"{"a":511}"#),
            ("a: 0x1F", #"{"a":31}"#),
            ("a: 08", #"{"a":8}"#), ("a: 1_000", #"{"a":1000}"#), ("a: 1.50", #"{"a":1.5}"#),
            ("a: 1e3", #"{"a":1000}"#),
            ("a: 2001-12-14", #"{"a":"2001-12-14"}"#), ("a: 1.2.3", #"{"a":"1.2.3"}"#), ("a: +5", #"{"a":5}"#),
            ("a: 18446744073709551615", #"{"a":18446744073709551615}"#), ("a: !!str 5", #"{"a":"5"}"#),
            ("a: !!binary aGVsbG8=", #"{"a":"hello"}"#),
            ("1: x", #"{"1":"x"}"#), ("yes: x", #"{"true":"x"}"#), ("", "null"), ("just text", #""just text""#),
            ("- a\n- b", #"["a","b"]"#),
            ("b: 1\na: 2", #"{"a":2,"b":1}"#), ("a: &x {k: 1}\nb: *x", #"{"a":{"k":1},"b":{"k":1}}"#),
            ("d: &d {k: 1, l: 2}\ne:\n  <<: *d\n  l: 3", #"{"d":{"k":1,"l":2},"e":{"k":1,"l":3}}"#),
            (#"{"a": [1, "b"]}"#, #"{"a":[1,"b"]}"#), ("a: |\n  x\n  y\n", #"{"a":"x\ny\n"}"#),
        ])
    func read(_ yaml: String, _ json: String) throws {
        #expect(String(decoding: try YAML.toJSON(Array(yaml.utf8)), as: UTF8.self) == json)
    }

    @Test(
        "faults are worded as Kubernetes words them",
        arguments: [
            ("a: [", "yaml: line 1: did not find expected node content"),
            ("a:\n\t- b", "yaml: line 2: found character that cannot start any token"),
            ("@", "yaml: found character that cannot start any token"),
            ("a: b: c", "yaml: mapping values are not allowed in this context"),
            ("x: 1\na: b: c", "yaml: line 2: mapping values are not allowed in this context"),
            ("a: \"x", "yaml: found unexpected end of stream"),
            ("a:\n  b: \"x\n", "yaml: line 3: found unexpected end of stream"),
            ("a: {b: c", "yaml: line 1: did not find expected ',' or '}'"),
            ("a:\n  b: 1\n c: 2", "yaml: line 2: did not find expected key"),
            ("%FOO\n---\na: b", "yaml: found unknown directive name"),
            ("a: *x-1", "yaml: unknown anchor 'x-1' referenced"),
            ("a: {? [b, 1] : c}", #"yaml: invalid map key: []interface {}{"b", 1}"#),
            ("a: {? {b: c} : d}", #"yaml: invalid map key: map[interface {}]interface {}{"b":"c"}"#),
        ])
    func faults(_ yaml: String, _ message: String) {
        #expect(throws: YAMLError(message: message)) { try YAML.toJSON(Array(yaml.utf8)) }
    }

    @Test("of equal keys the last counts, and strict reading says where")
    func duplicates() throws {
        let text = "kind: A\nm: {x: 1, x: 2}\n\"kind\": B\nkind: C\n"
        let (value, duplicates) = try YAML.parseReportingDuplicates(Array(text.utf8))
        #expect(value.text() == #"{"kind":"C","m":{"x":2}}"#)
        #expect(
            duplicates == """
                yaml: unmarshal errors:
                  line 2: key "x" already set in map
                  line 3: key "kind" already set in map
                  line 4: key "kind" already set in map
                """)
    }

    @Test("a stream gives its documents; empty ones do not count")
    func stream() throws {
        let documents = try YAML.documents(Array("---\na: 1\n---\n---\n# nothing\n---\nb: 2\n".utf8))
        #expect(documents == [["a": 1], ["b": 2]])
    }

    @Test("a long text is not read again for each of many keys that stand twice")
    func manyDuplicates() {
        let keys = (0..<40).map { "k\($0): 1\nk\($0): 2\n" }.joined()
        #expect(throws: Never.self) { try YAML.toJSON(Array(keys.utf8)) }
        let comment = "# " + String(repeating: "x", count: 1 << 20) + "\n"
        #expect(throws: YAMLError.self) { try YAML.toJSON(Array((keys + comment).utf8)) }
    }

    @Test("what is written out may be more than what aliases may stand for")
    func long() throws {
        let text = "[" + String(repeating: "1,", count: 420_000) + "1]"
        #expect(try YAML.parse(Array(text.utf8)).arrayValue?.count == 420_001)
    }

    @Test("many aliases of plain nodes are fine")
    func aliases() throws {
        let text = "l: &l {app: web, tier: b}\nm: &m [1, 2]\n" + (0..<2000).map { "k\($0): {a: *l, b: *m}\n" }.joined()
        #expect(try YAML.parse(Array(text.utf8)).at("k1999", "a", "app") == "web")
    }

    @Test(
        "aliases of aliases are refused, as values and as keys",
        arguments: ["", "? *a8\n: v\n", "? [*a8]\n: v\n", "f: {*a8}\n", "# &a8\n*a8 : v\n"])
    func laughs(_ end: String) {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for at in 1..<9 {
            text += "a\(at): &a\(at) [" + Array(repeating: "*a\(at - 1)", count: 10).joined(separator: ",") + "]\n"
        }
        text += end
        #expect(throws: YAMLError.self) { try YAML.toJSON(Array(text.utf8)) }
    }

    @Test(
        "JSON is written as kubectl writes YAML",
        arguments: [
            (#"{"b":[{"x":1,"w":[]},"t"],"a":{}}"#, "a: {}\nb:\n- w: []\n  x: 1\n- t\n"),
            (
                #"{"a":"yes","b":"1","c":"","d":"null","e":"2020-01-01T00:00:00Z","f":"x: y","g":"a#b","h":"- x","i":" x","j":"it's","k":"1:30"}"#,
                "a: \"yes\"\nb: \"1\"\nc: \"\"\nd: \"null\"\ne: \"2020-01-01T00:00:00Z\"\nf: 'x: y'\ng: a#b\nh: '- x'\ni: ' x'\nj: it's\nk: \"1:30\"\n"
            ),
            (
                #"{"s":"a\nb\n","t":"a\nb","u":{"v":"x\n\n"}}"#,
                "s: |\n  a\n  b\nt: |-\n  a\n  b\nu:\n  v: |+\n    x\n\n"
            ),
            (#"[[1,2],[{"a":null}]]"#, "- - 1\n  - 2\n- - a: null\n"),
            (
                #"{"t":"a\tb","q":"'x' \"y\"","n":1.50,"k10":1,"k9":2}"#,
                "k9: 2\nk10: 1\n\"n\": 1.5\nq: '''x'' \"y\"'\nt: \"a\\tb\"\n"
            ),
            (#""x""#, "x\n"),
        ])
    func write(_ json: String, _ yaml: String) throws {
        #expect(String(decoding: try YAML.fromJSON(Array(json.utf8)), as: UTF8.self) == yaml)
        #expect(try YAML.parse(Array(yaml.utf8)) == JSONValue.parse(json))
    }

    @Test("long text goes on in the next line at a space")
    func folding() throws {
        let words = Array(repeating: "word", count: 30).joined(separator: " ")
        let yaml = YAML.write(["message": .string(words)])
        #expect(String(decoding: yaml, as: UTF8.self).split(separator: "\n").count == 2)
        #expect(try YAML.parse(yaml) == ["message": .string(words)])
    }
}
