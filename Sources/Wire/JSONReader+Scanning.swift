// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

// A look ahead for the end of a value, for what is passed over: most bytes of an object, where only its metadata is wanted.
// It takes nothing and says nothing of faults; who finds one reads the value again with care.

extension JSONReader {
    /// Where the value that begins at `start` ends.
    ///
    /// - Returns: nil where it is not well formed, or more than 64 levels deep.
    func endOfValue(from start: Int) -> Int? {
        var at = start
        /// Of each container that is open, the innermost first, whether it is an object.
        var kinds: UInt64 = 0
        var depth = 0
        while true {
            guard at < end else { return nil }
            switch base[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isObject = base[at] == UInt8(ascii: "{")
                at = skippingWhitespace(at + 1)
                guard at < end, depth < 64 else { return nil }
                guard base[at] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    depth += 1
                    kinds = kinds << 1 | (isObject ? 1 : 0)
                    if isObject {
                        guard let value = endOfKey(at) else { return nil }
                        at = value
                    }
                    continue
                }
                at += 1
            default:
                guard let next = endOfScalar(at) else { return nil }
                at = next
            }
            guard let next = nextValue(at, &kinds, &depth) else { return nil }
            guard depth > 0 else { return next }
            at = next
        }
    }

    /// Closes what ends after a value, up to where the next value begins, or to the end of the outermost.
    private func nextValue(_ start: Int, _ kinds: inout UInt64, _ depth: inout Int) -> Int? {
        var at = start
        while depth > 0 {
            at = skippingWhitespace(at)
            guard at < end else { return nil }
            let isObject = kinds & 1 == 1
            if base[at] == UInt8(ascii: ",") {
                at = skippingWhitespace(at + 1)
                return isObject ? endOfKey(at) : at
            }
            guard base[at] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return nil }
            at += 1
            depth -= 1
            kinds >>= 1
        }
        return at
    }

    private func skippingWhitespace(_ start: Int) -> Int {
        var at = start
        while at < end, base[at] <= 0x20, base[at] == 0x20 || base[at] == 0x0A || base[at] == 0x0D || base[at] == 0x09 {
            at += 1
        }
        return at
    }

    /// Where the value behind a key begins.
    private func endOfKey(_ start: Int) -> Int? {
        guard start < end, base[start] == UInt8(ascii: "\""), let key = endOfString(start) else { return nil }
        let at = skippingWhitespace(key)
        guard at < end, base[at] == UInt8(ascii: ":") else { return nil }
        return skippingWhitespace(at + 1)
    }

    private func endOfScalar(_ start: Int) -> Int? {
        switch base[start] {
        case UInt8(ascii: "\""): return endOfString(start)
        case UInt8(ascii: "t"): return endOfLiteral("true", start)
        case UInt8(ascii: "f"): return endOfLiteral("false", start)
        case UInt8(ascii: "n"): return endOfLiteral("null", start)
        default:
            // only whole numbers: others are rare
            let first = base[start] == UInt8(ascii: "-") ? start + 1 : start
            guard first < end, Self.isDigit(base[first]) else { return nil }
            var at = first + 1
            if base[first] != UInt8(ascii: "0") { while at < end, Self.isDigit(base[at]) { at += 1 } }
            guard at < end else { return at }
            switch base[at] {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09: return at
            default: return nil
            }
        }
    }

    private func endOfLiteral(_ text: StaticString, _ start: Int) -> Int? {
        let count = text.utf8CodeUnitCount
        guard start + count <= end else { return nil }
        for index in 0..<count where base[start + index] != text.utf8Start[index] { return nil }
        return start + count
    }

    private func endOfString(_ start: Int) -> Int? {
        var at = start + 1
        while at < end {
            switch base[at] {
            case UInt8(ascii: "\""): return at + 1
            case UInt8(ascii: "\\"):
                guard at + 1 < end else { return nil }
                switch base[at + 1] {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                    UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                    at += 2
                default: return nil  // hexadecimal digits are looked at with care
                }
            case 0..<0x20: return nil
            default: at += 1
            }
        }
        return nil
    }
}
