// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A question that a client sent.
package struct DNSQuery: Equatable, Sendable {
    /// What a client says about itself (EDNS, RFC 6891).
    package struct Extension: Equatable, Sendable {
        /// The longest UDP answer the client takes, in bytes.
        package var payloadSize: UInt16
        package var version: UInt8
        /// Whether the client wants signatures (DO).
        package var wantsSignatures: Bool
    }

    /// What is to be done with bytes that came in.
    package enum Reading: Equatable, Sendable {
        case query(DNSQuery)
        /// The client is told what is wrong, in these bytes.
        case reject([UInt8])
        /// Not a query at all: no answer, or two servers could talk to each other for ever.
        case drop
    }

    package var identifier: UInt16
    package var isRecursionDesired: Bool
    package var isCheckingDisabled: Bool
    package var name: DNSName
    package var type: DNSType
    package var recordClass: UInt16
    /// The question as the client wrote it: its case comes back in the answer.
    package var question: [UInt8]
    package var `extension`: Extension?

    /// Reads what a client sent.
    package static func read(_ bytes: [UInt8]) -> Reading {
        var reader = DNSReader(bytes)
        guard let identifier: UInt16 = reader.number(), let flags: UInt16 = reader.number(),
            let questions: UInt16 = reader.number(), let answers: UInt16 = reader.number(),
            let authorities: UInt16 = reader.number(), let additional: UInt16 = reader.number(), flags & 0x8000 == 0
        else { return .drop }
        let reject = { (code: DNSResponseCode) in Reading.reject(Self.rejection(identifier, flags, code)) }
        if flags >> 11 & 15 != 0 { return reject(.notImplemented) }
        let start = reader.offset
        guard questions == 1, answers == 0, let name = reader.name(), let type: UInt16 = reader.number(),
            let recordClass: UInt16 = reader.number()
        else { return reject(.formatError) }
        // A question has no pointers: there is nothing before it that they could lead to.
        let question = Array(bytes[start..<reader.offset])
        guard question.count == name.wireLength + 4 else { return reject(.formatError) }
        var query = DNSQuery(
            identifier: identifier, isRecursionDesired: flags & 0x100 != 0, isCheckingDisabled: flags & 0x10 != 0,
            name: name, type: DNSType(rawValue: type), recordClass: recordClass, question: question)
        for _ in 0..<(Int(authorities) + Int(additional)) {
            guard let record = ResourceHeader(&reader) else { return reject(.formatError) }
            if record.type != .opt { continue }
            guard query.extension == nil else { return reject(.formatError) }
            query.extension = Extension(
                payloadSize: record.recordClass, version: UInt8(record.timeToLive >> 16 & 255),
                wantsSignatures: record.timeToLive & 0x8000 != 0)
        }
        return .query(query)
    }

    /// The longest answer that may be sent over UDP, in bytes. 1232 passes any link without being split.
    package var longestDatagram: Int {
        min(max(Int(self.extension?.payloadSize ?? 512), 512), 1232)
    }

    private static func rejection(_ identifier: UInt16, _ flags: UInt16, _ code: DNSResponseCode) -> [UInt8] {
        var writer = DNSWriter()
        writer.append(identifier)
        writer.append(0x8000 | flags & 0x7900 | UInt16(code.rawValue))
        writer.append(UInt64(0))
        return writer.bytes
    }
}

/// The fixed part of a resource record, with where its parts are in the message.
struct ResourceHeader {
    var name: DNSName
    var type: DNSType
    var recordClass: UInt16
    var timeToLive: UInt32
    /// Where the time to live is, in bytes from the start of the message.
    var timeToLiveOffset: Int
    var data: ArraySlice<UInt8>

    /// Reads a record, its data included.
    init?(_ reader: inout DNSReader) {
        guard let name = reader.name(), let type: UInt16 = reader.number(), let recordClass: UInt16 = reader.number()
        else { return nil }
        timeToLiveOffset = reader.offset
        guard let timeToLive: UInt32 = reader.number(), let length: UInt16 = reader.number(),
            let data = reader.take(Int(length))
        else { return nil }
        self.name = name
        self.type = DNSType(rawValue: type)
        self.recordClass = recordClass
        self.timeToLive = timeToLive
        self.data = data
    }
}

extension DNSQuery {
    /// The same question about another name, as a server asks it to follow an alias.
    func renamed(_ name: DNSName) -> DNSQuery {
        var writer = DNSWriter()
        writer.append(name)
        writer.append(type.rawValue)
        writer.append(recordClass)
        var query = self
        query.name = name
        query.question = writer.bytes
        return query
    }
}
