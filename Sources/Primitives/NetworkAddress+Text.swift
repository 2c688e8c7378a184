// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension NetworkAddress: LosslessStringConvertible {
    /// Reads dotted IPv4 or colon-separated IPv6 text.
    ///
    /// - Returns: `nil` when the text is no address.
    public init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let value = Self.parseV6(Substring(text)) else { return nil }
            self = .v6(value)
        } else {
            guard let value = Self.parseV4(Substring(text)) else { return nil }
            self = .v4(value)
        }
    }

    /// Canonical text; IPv6 as RFC 5952 says.
    public var description: String {
        switch family {
        case .v4: bytes.map(String.init).joined(separator: ".")
        case .v6: Self.formatV6(number)
        }
    }

    private static func parseV4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
                part.utf8.count == 1 || part.first != "0", let octet = UInt8(part)
            else { return nil }
            value = value << 8 | UInt32(octet)
        }
        return value
    }

    private static func parseV6(_ text: Substring) -> UInt128? {
        guard let gap = text.firstDoubleColon else {
            guard let groups = groups(of: text), groups.count == 8 else { return nil }
            return join(groups)
        }
        let head = text[..<gap]
        let tail = text[text.index(gap, offsetBy: 2)...]
        guard let left = groups(of: head, mayEndInV4: false), let right = groups(of: tail), left.count + right.count < 8
        else { return nil }
        return join(left + Array(repeating: 0, count: 8 - left.count - right.count) + right)
    }

    private static func join(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(UInt128(0)) { $0 << 16 | UInt128($1) }
    }

    /// The 16-bit groups of a part of an IPv6 address without `::`; an empty part has none.
    private static func groups(of text: Substring, mayEndInV4: Bool = true) -> [UInt16]? {
        if text.isEmpty { return [] }
        var result: [UInt16] = []
        let parts = text.split(separator: ":", maxSplits: 8, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if part.utf8.contains(UInt8(ascii: ".")) {
                guard mayEndInV4, index == parts.count - 1, let value = parseV4(part) else { return nil }
                result += [UInt16(value >> 16), UInt16(value & 0xffff)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                    let value = UInt16(part, radix: 16)
                else { return nil }
                result.append(value)
            }
        }
        return result.count <= 8 ? result : nil
    }

    private static func formatV6(_ value: UInt128) -> String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128((7 - $0) * 16)) }
        if value >> 32 == 0xffff { return "::ffff:\(NetworkAddress.v4(UInt32(truncatingIfNeeded: value)))" }
        var longest = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start + 1)
        }
        let text = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        if longest.isEmpty { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}

extension Substring {
    /// Where the first `::` begins.
    fileprivate var firstDoubleColon: Index? {
        var previous: Index?
        for index in indices {
            if self[index] == ":", let before = previous, self[before] == ":" { return before }
            previous = index
        }
        return nil
    }
}
