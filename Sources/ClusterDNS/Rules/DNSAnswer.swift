// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What a server answers to a query.
package struct DNSAnswer: Equatable, Sendable {
    package var code = DNSResponseCode.noError
    /// Whether the answer is from the zone that this server is responsible for.
    package var isAuthoritative = true
    package var answers: [DNSRecord] = []
    package var authority: [DNSRecord] = []
    package var additional: [DNSRecord] = []

    package init(_ code: DNSResponseCode = .noError, isAuthoritative: Bool = true, answers: [DNSRecord] = []) {
        self.code = code
        self.isAuthoritative = isAuthoritative
        self.answers = answers
    }

    /// The answer as bytes.
    ///
    /// What does not fit is left out: additional records silently, of others the message says so (TC), so that the client
    /// asks again over TCP.
    ///
    /// - Parameter limit: the longest message, in bytes; at least 512.
    package func encode(to query: DNSQuery, limit: Int) -> [UInt8] {
        var writer = DNSWriter()
        writer.append(query.identifier)
        let flags: UInt16 =
            0x8080 | (isAuthoritative ? 0x400 : 0) | (query.isRecursionDesired ? 0x100 : 0)
            | (query.isCheckingDisabled ? 0x10 : 0)
        writer.append(flags | UInt16(code.rawValue))
        writer.append(UInt16(1))
        writer.append(UInt16(0))
        writer.append(UInt32(0))
        writer.note(query.name, at: writer.bytes.count)
        writer.append(raw: query.question)
        let room = limit - (query.extension == nil ? 0 : Self.extensionLength)
        let answered = Self.append(answers, &writer, room)
        let authorized = Self.append(authority, &writer, room)
        var added = Self.append(additional, &writer, room)
        if answered < answers.count || authorized < authority.count {
            writer.set(flags | 0x200 | UInt16(code.rawValue), at: 2)
        }
        if query.extension != nil {
            Self.appendExtension(&writer)
            added += 1
        }
        writer.set(UInt16(clamping: answered), at: 6)
        writer.set(UInt16(clamping: authorized), at: 8)
        writer.set(UInt16(clamping: added), at: 10)
        return writer.bytes
    }

    private static let extensionLength = 11

    private static func appendExtension(_ writer: inout DNSWriter) {
        writer.append(UInt8(0))
        writer.append(DNSType.opt.rawValue)
        writer.append(UInt16(1232))
        writer.append(UInt32(0))
        writer.append(UInt16(0))
    }

    /// Appends as many records as there is room for.
    ///
    /// - Returns: how many.
    private static func append(_ records: [DNSRecord], _ writer: inout DNSWriter, _ room: Int) -> Int {
        for (index, record) in records.enumerated() {
            let length = writer.bytes.count
            writer.append(record)
            if writer.bytes.count > room || index == Int(UInt16.max) {
                writer.cut(to: length)
                return index
            }
        }
        return records.count
    }
}
