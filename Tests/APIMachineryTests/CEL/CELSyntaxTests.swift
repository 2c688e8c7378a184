// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIMachinery

struct CELSyntaxTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        /// Lines and columns with what is said of them.
        var faults: [String]
        var testDescription: String { text }

        init(_ text: String, _ faults: String...) {
            self.text = text
            self.faults = faults
        }
    }

    static let operand =
        "expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

    static let faulty: [Case] = [
        Case("1 +", "1:4: Syntax error: mismatched input '<EOF>' \(operand)"),
        Case(
            "1 + +", "1:5: Syntax error: mismatched input '+' \(operand)",
            "1:6: Syntax error: mismatched input '<EOF>' \(operand)"),
        Case("1 + 2\n3 +", "2:1: Syntax error: mismatched input '3' expecting <EOF>"),
        Case("a.", "1:3: Syntax error: no viable alternative at input '.'"),
        Case("{\"a\": 1}.\"a\"", "1:10: Syntax error: no viable alternative at input '.\"a\"'"),
        Case("a.true", "1:3: Syntax error: mismatched input 'true' expecting IDENTIFIER"),
        Case(
            "A{", "1:3: Syntax error: mismatched input '<EOF>' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"),
        Case(
            "*@a | b", "1:1: Syntax error: extraneous input '*' \(operand)",
            "1:2: Syntax error: token recognition error at: '@'",
            "1:5: Syntax error: token recognition error at: '| '",
            "1:7: Syntax error: extraneous input 'b' expecting <EOF>"),
        Case(
            "a | b", "1:3: Syntax error: token recognition error at: '| '",
            "1:5: Syntax error: extraneous input 'b' expecting <EOF>"),
        Case(
            "\"\\xFh\"", "1:1: Syntax error: token recognition error at: '\"\\xFh'",
            "1:6: Syntax error: token recognition error at: '\"'",
            "1:7: Syntax error: mismatched input '<EOF>' \(operand)"),
        Case("(1", "1:3: Syntax error: missing ')' at '<EOF>'"),
        Case("a ? b", "1:6: Syntax error: mismatched input '<EOF>' expecting ':'"),
        Case("f() {}", "1:5: Syntax error: mismatched input '{' expecting <EOF>"),
        Case("x in if", "1:6: reserved identifier: if"),
        Case("has(a)", "1:5: invalid argument to has() macro"),
        Case("l.all(1, true)", "1:7: argument must be a simple name"),
        Case("l.map(f(x), x)", "1:8: argument is not an identifier"),
        Case("l.all(x, x, x)", "1:10: duplicate variable name: x"),
        Case("9223372036854775808", "1:1: invalid int literal"),
        Case("1e400", "1:1: invalid double literal"),
    ]

    @Test("faults of syntax are those of cel-go", arguments: faulty)
    func fault(_ test: Case) throws {
        let error = #expect(throws: CELFaults.self) { try CELProgram(test.text, in: CELEnvironment()) }
        let lines = try #require(error).text.split(separator: "\n").filter { $0.hasPrefix("ERROR: <input>:") }
        #expect(lines.map { String($0.dropFirst("ERROR: <input>:".count)) } == test.faults)
    }

    @Test("a fault shows its line and a mark under its column")
    func snippet() throws {
        let error = #expect(throws: CELFaults.self) { try CELProgram("1 +\n\t'é' + é", in: CELEnvironment()) }
        let text = try #require(error).text
        #expect(
            text.hasPrefix(
                "ERROR: <input>:2:8: Syntax error: token recognition error at: 'é'\n |  'é' + é\n | ..．....＾"))
    }

    @Test(
        "whatever is nested too deep is refused",
        arguments: [
            String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300),
            "a" + String(repeating: ".b", count: 300), "1" + String(repeating: " + 1", count: 300),
            String(repeating: "[", count: 5_000),
        ])
    func depth(_ text: String) throws {
        let error = #expect(throws: CELFaults.self) { try CELProgram(text, in: CELEnvironment()) }
        #expect(try #require(error).text == "ERROR: <input>:-1:0: expression recursion limit exceeded: 250")
    }

    @Test("long texts are refused before they are read")
    func size() throws {
        let text = String(repeating: "1", count: CELProgram.sizeLimit + 1)
        let error = #expect(throws: CELFaults.self) { try CELProgram(text, in: CELEnvironment()) }
        #expect(
            try #require(error).text.contains("expression code point size exceeds limit: size: 100001, limit 100000"))
    }

    @Test("no sequence of bytes ends the process, and all of them are answered")
    func anything() {
        var state: UInt64 = 42
        let pieces = [
            "a", ".", "(", ")", "[", "]", "{", "}", "'", "\"", "1", "-", "!", "?", ":", ",", " ", "&&", "in", "\\", "é",
            "\n", "`",
        ]
        for _ in 0..<400 {
            var text = ""
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            do throws(CELFaults) { _ = try CELProgram(text, in: CELEnvironment()) } catch {
                #expect(!error.faults.isEmpty)
            }
        }
    }

    @Test("macros that need a part twice cannot make an expression endless")
    func doubling() throws {
        let text = "optional.of(1)" + String(repeating: ".optMap(x, x)", count: 60)
        let error = #expect(throws: CELFaults.self) { try CELProgram(text, in: CELEnvironment()) }
        #expect(try #require(error).text == "ERROR: <input>:-1:0: expression is too complex")
    }

    @Test(
        "what is nested as deep as it may be is checked and evaluated",
        arguments: [
            String(repeating: "[", count: 120) + "1" + String(repeating: "]", count: 120),
            String(repeating: "[1].map(a, ", count: 120) + "1" + String(repeating: ")", count: 120),
            String(repeating: "(1 + ", count: 60) + "1" + String(repeating: ")", count: 60),
            String(repeating: "true ? (", count: 60) + "1" + String(repeating: ") : 1", count: 60),
        ])
    func deep(_ text: String) throws {
        let program = try CELProgram(text, in: CELEnvironment())
        guard case .success = program.evaluate([:]).result else { return #expect(Bool(false)) }
        #expect(program.estimatedCost([:]).maximum < 1_000_000)
    }
}
