// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Reads a DNS message (RFC 1035, section 4.1). Every failure is `nil`; nothing that a message says can make it trap or loop.
package struct DNSReader {
    let bytes: [UInt8]
    private(set) var offset: Int

    package init(_ bytes: [UInt8], offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// How many bytes are left.
    var count: Int { bytes.count - offset }

    mutating func byte() -> UInt8? {
        guard offset < bytes.count else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// The next number, in network order.
    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type = Number.self) -> Number? {
        let size = Number.bitWidth / 8
        guard let part = take(size) else { return nil }
        return part.reduce(Number.zero) { $0 << 8 | Number($1) }
    }

    /// The next bytes.
    mutating func take(_ size: Int) -> ArraySlice<UInt8>? {
        guard size >= 0, size <= count else { return nil }
        defer { offset += size }
        return bytes[offset..<(offset + size)]
    }

    /// The next name. Pointers may lead back only, so that reading ends.
    mutating func name() -> DNSName? {
        var labels: [[UInt8]] = []
        var length = 1
        var position = offset
        var isPastPointer = false
        var limit = offset
        while true {
            guard position < bytes.count else { return nil }
            let size = bytes[position]
            switch size >> 6 {
            case 0 where size == 0:
                if !isPastPointer { offset = position + 1 }
                return DNSName(labels: labels)
            case 0:
                let start = position + 1
                let end = start + Int(size)
                length += Int(size) + 1
                guard end <= bytes.count, length <= DNSName.longest else { return nil }
                labels.append(Array(bytes[start..<end]))
                position = end
            case 3:
                guard position + 1 < bytes.count else { return nil }
                let target = Int(size & 0x3f) << 8 | Int(bytes[position + 1])
                guard target < limit else { return nil }
                if !isPastPointer { offset = position + 2 }
                isPastPointer = true
                limit = target
                position = target
            default:
                return nil
            }
        }
    }
}
