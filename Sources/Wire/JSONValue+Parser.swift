// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why bytes are no JSON document, in the words of Go's `encoding/json`, which Kubernetes passes on to clients.
public struct JSONParseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, such as `invalid character 'x' looking for beginning of value`.
    public var message: String
    /// The byte offset at which it was noticed, from 0.
    public var offset: Int

    public var description: String { message }
}

extension JSONValue {
    /// How deep arrays and objects may be nested, as in Go.
    public static let maximumDepth = 10_000

    /// Reads one document; nothing but white space may follow it. Of equal names in an object the last one counts.
    ///
    /// Bytes that are no UTF-8 become U+FFFD each, as in Go.
    public static func parse(_ bytes: [UInt8]) throws(JSONParseError) -> JSONValue {
        try parseReportingDuplicates(bytes).value
    }

    /// Reads one document from text.
    public static func parse(_ text: String) throws(JSONParseError) -> JSONValue { try parse(Array(text.utf8)) }

    /// Reads one document and also returns the paths of names that stand twice in one object (`spec.containers[0].name`).
    ///
    /// - Parameter depth: how deep arrays and objects may be nested.
    public static func parseReportingDuplicates(
        _ bytes: [UInt8], depth: Int = JSONValue.maximumDepth
    ) throws(JSONParseError) -> (value: JSONValue, duplicates: [String]) {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONParseError) in
                var parser = JSONValueParser(bytes: buffer, depth: depth)
                return (try parser.document(), parser.duplicates)
            }
        }
        return try result.get()
    }
}

/// An array or object that is still open while parsing.
private struct OpenContainer {
    var isObject: Bool
    var elements: [JSONValue] = []
    var members = JSONObject()
    var key = ""
}

/// One pass over the bytes with its own stack, so that deep nesting cannot exhaust the thread's.
struct JSONValueParser {
    private var scanner: JSONTextScanner
    private var open: [OpenContainer] = []
    private(set) var duplicates: [String] = []

    private let depth: Int

    init(bytes: UnsafeBufferPointer<UInt8>, depth: Int) {
        scanner = JSONTextScanner(bytes: bytes)
        self.depth = depth
    }

    mutating func document() throws(JSONParseError) -> JSONValue {
        while true {
            guard var value = try begin() else { continue }
            // close as many containers as end here
            while true {
                if open.isEmpty {
                    try scanner.expectEnd()
                    return value
                }
                guard let closed = try attach(value) else { break }
                value = closed
            }
        }
    }

    /// Reads the start of a value: a whole scalar or empty container, or nil after opening a container.
    private mutating func begin() throws(JSONParseError) -> JSONValue? {
        switch try scanner.nextCharacter() {
        case UInt8(ascii: "{"):
            try enter()
            if try scanner.skip(UInt8(ascii: "}")) { return .object(JSONObject()) }
            open.append(OpenContainer(isObject: true))
            try readKey()
            return nil
        case UInt8(ascii: "["):
            try enter()
            if try scanner.skip(UInt8(ascii: "]")) { return .array([]) }
            open.append(OpenContainer(isObject: false))
            return nil
        case UInt8(ascii: "\""): return .string(try scanner.string())
        case UInt8(ascii: "t"): return try scanner.literal("true", .bool(true))
        case UInt8(ascii: "f"): return try scanner.literal("false", .bool(false))
        case UInt8(ascii: "n"): return try scanner.literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try scanner.number())
        default: throw scanner.unexpected("looking for beginning of value")
        }
    }

    private mutating func enter() throws(JSONParseError) {
        guard open.count < depth else {
            throw JSONParseError(message: "exceeded max depth", offset: scanner.at)
        }
        scanner.at += 1
    }

    /// Adds `value` to the innermost container, of which there must be one. Returns the container if it ends here, nil if
    /// another value must follow. The container is changed in place, so that adding to it does not copy it.
    private mutating func attach(_ value: JSONValue) throws(JSONParseError) -> JSONValue? {
        let top = open.count - 1
        if open[top].isObject {
            open[top].members[open[top].key] = value
            if try scanner.separator(closing: UInt8(ascii: "}"), "after object key:value pair") {
                return open.popLast().map { .object($0.members) }
            }
            try readKey()
        } else {
            open[top].elements.append(value)
            if try scanner.separator(closing: UInt8(ascii: "]"), "after array element") {
                return open.popLast().map { .array($0.elements) }
            }
        }
        return nil
    }

    /// Reads a member name and the colon into the innermost container.
    private mutating func readKey() throws(JSONParseError) {
        guard try scanner.nextCharacter() == UInt8(ascii: "\"") else {
            throw scanner.unexpected("looking for beginning of object key string")
        }
        let key = try scanner.string()
        guard try scanner.skip(UInt8(ascii: ":")) else { throw scanner.unexpected("after object key") }
        let top = open.count - 1
        open[top].key = key
        if open[top].members.contains(key), duplicates.count < 100 {
            let path = pathOfOpenContainers()
            if !duplicates.contains(path) { duplicates.append(path) }
        }
    }

    private func pathOfOpenContainers() -> String {
        open.reduce(into: "") { path, container in
            if container.isObject {
                path += path.isEmpty ? container.key : "." + container.key
            } else {
                path += "[\(container.elements.count)]"
            }
        }
    }
}
