// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// What the two time types share.
enum TimeText {
    /// What is wrong with a time, in the words of Go's `time.Parse`; nil where nothing is.
    ///
    /// - Parameter isMicro: whether six digits of fraction must stand there; otherwise there may be any number of them.
    static func fault(_ text: String, isMicro: Bool) -> String? {
        let layout = isMicro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"
        var rest = Array(text.utf8)[...]
        func refuse(_ element: String) -> String {
            let seen = String(decoding: rest, as: UTF8.self)
            return "parsing time \(quote(text)) as \"\(layout)\": cannot parse \(quote(seen)) as \"\(element)\""
        }
        for (literal, element, range, name) in elements {
            guard literal.isEmpty || rest.first == literal.utf8.first else { return refuse(literal) }
            rest = rest.dropFirst(literal.utf8.count)
            let digits = rest.prefix(element.utf8.count)
            guard digits.count == element.utf8.count, digits.allSatisfy(isDigit) else { return refuse(element) }
            let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            guard range.contains(number) else { return "parsing time \(quote(text)): \(name) out of range" }
            rest = rest.dropFirst(element.utf8.count)
        }
        if isMicro {
            guard rest.count >= 7, rest.first == UInt8(ascii: "."), rest.dropFirst().prefix(6).allSatisfy(isDigit)
            else {
                return refuse(".000000")
            }
            rest = rest.dropFirst(7)
        } else if rest.first == UInt8(ascii: "."), let next = rest.dropFirst().first, isDigit(next) {
            rest = rest.dropFirst().drop(while: isDigit)
        }
        guard let zone = zoneLength(rest) else { return refuse("Z07:00") }
        rest = rest.dropFirst(zone)
        guard rest.isEmpty else {
            return "parsing time \(quote(text)): extra text: \(quote(String(decoding: rest, as: UTF8.self)))"
        }
        return Time(text) == nil ? "parsing time \(quote(text)): day out of range" : nil
    }

    /// What stands before an element, the element as the layout writes it, its range and name.
    private static let elements: [(literal: String, element: String, range: ClosedRange<Int>, name: String)] = [
        ("", "2006", 0...9999, "year"), ("-", "01", 1...12, "month"), ("-", "02", 1...31, "day"),
        ("T", "15", 0...23, "hour"), (":", "04", 0...59, "minute"), (":", "05", 0...59, "second"),
    ]

    /// How long `Z` or `+07:00` is.
    private static func zoneLength(_ text: ArraySlice<UInt8>) -> Int? {
        if text.first == UInt8(ascii: "Z") { return 1 }
        let zone = Array(text.prefix(6))
        guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            zone[3] == UInt8(ascii: ":"),
            [1, 2, 4, 5].allSatisfy({ isDigit(zone[$0]) })
        else { return nil }
        return 6
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// A text in double quotes, as the messages of Go's `time` show it.
    private static func quote(_ text: String) -> String {
        var quoted = "\""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: quoted.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16)
                quoted += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return quoted + "\""
    }

    /// The fields of a `Timestamp` message; nil where it has none, which stands for "not set".
    static func read(_ reader: inout ProtobufReader) throws(ProtobufFault) -> (seconds: Int64, nanos: Int32)? {
        var seconds: Int64 = 0
        var nanos: Int32 = 0
        var isEmpty = true
        while let field = try reader.nextField() {
            isEmpty = false
            switch field.number {
            case 1: seconds = try reader.int64(field)
            case 2: nanos = try reader.int32(field)
            default: try reader.skip(field)
            }
        }
        return isEmpty ? nil : (seconds, nanos)
    }
}
