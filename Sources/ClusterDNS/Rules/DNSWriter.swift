// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// Writes a DNS message, with names compressed (RFC 1035, section 4.1.4).
struct DNSWriter {
    private(set) var bytes: [UInt8] = []
    private var offsets: [DNSName: Int] = [:]

    mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(raw: some Sequence<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    /// Appends a name, as a pointer where it, or its end, is in the message already.
    ///
    /// - Parameter mayPoint: whether the name itself may be compressed; in SRV records it must not be (RFC 2782).
    mutating func append(_ name: DNSName, mayPoint: Bool = true) {
        var labels = name.labels[...]
        while let label = labels.first {
            let rest = DNSName(labels: Array(labels))
            if mayPoint, let offset = offsets[rest] { return append(UInt16(0xc000) | UInt16(offset)) }
            // A pointer has 14 bits.
            if bytes.count < 0x4000, offsets[rest] == nil { offsets[rest] = bytes.count }
            bytes.append(UInt8(truncatingIfNeeded: label.count))
            bytes.append(contentsOf: label)
            labels = labels.dropFirst()
        }
        bytes.append(0)
    }

    /// Notes that a name that is already in the message begins at `offset`, whatever the case of its letters.
    mutating func note(_ name: DNSName, at offset: Int) {
        var offset = offset
        var labels = name.labels[...]
        while let label = labels.first {
            offsets[DNSName(labels: Array(labels))] = offset
            offset += label.count + 1
            labels = labels.dropFirst()
        }
    }

    mutating func append(_ record: DNSRecord) {
        append(record.name)
        append(record.type.rawValue)
        append(UInt16(1))
        append(record.timeToLive)
        let lengthOffset = bytes.count
        append(UInt16(0))
        append(record.value)
        let length = UInt16(clamping: bytes.count - lengthOffset - 2)
        set(length, at: lengthOffset)
    }

    /// Overwrites two bytes that are there already.
    mutating func set(_ number: UInt16, at offset: Int) {
        guard offset >= 0, offset + 1 < bytes.count else { return }
        bytes[offset] = UInt8(number >> 8)
        bytes[offset + 1] = UInt8(number & 255)
    }

    private mutating func append(_ value: DNSRecord.Value) {
        switch value {
        case .address(let address):
            append(raw: address.bytes)
        case .canonicalName(let name), .nameServer(let name), .pointer(let name):
            append(name)
        case .text(let text):
            let part = Array(text.utf8.prefix(255))
            append(UInt8(truncatingIfNeeded: part.count))
            append(raw: part)
        case .service(let priority, let weight, let port, let target):
            append(priority)
            append(weight)
            append(port)
            append(target, mayPoint: false)
        case .authority(let server, let mailbox, let serial, let minimum):
            append(server)
            append(mailbox)
            // Serial, refresh, retry, expire and minimum; nobody transfers this zone.
            for number in [serial, 7200, 1800, 86400, minimum] as [UInt32] { append(number) }
        }
    }

    /// Goes back to an earlier length, forgetting names that were written since.
    mutating func cut(to length: Int) {
        bytes.removeLast(max(bytes.count - length, 0))
        offsets = offsets.filter { $0.value < length }
    }
}
