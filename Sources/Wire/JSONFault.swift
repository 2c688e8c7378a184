// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why JSON could not be read.
public struct JSONFault: Error, Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// The text ends too early.
        case unexpectedEnd
        /// A byte that cannot stand where it does; `context` says what was being read, in the words of Go's `encoding/json`.
        case unexpectedByte(UInt8, context: String)
        /// Something follows the value.
        case trailingData
        /// More than 10,000 levels, as Go's decoder allows.
        case tooDeep
        /// A value of another type: `found` is Go's word for it (`string`, `number 3.0`, `bool`, `array`, `object`), `expected` a Go type.
        case wrongType(found: String, expected: String)
        /// The text of a value does not have the form that its type asks for (quantities, times, base64).
        case invalidValue(message: String)
    }

    public var reason: Reason
    /// Where in the text, in bytes from its start.
    public var offset: Int

    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

/// Something that strict decoding reports and lax decoding passes over.
public struct JSONStrictFault: Sendable, Equatable {
    public enum Reason: Sendable, Equatable { case unknownField, duplicateField }
    public var reason: Reason
    /// Where the key starts, in bytes; ``JSONPath`` makes a path of it.
    public var offset: Int
}
