// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Finds single values in compact JSON that this server wrote, without decoding the rest: labels and fields for selectors.
///
/// Bytes that are not JSON never trap; they give nil or the empty value.
enum JSONScan {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// Where `needle` begins, at or after `start`.
    static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBufferPointer { p in needle.withUnsafeBufferPointer { find($0, in: p, from: start) } }
    }

    /// Sixteen places at once are compared by the first and the last byte of the needle.
    private static func find(_ needle: Bytes, in p: Bytes, from start: Int) -> Int? {
        guard let base = p.baseAddress, let first = needle.first, let final = needle.last, start >= 0 else {
            return nil
        }
        let last = p.count - needle.count
        let raw = UnsafeRawPointer(base)
        let (head, tail) = (SIMD16(repeating: first), SIMD16(repeating: final))
        var i = start
        while i + 15 <= last {
            let heads = raw.loadUnaligned(fromByteOffset: i, as: SIMD16<UInt8>.self)
            let tails = raw.loadUnaligned(fromByteOffset: i + needle.count - 1, as: SIMD16<UInt8>.self)
            let candidates = (heads .== head) .& (tails .== tail)
            if any(candidates) {
                for k in 0..<16 where candidates[k] && holds(needle, p, at: i + k) { return i + k }
            }
            i += 16
        }
        while i <= last {
            if holds(needle, p, at: i) { return i }
            i += 1
        }
        return nil
    }

    private static func holds(_ needle: Bytes, _ p: Bytes, at place: Int) -> Bool {
        var k = 0
        while k < needle.count, p[place + k] == needle[k] { k += 1 }
        return k == needle.count
    }

    /// Where the value of the top-level member `metadata` begins.
    static func metadata(_ bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { member($0, at: 0, key: metadataKey) }
    }

    static let metadataKey = Array("metadata".utf8)
    static let labelsKey = Array("labels".utf8)

    /// `metadata.labels`.
    static func labels(_ bytes: [UInt8]) -> [String: String] {
        bytes.withUnsafeBufferPointer { p in
            guard let meta = member(p, at: 0, key: metadataKey), let at = member(p, at: meta, key: labelsKey) else {
                return [:]
            }
            var out: [String: String] = [:]
            forEachMember(p, at: at) { key, value in
                out[text(p, quotedAt: key) ?? ""] = text(p, quotedAt: value) ?? ""
                return true
            }
            return out
        }
    }

    /// The scalar at a path of object members, as text: strings unescaped, numbers and booleans as written, `null` as absent.
    static func scalar(_ path: [[UInt8]], in bytes: [UInt8]) -> String? {
        bytes.withUnsafeBufferPointer { p in
            // most often asked for what is not there, as the node of a new pod: a search is quicker than to step over all members
            guard let name = path.last, name.withUnsafeBufferPointer({ find($0, in: p, from: 0) }) != nil else {
                return nil
            }
            var at = 0
            for key in path {
                guard let next = member(p, at: at, key: key) else { return nil }
                at = next
            }
            guard at < p.count else { return nil }
            if p[at] == UInt8(ascii: "\"") { return text(p, quotedAt: at) }
            let end = skip(p, at)
            let raw = String(decoding: p[at..<end], as: UTF8.self)
            return raw == "null" ? nil : raw
        }
    }

    /// The index of the value of a member of the object that begins at `start`.
    static func member(_ p: Bytes, at start: Int, key: [UInt8]) -> Int? {
        var found: Int?
        forEachMember(p, at: start) { name, value in
            guard equals(p, quotedAt: name, key) else { return true }
            found = value
            return false
        }
        return found
    }

    /// Calls `body` with the index of each member's opening quote and of its value, until it returns false.
    static func forEachMember(_ p: Bytes, at start: Int, _ body: (Int, Int) -> Bool) {
        guard start < p.count, p[start] == UInt8(ascii: "{") else { return }
        var i = start + 1
        while i < p.count, p[i] == UInt8(ascii: "\"") {
            let name = i
            i = skip(p, i)
            guard i < p.count, p[i] == UInt8(ascii: ":") else { return }
            i += 1
            guard body(name, i) else { return }
            i = skip(p, i)
            guard i < p.count, p[i] == UInt8(ascii: ",") else { return }
            i += 1
        }
    }

    /// The index after the value that begins at `start`.
    static func skip(_ p: Bytes, _ start: Int) -> Int {
        guard start < p.count else { return p.count }
        switch p[start] {
        case UInt8(ascii: "\""): return skipString(p, start)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested(p, start)
        default:
            var i = start
            while i < p.count {
                let c = p[i]
                if c == UInt8(ascii: ",") || c == UInt8(ascii: "}") || c == UInt8(ascii: "]") { return i }
                i += 1
            }
            return i
        }
    }

    private static func skipString(_ p: Bytes, _ start: Int) -> Int {
        var i = start + 1
        while i < p.count {
            let c = p[i]
            if c == UInt8(ascii: "\"") { return i + 1 }
            i += c == UInt8(ascii: "\\") ? 2 : 1
        }
        return p.count
    }

    private static func skipNested(_ p: Bytes, _ start: Int) -> Int {
        var depth = 0
        var i = start
        while i < p.count {
            switch p[i] {
            case UInt8(ascii: "\""):
                i = skipString(p, i)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return i + 1 }
            default: break
            }
            i += 1
        }
        return p.count
    }

    private static func equals(_ p: Bytes, quotedAt i: Int, _ key: [UInt8]) -> Bool {
        guard i + key.count + 1 < p.count, p[i + key.count + 1] == UInt8(ascii: "\"") else { return false }
        for k in 0..<key.count where p[i + 1 + k] != key[k] { return false }
        return true
    }

    /// The string whose opening quote is at `i`.
    static func text(_ p: Bytes, quotedAt i: Int) -> String? {
        guard i < p.count, p[i] == UInt8(ascii: "\"") else { return nil }
        let end = skipString(p, i)
        guard end - 1 > i, p[end - 1] == UInt8(ascii: "\"") else { return nil }
        let body = p[(i + 1)..<(end - 1)]
        guard body.contains(UInt8(ascii: "\\")) else { return String(decoding: body, as: UTF8.self) }
        return unescape(body)
    }

    private static func unescape(_ body: Slice<Bytes>) -> String {
        var units: [UInt16] = []
        var out = ""
        var i = body.startIndex
        func flush() {
            out += String(decoding: units, as: UTF16.self)
            units.removeAll()
        }
        while i < body.endIndex {
            guard body[i] == UInt8(ascii: "\\"), i + 1 < body.endIndex else {
                flush()
                var j = i + 1
                while j < body.endIndex, body[j] != UInt8(ascii: "\\") { j += 1 }
                out += String(decoding: body[i..<j], as: UTF8.self)
                i = j
                continue
            }
            if body[i + 1] == UInt8(ascii: "u"), i + 6 <= body.endIndex,
                let unit = UInt16(String(decoding: body[(i + 2)..<(i + 6)], as: UTF8.self), radix: 16)
            {
                units.append(unit)
                i += 6
            } else {
                units.append(UInt16(plain(body[i + 1])))
                i += 2
            }
        }
        flush()
        return out
    }

    private static func plain(_ escaped: UInt8) -> UInt8 {
        switch escaped {
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "r"): 13
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "f"): 12
        default: escaped
        }
    }
}
