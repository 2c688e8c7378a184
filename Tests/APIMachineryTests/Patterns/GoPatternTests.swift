// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIMachinery

struct GoPatternTests {
    @Test(
        "what matches",
        arguments: [
            ("a", "bab"), ("^a$", "a"), ("a.c", "abc"), ("[a-c]+", "xcx"), ("[^a]", "ba"), ("^(ab|cd)*$", "abcd"),
            ("^a{2,3}$", "aaa"), ("^a{2}$", "aa"), ("a{,2}", "a{,2}"), ("\\d+\\.\\d", "1.2"), ("\\bfoo\\b", "a foo b"),
            ("(?i)ABC", "xabc"), ("(?i:A)b", "ab"), ("(?s)a.b", "a\nb"), ("(?m)^b$", "a\nb\nc"), ("[[:alpha:]]", "1a"),
            ("\\pL", "é"), ("\\p{Lu}", "É"), ("\\x41", "A"), ("\\x{41}", "A"), ("\\Qa.b\\E", "a.b"), ("(?P<n>a)", "a"),
            ("^$", ""), ("[]a]", "]"), ("[a-]", "-"), ("a*?b", "aab"), ("\\A\\w+\\z", "a_1"), ("^[^\\s]+$", "ab"),
            ("^(a?){50}a{50}$", String(repeating: "a", count: 50)), ("\\101", "A"), ("a|", ""),
        ])
    func match(pattern: String, text: String) throws {
        #expect(try GoPattern(pattern).matches(text))
    }

    @Test(
        "what does not",
        arguments: [
            ("^a$", "ab"), ("a.c", "a\nc"), ("[^a]", "a"), ("^a{2}$", "aaa"), ("\\bfoo\\b", "food"), ("ABC", "abc"),
            ("\\PL", "é"),
            ("^(a|b)*c$", "abab"),
        ])
    func noMatch(pattern: String, text: String) throws {
        #expect(try !GoPattern(pattern).matches(text))
    }

    @Test("the match on the left is found, and the ways of a choice in their order")
    func order() throws {
        #expect(try GoPattern("a|ab").first(in: "xab") == "a")
        #expect(try GoPattern("a+").first(in: "baab") == "aa")
        #expect(try GoPattern("a*").all(in: "baac") == ["", "aa", ""])
        #expect(try GoPattern("[0-9]").all(in: "1a2b3", limit: 2) == ["1", "2"])
    }

    @Test(
        "faults are those of Go",
        arguments: [
            ("[a", "missing closing ]: `[a`"), ("(a", "missing closing ): `(a`"), ("a)", "unexpected ): `a)`"),
            ("*a", "missing argument to repetition operator: `*`"), ("a**", "invalid nested repetition operator: `**`"),
            ("a{1001}", "invalid repeat count: `{1001}`"), ("a{2,1}", "invalid repeat count: `{2,1}`"),
            ("(a{100}){11}", "invalid repeat count: `{11}`"), ("\\q", "invalid escape sequence: `\\q`"),
            ("a\\", "trailing backslash at end of expression: ``"), ("[z-a]", "invalid character class range: `z-a`"),
            ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"), ("\\1", "invalid escape sequence: `\\1`"),
            ("\\p{Nope}", "invalid character class range: `\\p{Nope}`"),
        ])
    func fault(pattern: String, fault: String) throws {
        let error = #expect(throws: GoPattern.Fault.self) { try GoPattern(pattern) }
        #expect(try #require(error).message == "error parsing regexp: \(fault)")
    }

    @Test("a pattern that would take others forever takes no longer than its text")
    func linear() throws {
        #expect(try !GoPattern("^(a+)+$").matches(String(repeating: "a", count: 5_000) + "b"))
        #expect(throws: GoPattern.Fault.self) { try GoPattern("((a{1000}){1000}){1000}") }
    }
}
