// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// One way of calling a function.
public struct CELOverload: Sendable, Hashable {
    /// Whether the first argument is written before the name.
    public var isMember: Bool
    public var arguments: [CELType]
    public var result: CELType
    /// The type parameters it speaks of.
    var parameters: Set<String>
}

/// Functions by their names, with all ways of calling them.
public struct CELFunctions: Sendable {
    private(set) var overloads: [String: [CELOverload]] = [:]

    public init() {}

    /// Reads declarations, one a line: `size(list<A>) int`, or with the first argument before the name
    /// `string.contains(string) bool`. Single capital letters are type parameters; a name in backquotes may be anything.
    init(_ declarations: String) {
        for line in declarations.split(separator: "\n") {
            let text = line.drop { $0 == " " }
            if text.isEmpty { continue }
            var reader = CELDeclarationReader(text)
            if let (name, overload) = reader.declaration() { overloads[name, default: []].append(overload) }
        }
    }

    public subscript(name: String) -> [CELOverload]? { overloads[name] }

    mutating func add(_ other: CELFunctions) {
        for (name, added) in other.overloads {
            let present = overloads[name] ?? []
            overloads[name] = present + added.filter { !present.contains($0) }
        }
    }
}

/// Reads a declaration of a function.
struct CELDeclarationReader {
    private var rest: Substring
    private var parameters: Set<String> = []

    init(_ text: Substring) { rest = text }

    /// The name and the overload; nil for a text that is no declaration.
    mutating func declaration() -> (String, CELOverload)? {
        var arguments: [CELType] = []
        var isMember = false
        if !rest.hasPrefix("`"), let dot = memberDot() {
            let inner = rest[..<dot]
            var target = CELDeclarationReader(inner)
            arguments.append(target.type())
            parameters.formUnion(target.parameters)
            rest = rest[rest.index(after: dot)...]
            isMember = true
        }
        var name: Substring
        if rest.hasPrefix("`") {
            rest = rest.dropFirst()
            name = rest.prefix { $0 != "`" }
            rest = rest.dropFirst(name.count + 1)
        } else {
            name = rest.prefix { $0 != "(" }
            rest = rest.dropFirst(name.count)
        }
        guard rest.hasPrefix("(") else { return nil }
        rest = rest.dropFirst()
        while let first = rest.first, first != ")" {
            arguments.append(type())
            if rest.hasPrefix(",") { rest = rest.dropFirst() }
            rest = rest.drop { $0 == " " }
        }
        rest = rest.dropFirst().drop { $0 == " " }
        let result = type()
        let overload = CELOverload(
            isMember: isMember, arguments: arguments, result: result, parameters: parameters)
        return (String(name), overload)
    }

    /// The dot between the argument before the name and the name: the last one before the parenthesis.
    private func memberDot() -> Substring.Index? {
        guard let end = rest.firstIndex(of: "(") else { return nil }
        return rest[..<end].lastIndex(of: ".")
    }

    private mutating func type() -> CELType {
        let name = rest.prefix { $0 != "<" && $0 != ">" && $0 != "," && $0 != ")" && $0 != " " }
        rest = rest.dropFirst(name.count)
        var inner: [CELType] = []
        if rest.hasPrefix("<") {
            repeat {
                rest = rest.dropFirst()
                inner.append(type())
            } while rest.hasPrefix(",")
            rest = rest.dropFirst()
        }
        return named(String(name), inner)
    }

    private mutating func named(_ name: String, _ inner: [CELType]) -> CELType {
        switch (name, inner.count) {
        case ("dyn", 0): return .dyn
        case ("null", 0): return .null
        case ("bool", 0): return .bool
        case ("int", 0): return .int
        case ("uint", 0): return .uint
        case ("double", 0): return .double
        case ("string", 0): return .string
        case ("bytes", 0): return .bytes
        case ("timestamp", 0): return .timestamp
        case ("duration", 0): return .duration
        case ("list", 1): return .list(inner[0])
        case ("map", 2): return .map(inner[0], inner[1])
        case ("optional", 1): return .optional(inner[0])
        case ("type", 1): return .type(inner[0])
        default:
            if name.hasPrefix("kubernetes."), name != "kubernetes.NamedFormat" { return .object(name) }
            guard name.utf8.count == 1 else { return .opaque(name, inner) }
            parameters.insert(name)
            return .parameter(name)
        }
    }
}
