// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// A message of another server, looked through but passed on as it is.
package struct ForwardedMessage: Equatable, Sendable {
    package private(set) var bytes: [UInt8]
    package private(set) var code: UInt8
    package private(set) var isTruncated: Bool
    /// How long the message may be kept, in seconds: the least of its records; 0 where it must not be kept.
    package private(set) var timeToLive: UInt32
    private var timeToLiveOffsets: [Int]
    private var questionEnd: Int

    /// The question that asks another server on a client's behalf.
    ///
    /// - Parameter identifier: to be hard to guess.
    package static func request(_ query: DNSQuery, identifier: UInt16) -> [UInt8] {
        var writer = DNSWriter()
        writer.append(identifier)
        writer.append(UInt16(0x100) | (query.isCheckingDisabled ? 0x10 : 0))
        writer.append(UInt16(1))
        writer.append(UInt32(0))
        writer.append(UInt16(query.extension == nil ? 0 : 1))
        writer.append(raw: query.question)
        if let extra = query.extension {
            writer.append(UInt8(0))
            writer.append(DNSType.opt.rawValue)
            writer.append(UInt16(1232))
            writer.append(UInt32(extra.wantsSignatures ? 0x8000 : 0))
            writer.append(UInt16(0))
        }
        return writer.bytes
    }

    /// Reads an answer.
    ///
    /// - Returns: `nil` when it is none to this question, or makes no sense.
    package init?(_ bytes: [UInt8], answering query: DNSQuery, identifier: UInt16) {
        var reader = DNSReader(bytes)
        guard let id: UInt16 = reader.number(), let flags: UInt16 = reader.number(), id == identifier,
            flags & 0x8000 != 0,
            let questions: UInt16 = reader.number(), questions == 1, let answers: UInt16 = reader.number(),
            let authorities: UInt16 = reader.number(), let additional: UInt16 = reader.number(),
            let name = reader.name(), name == query.name, let type: UInt16 = reader.number(),
            type == query.type.rawValue,
            let recordClass: UInt16 = reader.number(), recordClass == query.recordClass
        else { return nil }
        self.bytes = bytes
        questionEnd = reader.offset
        code = UInt8(flags & 15)
        isTruncated = flags & 0x200 != 0
        timeToLiveOffsets = []
        var least = UInt32.max
        // What is cut off cannot be read to its end.
        let count = isTruncated ? 0 : Int(answers) + Int(authorities) + Int(additional)
        for _ in 0..<count {
            guard let record = ResourceHeader(&reader) else { return nil }
            if record.type == .opt { continue }
            timeToLiveOffsets.append(record.timeToLiveOffset)
            least = min(least, record.timeToLive, Self.negativeTimeToLive(record) ?? .max)
        }
        let isFinal = code == DNSResponseCode.noError.rawValue || code == DNSResponseCode.nameError.rawValue
        // The highest bit makes a time to live invalid (RFC 2181, section 8).
        timeToLive = isFinal && !timeToLiveOffsets.isEmpty && least <= Int32.max ? least : 0
    }

    /// The answer for a client.
    ///
    /// - Parameters:
    ///   - age: how long ago the message came in, in seconds.
    ///   - limit: the longest message; a longer one is cut to its question, and says so.
    package func answer(to query: DNSQuery, age: UInt32 = 0, limit: Int) -> [UInt8] {
        var answer = bytes
        let isTooLong = answer.count > limit
        if isTooLong { answer.removeLast(answer.count - questionEnd) }
        answer[0] = UInt8(query.identifier >> 8)
        answer[1] = UInt8(query.identifier & 255)
        if isTooLong {
            answer[2] |= 2
            for index in 6..<12 { answer[index] = 0 }
            return answer
        }
        // The client's own spelling of the name.
        if query.question.count == questionEnd - 12 { answer.replaceSubrange(12..<questionEnd, with: query.question) }
        if age > 0 { for offset in timeToLiveOffsets { Self.lower(&answer, at: offset, by: age) } }
        return answer
    }

    /// The addresses and aliases of the answer section; others are left out.
    package var records: [DNSRecord] {
        var reader = DNSReader(bytes, offset: questionEnd)
        var found: [DNSRecord] = []
        for _ in 0..<(Int(bytes[6]) << 8 | Int(bytes[7])) {
            guard let record = ResourceHeader(&reader) else { return found }
            if let value = Self.value(record, in: bytes) {
                found.append(DNSRecord(record.name, timeToLive: record.timeToLive, value))
            }
        }
        return found
    }

    private static func value(_ record: ResourceHeader, in bytes: [UInt8]) -> DNSRecord.Value? {
        switch record.type {
        case .a, .aaaa:
            let address = NetworkAddress(bytes: record.data)
            return address.flatMap { $0.family == (record.type == .a ? .v4 : .v6) ? .address($0) : nil }
        case .cname:
            var reader = DNSReader(bytes, offset: record.data.startIndex)
            return reader.name().map { .canonicalName($0) }
        default:
            return nil
        }
    }

    /// The last number of an SOA record: how long "there is none" may be kept (RFC 2308).
    private static func negativeTimeToLive(_ record: ResourceHeader) -> UInt32? {
        guard record.type == .soa, record.data.count >= 4 else { return nil }
        return record.data.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    private static func lower(_ bytes: inout [UInt8], at offset: Int, by age: UInt32) {
        let old = bytes[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let new = old > age ? old - age : 0
        for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: new >> UInt32((3 - index) * 8)) }
    }
}
