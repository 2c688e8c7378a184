// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

/// Functions above 40 lines, listed by file and first line; the list may only shrink.
struct FunctionSizeTests {
    static let limit = 40

    /// Functions that are over the limit today, with the lines they had when they were listed.
    static let known: [String: Int] = [
        "Sources/APIMachinery/OpenAPI/OpenAPISchema+Protobuf.swift: write": 43,
        "Sources/APIMachinery/Patches/JSONPointer.swift: descend": 42,
        "Sources/Assembly/ControlPlane/ControlPlane.swift: init": 62,
        "Sources/Kubelet/Containerd/RuntimeProcess.swift: start": 42,
        "Sources/Kubelet/Pods/PodWorker+Image.swift: pull": 42,
        "Tests/KubeletTests/CRI/CRIClientTests.swift: life": 52,
        "Tests/KubeletTests/Containerd/PodNetworkTests.swift: pods": 44,
    ]

    @Test("no function is longer than 40 lines but those listed, and those do not grow")
    func sizes() throws {
        var found: [String: Int] = [:]
        for folder in ["Sources", "Tests", "Plugins"] {
            for path in Repository.files(folder, ".swift") where !path.contains("/Generated/") {
                for (name, count) in Self.functions(try Repository.lines(path).map(String.init))
                where count > Self.limit {
                    found["\(path): \(name)"] = max(found["\(path): \(name)"] ?? 0, count)
                }
            }
        }
        let grown = found.filter { $0.value > Self.known[$0.key] ?? Self.limit }.map { "\($0.key): \($0.value) lines" }
        let shrunk = Self.known.keys.filter { found[$0] == nil }.map { "\($0): no longer over the limit; take it off" }
        #expect((grown + shrunk).isEmpty, "\((grown + shrunk).sorted().joined(separator: "\n"))")
    }

    @Test("functions are measured from their first line to the brace below it")
    func measure() {
        let lines = """
            struct A {
                func short() -> Int { 1 }
                private static func two(
                    _ a: Int
                ) {
                    if a > 0 {
                    }
                }
                init() {
                }
                func required() -> Int
            }
            """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let found = Self.functions(lines)
        #expect(found.map(\.0) == ["two", "init"])
        #expect(found.map(\.1) == [6, 2])
    }

    /// Names and lengths of the functions that are longer than a line. Formatted sources end a function with a brace that stands as
    /// far to the right as its first line.
    static func functions(_ lines: [String]) -> [(String, Int)] {
        var found: [(String, Int)] = []
        for (index, line) in lines.enumerated() {
            guard let name = functionName(line), !line.hasSuffix("}") else { continue }
            let indent = String(line.prefix { $0 == " " })
            let end = lines[index...].dropFirst().firstIndex { other in
                let continues = other.isEmpty || other.hasPrefix(indent + " ") || other.hasPrefix(indent + ")")
                return !(continues || other.hasPrefix(indent + "{") || other.hasPrefix(indent + "where "))
            }
            guard let end, lines[end].hasPrefix(indent + "}") else { continue }
            found.append((name, end - index + 1))
        }
        return found
    }

    /// The name of the function that a line begins to declare.
    private static func functionName(_ line: String) -> String? {
        var words = line.split(separator: " ").drop { $0.hasPrefix("@") || modifiers.contains(String($0)) }
        guard let first = words.popFirst() else { return nil }
        if first == "func" { return words.first.map { String($0.prefix { $0 != "(" && $0 != "<" }) } }
        return ["init", "subscript"].first {
            first.hasPrefix($0 + "(") || first.hasPrefix($0 + "<") || first.hasPrefix($0 + "?(")
        }
    }

    private static let modifiers: Set<String> = [
        "public", "package", "private", "fileprivate", "internal", "static", "mutating", "nonisolated", "override",
        "final",
        "class", "consuming", "borrowing", "convenience", "required",
    ]
}
