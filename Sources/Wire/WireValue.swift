// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A value with a JSON and a protobuf form, as every type of the Kubernetes API has.
///
/// Decoding is lax: unknown fields are dropped (the JSON reader takes note of them, see ``JSONReader/strictness``).
public protocol WireValue: Sendable, Equatable {
    /// The zero value: what Go's zero value is for the type.
    init()

    /// Reads the JSON value at the reader's place into `self`; `null` leaves `self` as it is.
    mutating func decode(json reader: inout JSONReader) throws(JSONFault)

    /// Writes `self` as one JSON value.
    func encode(json writer: inout JSONWriter)

    /// Reads the fields of the message the reader stands on into `self`.
    mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault)

    /// Writes the fields of `self`, last field first (see ``ProtobufWriter``).
    func encode(protobuf writer: inout ProtobufWriter)
}

extension WireValue {
    /// Makes a value and lets `build` fill it in.
    @inlinable
    public init(_ build: (inout Self) -> Void) {
        self.init()
        build(&self)
    }

    /// A copy changed by `change`.
    @inlinable
    public func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
