// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension JSONReader {
    /// A list; `null` reads as the empty list.
    @inlinable
    public mutating func list<Element: WireValue>(of _: Element.Type) throws(JSONFault) -> [Element] {
        var elements: [Element] = []
        guard try beginArray() else { return elements }
        while try nextElement() {
            var element = Element()
            try element.decode(json: &self)
            elements.append(element)
        }
        return elements
    }

    /// A map; `null` reads as the empty map.
    @inlinable
    public mutating func map<Value: WireValue>(of _: Value.Type) throws(JSONFault) -> [String: Value] {
        var values: [String: Value] = [:]
        guard try beginObject() else { return values }
        while let key = try nextKey() {
            let name = key.text
            var value = Value()
            try value.decode(json: &self)
            values[name] = value
        }
        return values
    }

    /// A structure, or nil for `null`.
    @inlinable
    public mutating func optional<Value: WireValue>(_: Value.Type) throws(JSONFault) -> Value? {
        if try takeNull() { return nil }
        var value = Value()
        try value.decode(json: &self)
        return value
    }

    /// A list of scalars, each read by `element`; `null` reads as the empty list.
    @inlinable
    public mutating func scalars<Element>(
        _ element: (inout JSONReader) throws(JSONFault) -> Element
    ) throws(JSONFault) -> [Element] {
        var elements: [Element] = []
        guard try beginArray() else { return elements }
        while try nextElement() { elements.append(try element(&self)) }
        return elements
    }

    /// A map to scalars, each read by `value`; `null` reads as the empty map.
    @inlinable
    public mutating func scalarMap<Value>(
        _ value: (inout JSONReader) throws(JSONFault) -> Value
    ) throws(JSONFault) -> [String: Value] {
        var values: [String: Value] = [:]
        guard try beginObject() else { return values }
        while let key = try nextKey() {
            let name = key.text
            values[name] = try value(&self)
        }
        return values
    }

    /// A scalar read by `value`, or nil for `null`.
    @inlinable
    public mutating func optionalScalar<Value>(
        _ value: (inout JSONReader) throws(JSONFault) -> Value
    ) throws(JSONFault) -> Value? {
        if try takeNull() { return nil }
        return try value(&self)
    }

    /// A list of strings; `null` reads as the empty list.
    public mutating func strings() throws(JSONFault) -> [String] {
        try scalars { (reader: inout JSONReader) throws(JSONFault) in try reader.string() }
    }

    /// A map from strings to strings; `null` reads as the empty map.
    public mutating func stringMap() throws(JSONFault) -> [String: String] {
        try scalarMap { (reader: inout JSONReader) throws(JSONFault) in try reader.string() }
    }
}
