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
        guard i < offset, i < p.count, p[i] == UInt8(ascii: "{") || p[i] == UInt8(ascii: "[") else { return }
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
    /// More are not told.
    private static let limit = 100

    /// `unknown field "spec.bogus"`, `duplicate field "metadata.name"`, each once, in the order found.
    static func messages(_ faults: [JSONStrictFault], in json: [UInt8]) -> [String] {
        let found = faults.map { ($0.reason, JSONPlace.text(JSONPlace.path(to: $0.offset, in: json))) }
        let unknown = Set(found.filter { $0.0 == .unknownField }.map(\.1))
        var seen: Set<String> = []
        var out: [String] = []
        for (reason, path) in found where seen.count < limit {
            // an unknown field that stands twice is only unknown
            if reason == .duplicateField, unknown.contains(path) { continue }
            let text = reason == .unknownField ? "unknown field \"\(path)\"" : "duplicate field \"\(path)\""
            if seen.insert(text).inserted { out.append(text) }
        }
        return out
    }
}

/// The words of Go's `encoding/json` for what could not be decoded.
enum JSONFaultText {
    /// The fault of text that is not JSON.
    static func syntax(_ fault: JSONFault, in json: [UInt8]) -> String {
        switch fault.reason {
        case .trailingData where json.indices.contains(fault.offset):
            "invalid character \(character(json[fault.offset])) after top-level value"
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
        guard case .wrongType(let found, let expected) = fault.reason else { return syntax(fault, in: json) }
        let place = place(of: fault.offset, in: json, root: root)
        return "json: cannot unmarshal \(found) into Go struct field \(place.structure).\(place.path) of type "
            + (place.type ?? expected)
    }

    /// The Go struct and type of what stands at an offset.
    static func place<Root: TopLevelObject>(of offset: Int, in json: [UInt8], root: Root.Type) -> GoPlace.Found {
        let package = Root.group.isEmpty ? "core" : Root.group
        return GoPlace.find(
            JSONPlace.path(to: offset, in: json), package: "\(package)/\(Root.version)", type: Root.kind)
    }
}
