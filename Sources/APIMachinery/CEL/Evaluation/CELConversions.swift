// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Values of one type made of those of another.
enum CELConversions {
    static func call(_ name: String, _ values: [CELValue]) throws(CELFailure) -> CELValue? {
        guard values.count == 1, let value = values.first else { return nil }
        switch name {
        case "bool": return try bool(value)
        case "bytes": return bytes(value)
        case "double": return try double(value)
        case "duration": return try duration(value)
        case "int": return try int(value)
        case "uint": return try uint(value)
        case "string": return try string(value)
        case "timestamp": return try timestamp(value)
        default: return nil
        }
    }

    private static func bool(_ value: CELValue) throws(CELFailure) -> CELValue? {
        switch value {
        case .bool: return value
        case .string(let text):
            if ["1", "t", "T", "true", "TRUE", "True"].contains(text) { return .bool(true) }
            if ["0", "f", "F", "false", "FALSE", "False"].contains(text) { return .bool(false) }
            throw CELFailure("type conversion error from 'string' to 'bool'")
        default: return nil
        }
    }

    private static func bytes(_ value: CELValue) -> CELValue? {
        switch value {
        case .bytes: value
        case .string(let text): .bytes(Array(text.utf8))
        default: nil
        }
    }

    private static func double(_ value: CELValue) throws(CELFailure) -> CELValue? {
        switch value {
        case .double: return value
        case .int(let value): return .double(Double(value))
        case .uint(let value): return .double(Double(value))
        case .string(let text):
            guard let value = Double(text), !text.isEmpty else {
                throw CELFailure("strconv.ParseFloat: parsing \(GoText.quote(text)): invalid syntax")
            }
            return .double(value)
        default: return nil
        }
    }

    private static func int(_ value: CELValue) throws(CELFailure) -> CELValue? {
        switch value {
        case .int: return value
        case .uint(let value):
            guard let whole = Int64(exactly: value) else { throw CELFailure("integer overflow") }
            return .int(whole)
        case .double(let value):
            guard value > -0x1p63, value < 0x1p63 else { throw CELFailure("integer overflow") }
            return .int(Int64(value))
        case .duration(let nanoseconds): return .int(nanoseconds)
        case .timestamp(let seconds, _): return .int(seconds)
        case .string(let text):
            guard let value = Int64(text) else {
                throw CELFailure("strconv.ParseInt: parsing \(GoText.quote(text)): invalid syntax")
            }
            return .int(value)
        default: return nil
        }
    }

    private static func uint(_ value: CELValue) throws(CELFailure) -> CELValue? {
        switch value {
        case .uint: return value
        case .int(let value):
            guard let whole = UInt64(exactly: value) else { throw CELFailure("unsigned integer overflow") }
            return .uint(whole)
        case .double(let value):
            guard value >= 0, value < 0x1p64 else { throw CELFailure("unsigned integer overflow") }
            return .uint(UInt64(value))
        case .string(let text):
            guard let value = UInt64(text), !text.hasPrefix("+") else {
                throw CELFailure("strconv.ParseUint: parsing \(GoText.quote(text)): invalid syntax")
            }
            return .uint(value)
        default: return nil
        }
    }

    private static func string(_ value: CELValue) throws(CELFailure) -> CELValue? {
        switch value {
        case .string: return value
        case .bool(let value): return .string(String(value))
        case .int(let value): return .string(String(value))
        case .uint(let value): return .string(String(value))
        case .double(let value): return .string(CELText.double(value))
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CELFailure("invalid UTF-8 in bytes, cannot convert to string")
            }
            return .string(text)
        case .timestamp(let seconds, let rest):
            return .string(CELTimes.text(seconds: seconds, nanoseconds: rest))
        case .duration(let nanoseconds): return .string(CELTimes.text(nanoseconds: nanoseconds))
        default: return nil
        }
    }

    private static func duration(_ value: CELValue) throws(CELFailure) -> CELValue? {
        switch value {
        case .duration: return value
        case .int(let nanoseconds): return .duration(nanoseconds)
        case .string(let text):
            guard let span = CELTimes.duration(text) else {
                throw CELFailure("time: invalid duration \(GoText.quote(text))")
            }
            return .duration(span)
        default: return nil
        }
    }

    private static func timestamp(_ value: CELValue) throws(CELFailure) -> CELValue? {
        switch value {
        case .timestamp: return value
        case .int(let seconds):
            guard CELTimes.isValid(seconds: seconds) else { throw CELFailure("timestamp overflow") }
            return .timestamp(seconds: seconds, nanoseconds: 0)
        case .string(let text):
            guard let time = CELTimes.timestamp(text) else {
                throw CELFailure("invalid timestamp \(GoText.quote(text))")
            }
            return .timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds)
        default: return nil
        }
    }
}
