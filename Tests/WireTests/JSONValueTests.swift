// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Wire

struct JSONValueTests {
    @Test(
        "a document is written as it was read",
        arguments: [
            "null", "true", "[]", "{}", "[1,2.50,-3e+7]", #"{"b":1,"a":{"c":[null,"x"]}}"#,
            #""\u003c\u003e\u0026\u2028\b\u0001\"\\""#,
        ])
    func roundTrip(_ text: String) throws {
        #expect(try JSONValue.parse(text).text() == text)
    }

    @Test(
        "faults are named as Go names them",
        arguments: [
            ("", "unexpected end of JSON input"),
            ("{", "unexpected end of JSON input"),
            ("x", "invalid character 'x' looking for beginning of value"),
            ("{x", "invalid character 'x' looking for beginning of object key string"),
            (#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string"),
            (#"{"a" 1}"#, "invalid character '1' after object key"),
            (#"{"a":1 "b"}"#, "invalid character '\"' after object key:value pair"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{} x", "invalid character 'x' after top-level value"),
            ("01", "invalid character '1' after top-level value"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1ex", "invalid character 'x' in exponent of numeric literal"),
            ("trux", "invalid character 'x' in literal true (expecting 'e')"),
            ("\"\n\"", #"invalid character '\n' in string literal"#),
            (#""\q""#, "invalid character 'q' in string escape code"),
            (#""\u00g0""#, #"invalid character 'g' in \u hexadecimal character escape"#),
        ])
    func faults(_ text: String, _ message: String) {
        #expect(throws: JSONParseError.self) { try JSONValue.parse(text) }
        do { _ = try JSONValue.parse(text) } catch { #expect(error.message == message) }
    }

    @Test("ten thousand levels are read, one more is refused")
    func depth() throws {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        #expect(try JSONValue.parse(deep).text() == deep)
        let objects = String(repeating: #"{"a":"#, count: 9_999) + "{}" + String(repeating: "}", count: 9_999)
        #expect(try JSONValue.parse(objects).text() == objects)
        do {
            _ = try JSONValue.parse("[" + deep + "]")
            Issue.record("read")
        } catch { #expect(error.message == "exceeded max depth") }
    }

    @Test("bytes that are no UTF-8 become one replacement character each")
    func invalidUTF8() throws {
        let bytes: [UInt8] = [0x22, 0x61, 0xE2, 0x82, 0x62, 0xFF, 0xC3, 0xA9, 0x22]
        #expect(try JSONValue.parse(bytes) == "a\u{FFFD}\u{FFFD}b\u{FFFD}é")
        #expect(try JSONValue.parse(#""\ud800x\ud83d\ude00\udc00""#) == "\u{FFFD}x😀\u{FFFD}")
    }

    @Test("names that stand twice are reported with their path; the last value counts")
    func duplicates() throws {
        let text = #"{"a":1,"s":{"c":[{"n":1},{"n":1,"n":2,"n":3}]},"a":2}"#
        let result = try JSONValue.parseReportingDuplicates(Array(text.utf8))
        #expect(result.duplicates == ["s.c[1].n", "a"])
        #expect(result.value["a"] == 2)
        #expect(result.value.at("s", "c")?[1]?["n"] == 3)
    }

    @Test("many members are found, removed and kept in order")
    func manyMembers() {
        var object = JSONObject((0..<40).map { ("k\($0)", .int($0)) })
        object["k3"] = nil
        object["k39"] = "last"
        #expect(object["k20"] == 20 && object["k3"] == nil && object.count == 39)
        #expect(object.keys.prefix(4) == ["k0", "k1", "k2", "k4"])
        #expect(object.keys.last == "k39")
    }

    @Test(
        "doubles are written in Go's form",
        arguments: [
            (0.0, "0"), (1.0, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (100.0, "100"), (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.25e-7, "1.25e-7"), (0.000001, "0.000001"), (123456.789, "123456.789"), (1e-10, "1e-10"),
        ])
    func doubles(_ value: Double, _ text: String) { #expect(JSONNumber(value).text == text) }

    @Test("numbers are equal by value, objects without regard to order")
    func equality() throws {
        #expect(try JSONValue.parse(#"{"a":1,"b":2.0}"#) == JSONValue.parse(#"{"b":2,"a":1}"#))
        #expect(try JSONValue.parse("9223372036854775807") != JSONValue.parse("9223372036854775806"))
    }
}
