// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import SchemaModel
import Store
import Wire

/// Where in a JSON text an offset is, as member names and list positions.
enum JSONPlace {
    enum Step: Equatable {
        case member(String)
        case item(Int)
    }

    /// The steps to the innermost value or key that stands at `offset`.
    static func path(to offset: Int, in json: [UInt8]) -> [Step] {
        var steps: [Step] = []
        json.withUnsafeBufferPointer { descend($0, 0, offset, &steps) }
        return steps
    }

    private static func descend(_ p: UnsafeBufferPointer<UInt8>, _ start: Int, _ offset: Int, _ steps: inout [Step]) {
        var i = space(p, start)
        guard i < p.count, p[i] == UInt8(ascii: "{") || p[i] == UInt8(ascii: "[") else { return }
        let isObject = p[i] == UInt8(ascii: "{")
        i = space(p, i + 1)
        var index = 0
        while i < p.count, p[i] != UInt8(ascii: "}"), p[i] != UInt8(ascii: "]") {
            var step = Step.item(index)
            var value = i
            if isObject {
                step = .member(JSONScan.text(p, quotedAt: i) ?? "")
                value = space(p, JSONScan.skip(p, i))
                guard value < p.count, p[value] == UInt8(ascii: ":") else { return }
                value = space(p, value + 1)
            }
            let end = JSONScan.skip(p, value)
            if offset < end || end >= p.count {
                steps.append(step)
                if offset >= value { descend(p, value, offset, &steps) }
                return
            }
            i = space(p, end)
            if i < p.count, p[i] == UInt8(ascii: ",") { i = space(p, i + 1) }
            index += 1
        }
    }

    private static func space(_ p: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var i = start
        while i < p.count, p[i] == 0x20 || p[i] == 0x0a || p[i] == 0x0d || p[i] == 0x09 { i += 1 }
        return i
    }

    /// `spec.containers[0].image`.
    static func text(_ steps: [Step]) -> String {
        var out = ""
        for step in steps {
            switch step {
            case .member(let name): out += out.isEmpty ? name : "." + name
            case .item(let index): out += "[\(index)]"
            }
        }
        return out
    }
}

/// The words of strict decoding.
enum StrictFaults {
    /// `unknown field "spec.bogus"`, `duplicate field "metadata.name"`, each once, in the order found.
    static func messages(_ faults: [JSONStrictFault], in json: [UInt8]) -> [String] {
        var seen: Set<String> = []
        var out: [String] = []
        for fault in faults {
            let path = JSONPlace.text(JSONPlace.path(to: fault.offset, in: json))
            let text = fault.reason == .unknownField ? "unknown field \"\(path)\"" : "duplicate field \"\(path)\""
            if seen.insert(text).inserted { out.append(text) }
        }
        return out
    }
}

/// The words of Go's `encoding/json` for what could not be decoded.
enum JSONFaultText {
    /// The fault of text that is not JSON.
    static func syntax(_ fault: JSONFault) -> String {
        switch fault.reason {
        case .unexpectedEnd: "unexpected end of JSON input"
        case .unexpectedByte(let byte, let context): "invalid character \(character(byte)) \(context)"
        case .trailingData: "invalid character after top-level value"
        case .tooDeep: "exceeded max depth"
        case .wrongType(let found, let expected): "json: cannot unmarshal \(found) into Go value of type \(expected)"
        case .invalidValue(let message): message
        }
    }

    private static func character(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"): "'\\''"
        case UInt8(ascii: "\""): "'\"'"
        case 0x0a: "'\\n'"
        case 0x0d: "'\\r'"
        case 0x09: "'\\t'"
        case 0..<0x20, 0x7f..<0xa0: "'\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) + "'"
        default: "'" + String(Character(Unicode.Scalar(byte))) + "'"
        }
    }

    /// The fault of a value of the wrong type, with the Go struct and the path it belongs to.
    static func message<Root: TopLevelObject>(_ fault: JSONFault, in json: [UInt8], root: Root.Type) -> String {
        if case .trailingData = fault.reason, fault.offset < json.count {
            return "invalid character \(character(json[fault.offset])) after top-level value"
        }
        guard case .wrongType(let found, let expected) = fault.reason else { return syntax(fault) }
        let steps = JSONPlace.path(to: fault.offset, in: json)
        let package = Root.group.isEmpty ? "core" : Root.group
        let place = GoPlace.find(steps, package: "\(package)/\(Root.version)", type: Root.kind)
        return "json: cannot unmarshal \(found) into Go struct field \(place.structure).\(place.path) of type "
            + (place.type ?? expected)
    }
}

/// The Go struct that a JSON path leads to.
enum GoPlace {
    /// - Returns: the struct that has the last field, the path without list positions and map keys, and the Go type where the
    ///   fault is a struct's, map's or list's own.
    static func find(_ steps: [JSONPlace.Step], package: String, type: String) -> (
        structure: String, path: String, type: String?
    ) {
        var structure = type
        var document = package
        var names: [String] = []
        var current: TypeExpression? = .named(type)
        for step in steps {
            guard let expression = current else { break }
            switch (step, expression) {
            case (.item, .list(let element)): current = element
            case (.member, .map(let value)): current = value
            case (.member(let name), _):
                names.append(name)
                guard let found = field(name, of: expression, in: document) else {
                    current = nil
                    continue
                }
                structure = found.structure
                document = found.document
                current = found.type
            default: current = nil
            }
        }
        return (structure, names.joined(separator: "."), nil)
    }

    private static func field(
        _ name: String, of expression: TypeExpression, in document: String
    ) -> (structure: String, document: String, type: TypeExpression)? {
        guard let (schema, home) = structure(expression, in: document) else { return nil }
        for field in schema.fields {
            if field.isInline, let nested = self.field(name, of: field.type, in: home) { return nested }
            if field.name == name { return (schema.name, home, unwrap(field.type, in: home)) }
        }
        return nil
    }

    private static func unwrap(_ expression: TypeExpression, in document: String) -> TypeExpression {
        switch expression {
        case .pointer(let inner): return unwrap(inner, in: document)
        case .named(let name):
            guard let alias = Schema.shared.document(document)?.aliases[name] else { return expression }
            return unwrap(alias.type, in: document)
        default: return expression
        }
    }

    private static func structure(_ expression: TypeExpression, in document: String) -> (TypeSchema, String)? {
        switch expression {
        case .pointer(let inner): return structure(inner, in: document)
        case .named(let name):
            if let dot = name.lastIndex(of: "."), name.contains("/") {
                let key = String(name[..<dot])
                return Schema.shared.type(name).map { ($0, key) }
            }
            if let found = Schema.shared.type("\(document).\(name)") { return (found, document) }
            return Schema.shared.type("meta/v1.\(name)").map { ($0, "meta/v1") }
        default: return nil
        }
    }
}
