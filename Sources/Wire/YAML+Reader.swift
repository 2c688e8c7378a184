// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Yams

/// Turns the node trees of Yams into JSON values.
struct YAMLDocumentReader {
    /// `line 7: key "kind" already set in map`, one for each.
    private(set) var duplicates: [String] = []
    private var budget = 0

    /// Stands before a key that another one of the same map replaces; private use, so that no key of a user starts with it.
    private static let replacedMark = "\u{F8FF}\u{F8FE}"
    /// How many keys that stand twice are tolerated in one stream, each of which has it read once more.
    private static let duplicateLimit = 64
    /// How many bytes are read again at most because of them.
    private static let rereadLimit = 8 << 20
    /// How many values the aliases of one document may stand for: aliases of aliases grow without bound ("billion laughs"). As
    /// many as `goyaml` takes before it asks how much of a document is aliases.
    private static let aliasedLimit = 400_000

    /// Reads all documents, or the first one alone.
    mutating func read(_ bytes: [UInt8], all: Bool) throws(YAMLError) -> [JSONValue] {
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw YAMLError(message: "yaml: invalid leading UTF-8 octet")
        }
        guard YAMLAliases.isBounded(text) else { throw Self.tooManyAliases }
        for _ in 0...min(Self.duplicateLimit, max(Self.rereadLimit / max(bytes.count, 1), 2)) {
            do {
                return try documents(text, all: all)
            } catch YamlError.duplicatedKeysInMapping(_, let context) {
                guard let marked = Self.markKey(in: text, context.mark) else { break }
                text = marked
            } catch let error as YamlError {
                throw YAMLError(message: "yaml: " + Self.describe(error))
            } catch let error as YAMLError {
                throw error
            } catch {
                throw YAMLError(message: "yaml: \(error)")
            }
        }
        throw YAMLError(message: "yaml: too many keys stand twice in one map")
    }

    private mutating func documents(_ text: String, all: Bool) throws -> [JSONValue] {
        duplicates = []
        // a value takes two bytes at least where it is written out
        budget = text.utf8.count / 2 + 1 + Self.aliasedLimit
        let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
        var values: [JSONValue] = []
        while let root = try parser.nextRoot() {
            values.append(try value(root))
            if !all { break }
        }
        return values
    }

    /// Yams refuses equal keys. The first one is marked, which makes it another key, and the stream is read again.
    private static func markKey(in text: String, _ mark: Mark) -> String? {
        var bytes = Array(text.utf8)
        var at = 0
        for _ in 1..<max(mark.line, 1) {
            guard let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            at = end + 1
        }
        for _ in 1..<max(mark.column, 1) {
            at += 1
            while at < bytes.count, bytes[at] & 0xC0 == 0x80 { at += 1 }
        }
        guard at < bytes.count, ![UInt8(ascii: "&"), UInt8(ascii: "!"), UInt8(ascii: "*")].contains(bytes[at]) else {
            return nil
        }
        if bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") { at += 1 }
        bytes.insert(contentsOf: replacedMark.utf8, at: at)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Worded and counted as by `goyaml`: lines count from 0, and only scanner faults count their own; the first is not told.
    private static func describe(_ error: YamlError) -> String {
        func place(_ line: Int, _ problem: String) -> String { line > 0 ? "line \(line): \(problem)" : problem }
        switch error {
        case .scanner(let context, let problem, let mark, _):
            return place(mark.line > 1 ? mark.line : (context?.mark.line ?? 1) - 1, problem)
        case .composer(_, "found undefined alias", let mark, let text):
            return "unknown anchor '\(alias(in: text, mark))' referenced"
        case .parser(let context, let problem, let mark, _), .composer(let context, let problem, let mark, _):
            return place(mark.line > 1 ? mark.line - 1 : (context?.mark.line ?? 1) - 1, problem)
        case .reader(let problem, _, _, _): return problem
        case .writer(let problem), .emitter(let problem), .representer(let problem): return problem
        default: return "unknown problem parsing YAML content"
        }
    }

    /// The name of the alias that stands at a place.
    private static func alias(in text: String, _ mark: Mark) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(mark.line - 1) else { return "" }
        let rest = lines[mark.line - 1].unicodeScalars.dropFirst(max(mark.column - 1, 0)).drop { $0 == "*" }
        return String(
            Substring(
                rest.prefix {
                    $0.isASCII && (Character($0).isLetter || Character($0).isNumber || $0 == "-" || $0 == "_")
                }))
    }

    /// Counts a node: aliases of aliases would make a short document a huge one.
    private mutating func spend() throws {
        budget -= 1
        guard budget > 0 else { throw Self.tooManyAliases }
    }

    private static let tooManyAliases = YAMLError(message: "yaml: document contains excessive aliasing")

    private mutating func value(_ node: Node) throws -> JSONValue {
        try spend()
        switch node {
        case .scalar(let scalar):
            return try YAMLScalar.resolve(scalar.string, tag: scalar.tag.rawValue, isPlain: scalar.style == .plain)
        case .sequence(let sequence): return .array(try sequence.map { try value($0) })
        case .mapping(let mapping): return .object(try members(mapping))
        case .alias: throw YAMLError(message: "yaml: unknown anchor referenced")
        }
    }

    private mutating func members(_ mapping: Node.Mapping) throws -> JSONObject {
        var members = JSONObject()
        var merged: [JSONObject] = []
        for (keyNode, valueNode) in mapping {
            if case .scalar(let scalar) = keyNode, scalar.string == "<<", scalar.style == .plain {
                merged += try mergeSources(valueNode)
                continue
            }
            let (key, isText) = try key(keyNode)
            if members.contains(key) {
                var quoted: [UInt8] = []
                JSONValue.writeString(key, to: &quoted, escapeHTML: false)
                let text = isText ? String(decoding: quoted, as: UTF8.self) : key
                duplicates.append("line \(valueNode.mark?.line ?? 0): key \(text) already set in map")
            }
            members[key] = try value(valueNode)
        }
        for source in merged {
            for (key, value) in source where !members.contains(key) { members[key] = value }
        }
        return members.sortedByKey()
    }

    private mutating func mergeSources(_ node: Node) throws -> [JSONObject] {
        switch try value(node) {
        case .object(let members): return [members]
        case .array(let elements):
            return try elements.map {
                guard let members = $0.objectValue else { throw Self.wrongMerge }
                return members
            }
        default: throw Self.wrongMerge
        }
    }

    private static let wrongMerge = YAMLError(message: "yaml: map merge requires map or sequence of maps as the value")

    /// A key that is no scalar, as Go's `%#v` shows it. As with all keys, only the style tells what is to be resolved.
    private mutating func goSyntax(_ node: Node) throws -> String {
        try spend()
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain
            let value = try YAMLScalar.resolve(
                scalar.string, tag: isPlain ? "" : YAMLScalar.stringTag, isPlain: isPlain)
            return value.isNull ? "interface {}(nil)" : value.text()
        case .sequence(let items):
            return "[]interface {}{" + (try items.map { try goSyntax($0) }).joined(separator: ", ") + "}"
        case .mapping(let members):
            let shown = try members.map { try "\(goSyntax($0.key)):\(goSyntax($0.value))" }.sorted()
            return "map[interface {}]interface {}{" + shown.joined(separator: ", ") + "}"
        case .alias: throw YAMLError(message: "yaml: unknown anchor referenced")
        }
    }

    /// The key, and whether it is text; numbers and booleans are keys by how they are written.
    private mutating func key(_ node: Node) throws -> (String, isText: Bool) {
        guard case .scalar(let scalar) = node else {
            throw try YAMLError(message: "yaml: invalid map key: " + goSyntax(node))
        }
        var text = scalar.string
        while text.unicodeScalars.starts(with: Self.replacedMark.unicodeScalars) { text.unicodeScalars.removeFirst(2) }
        // Yams resolves the tags of keys while it compares them, so only the style tells whether this one is to be resolved
        switch try YAMLScalar.resolve(
            text, tag: scalar.style == .plain ? "" : YAMLScalar.stringTag, isPlain: scalar.style == .plain)
        {
        case .string(let key): return (key, true)
        case .number(let number): return (number.text, false)
        case .bool(let flag): return (flag ? "true" : "false", false)
        default: throw YAMLError(message: "unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>")
        }
    }
}
