// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension JSONReader {
    /// Passes over the next value, checking that it is well formed. Needs no stack, however deep the value is.
    public mutating func skipValue() throws(JSONFault) {
        _ = try peek()
        if strictness == .lax, let end = endOfValue(from: position) {
            position = end
            needsSeparator = true
            return
        }
        // deep, wrong, or to be looked at for keys that come twice
        let limit = depthLimit
        depthLimit = Self.maximumDepth
        defer { depthLimit = limit }
        // of each container that is open, whether it is an object
        var open: [Bool] = []
        while true {
            if let isObject = try enterOrSkip() {
                open.append(isObject)
                continue
            }
            // a value has ended, and with it perhaps what holds it
            while let isObject = open.last {
                if try isObject ? nextKey() != nil : nextElement() { break }
                open.removeLast()
            }
            if open.isEmpty { return }
        }
    }

    /// Passes over a scalar or an empty container, or enters one up to its first value: true for an object, false for an array.
    private mutating func enterOrSkip() throws(JSONFault) -> Bool? {
        switch try peek() {
        case UInt8(ascii: "{"):
            guard try beginObject() else { return nil }
            return try nextKey() != nil ? true : nil
        case UInt8(ascii: "["):
            guard try beginArray() else { return nil }
            return try nextElement() ? false : nil
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case UInt8(ascii: "-"), 0x30...0x39: try skipNumber()
        default: throw unexpected("looking for beginning of value")
        }
        return nil
    }

    private mutating func skipString() throws(JSONFault) {
        if let length = plainLength(from: position + 1) {
            position += length + 2
        } else {
            var dropped: [UInt8] = []
            try unescape(into: &dropped)
        }
        needsSeparator = true
    }

    /// Takes a number by RFC 8259's grammar.
    mutating func skipNumber() throws(JSONFault) {
        if position < end, base[position] == UInt8(ascii: "-") { position += 1 }
        guard position < end, Self.isDigit(base[position]) else { throw unexpected("in numeric literal") }
        if base[position] == UInt8(ascii: "0") { position += 1 } else { skipDigits() }
        if position < end, base[position] == UInt8(ascii: ".") {
            position += 1
            guard position < end, Self.isDigit(base[position]) else {
                throw unexpected("after decimal point in numeric literal")
            }
            skipDigits()
        }
        if position < end, base[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < end, base[position] == UInt8(ascii: "+") || base[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard position < end, Self.isDigit(base[position]) else {
                throw unexpected("in exponent of numeric literal")
            }
            skipDigits()
        }
        needsSeparator = true
    }

    private mutating func skipDigits() { while position < end, Self.isDigit(base[position]) { position += 1 } }

    /// Takes a string with escapes, from its opening quote on.
    @usableFromInline
    mutating func unescape(into bytes: inout [UInt8]) throws(JSONFault) {
        position += 1
        while position < end {
            let byte = base[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &bytes)
            case 0..<0x20: throw unexpected("in string literal")
            default:
                bytes.append(byte)
                position += 1
            }
        }
        throw JSONFault(.unexpectedEnd, at: position)
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONFault) {
        guard position < end else { throw JSONFault(.unexpectedEnd, at: position) }
        switch base[position] {
        case UInt8(ascii: "\""): bytes.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): bytes.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            return try unicodeEscape(into: &bytes)
        default: throw unexpected("in string escape code")
        }
        position += 1
    }

    private mutating func unicodeEscape(into bytes: inout [UInt8]) throws(JSONFault) {
        var unit = try hexUnit()
        if unit & 0xFC00 == 0xD800, position + 1 < end, base[position] == UInt8(ascii: "\\"),
            base[position + 1] == UInt8(ascii: "u")
        {
            let saved = position
            position += 2
            let low = try hexUnit()
            if low & 0xFC00 == 0xDC00 {
                unit = 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)
            } else {
                position = saved
            }
        }
        // A surrogate without its other half becomes U+FFFD, as in Go.
        let scalar = UnicodeScalar(unit) ?? "\u{FFFD}"
        bytes.append(contentsOf: String(Character(scalar)).utf8)
    }

    private mutating func hexUnit() throws(JSONFault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard position < end else { throw JSONFault(.unexpectedEnd, at: position) }
            let byte = base[position]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw unexpected("in \\u hexadecimal character escape")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
