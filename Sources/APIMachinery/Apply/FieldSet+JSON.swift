// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension FieldSet {
    /// The set as `FieldsV1`: nested objects, where `.` says that the path which leads there is in the set, too.
    public var fieldsV1: FieldsV1 {
        var out: [UInt8] = []
        out.reserveCapacity(256)
        write(to: &out, includingSelf: false)
        return FieldsV1(raw: out)
    }

    private func write(to out: inout [UInt8], includingSelf: Bool) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        if includingSelf {
            out.append(contentsOf: "\".\":{}".utf8)
            isFirst = false
        }
        for node in nodes {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONValue.writeString(node.element, to: &out)
            out.append(UInt8(ascii: ":"))
            node.children.write(to: &out, includingSelf: node.isMember && !node.children.isEmpty)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// Reads a set.
    ///
    /// - Returns: nil where it is not an object of objects, or a key of it is not understood.
    public init?(_ fields: FieldsV1) {
        let tape = JSONTape(fields.raw)
        guard !tape.isEmpty, let read = Self.read(tape, 0) else { return nil }
        self = read.set
    }

    /// - Returns: the set, and whether the path that leads there is a member.
    private static func read(_ tape: JSONTape, _ at: Int) -> (set: FieldSet, isMember: Bool)? {
        guard tape.kind(at) == .object else { return nil }
        var nodes: [Node] = []
        var isMember = false
        for key in tape.children(at) {
            let text = tape.string(key)
            if text == "." {
                isMember = true
                continue
            }
            guard text.utf8.count >= 2, text.utf8.dropFirst().first == UInt8(ascii: ":") else { return nil }
            guard let element = canonical(text), let inner = read(tape, key + 1) else { return nil }
            guard !element.isEmpty else { continue }
            nodes.append(Node(element: element, isMember: inner.isMember, children: inner.set))
        }
        return (FieldSet(nodes), isMember || nodes.isEmpty)
    }

    /// The one way in which this program writes an element.
    ///
    /// - Returns: nil where it is none, empty where only a later version may understand it.
    private static func canonical(_ text: String) -> String? {
        switch text.utf8.first {
        case UInt8(ascii: "f"), UInt8(ascii: "i"): return text
        case UInt8(ascii: "v"):
            return (try? JSONValue.parse(Array(text.utf8.dropFirst(2)))).map { FieldElement.value($0) }
        case UInt8(ascii: "k"):
            // what was written here before needs no second look
            if !text.utf8.contains(0x20), text.hasPrefix("k:{\""), text.hasSuffix("}") { return text }
            guard let key = (try? JSONValue.parse(Array(text.utf8.dropFirst(2))))?.objectValue else { return nil }
            return FieldElement.key(key.sortedByKey().map { ($0.key, $0.value) })
        default: return ""
        }
    }
}

/// The elements of field sets as text.
enum FieldElement {
    /// Of a list item by its key, whose members are in the order of their names.
    static func key(_ members: [(name: String, value: JSONValue)]) -> String {
        var out = Array("k:{".utf8)
        for (i, member) in members.enumerated() {
            if i > 0 { out.append(UInt8(ascii: ",")) }
            JSONValue.writeString(member.name, to: &out, escapeHTML: false)
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: text(member.value).utf8)
        }
        out.append(UInt8(ascii: "}"))
        return String(decoding: out, as: UTF8.self)
    }

    /// Of a list item by one member that is a string.
    ///
    /// - Parameter plain: the string, which has no escapes in JSON.
    static func key(_ name: String, plain: UnsafeBufferPointer<UInt8>) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(name.utf8.count + plain.count + 9)
        out.append(contentsOf: "k:{".utf8)
        JSONValue.writeString(name, to: &out, escapeHTML: false)
        out.append(UInt8(ascii: ":"))
        out.append(UInt8(ascii: "\""))
        out.append(contentsOf: plain)
        out.append(UInt8(ascii: "\""))
        out.append(UInt8(ascii: "}"))
        return String(decoding: out, as: UTF8.self)
    }

    /// Of a list item by its value.
    static func value(_ value: JSONValue) -> String { "v:" + text(value) }

    static func text(_ value: JSONValue) -> String {
        guard case .string(let string) = value else { return String(decoding: value.bytes(), as: UTF8.self) }
        var out: [UInt8] = []
        JSONValue.writeString(string, to: &out, escapeHTML: false)
        return String(decoding: out, as: UTF8.self)
    }

    /// As paths in messages show it: `.name`, `[name="a"]`, `[="a"]`.
    static func path(_ element: String) -> String {
        let rest = String(element.dropFirst(2))
        switch element.utf8.first {
        case UInt8(ascii: "f"): return "." + rest
        case UInt8(ascii: "k"):
            let members = (try? JSONValue.parse(rest))?.objectValue ?? JSONObject()
            return "[" + members.map { "\($0.key)=\(shown($0.value))" }.joined(separator: ",") + "]"
        case UInt8(ascii: "v"): return "[=" + shown((try? JSONValue.parse(rest)) ?? .null) + "]"
        default: return "[" + rest + "]"
        }
    }

    private static func shown(_ value: JSONValue) -> String {
        if case .string(let text) = value { return GoText.quote(text) }
        return text(value)
    }
}
