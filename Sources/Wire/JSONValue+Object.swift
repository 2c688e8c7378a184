// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The members of a JSON object, in the order in which they were first set.
///
/// A lookup costs a linear scan while there are few members and a hash lookup beyond.
public struct JSONObject: Sendable, Equatable, Sequence {
    /// One member.
    public typealias Element = (key: String, value: JSONValue)

    private var names: [String] = []
    private var members: [JSONValue] = []
    private var index: [String: Int] = [:]  // kept only beyond `scanLimit` members

    private static let scanLimit = 12

    /// An object without members.
    public init() {}

    /// An object of these members; of those with equal names the last one stays.
    public init(_ elements: some Sequence<(String, JSONValue)>) {
        for (key, value) in elements { self[key] = value }
    }

    /// How many members there are.
    public var count: Int { names.count }

    /// Whether there are none.
    public var isEmpty: Bool { names.isEmpty }

    /// The names, in order.
    public var keys: [String] { names }

    /// The values, in the order of `keys`.
    public var values: [JSONValue] { members }

    /// The member `key`; setting nil removes it, the rest keeps its order.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { members[$0] } }
        set {
            guard let newValue else {
                removeValue(forKey: key)
                return
            }
            if let at = position(of: key) { members[at] = newValue } else { append(key, newValue) }
        }
    }

    /// Whether there is a member `key`, `null` included.
    public func contains(_ key: String) -> Bool { position(of: key) != nil }

    /// Removes the member `key` and returns what it was.
    @discardableResult
    public mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let at = position(of: key) else { return nil }
        names.remove(at: at)
        let old = members.remove(at: at)
        reindex()
        return old
    }

    /// Takes the member out, lets `change` work on it in place and puts it back; nil in, if there was none; nil out removes it.
    public mutating func update<T, E: Error>(
        _ key: String, _ change: (inout JSONValue?) throws(E) -> T
    ) throws(E) -> T {
        guard let at = position(of: key) else {
            var value: JSONValue?
            let result = try change(&value)
            if let value { append(key, value) }
            return result
        }
        var value: JSONValue? = members[at]
        members[at] = .null
        let result = try change(&value)
        if let value { members[at] = value } else { removeValue(forKey: key) }
        return result
    }

    public func makeIterator() -> AnyIterator<Element> {
        var at = 0
        return AnyIterator {
            guard at < names.count else { return nil }
            defer { at += 1 }
            return (names[at], members[at])
        }
    }

    /// The same members, by name in ascending byte order, as Go writes maps.
    public func sortedByKey() -> JSONObject {
        JSONObject(zip(names, members).sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) })
    }

    /// Equal names and equal values; the order does not matter.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.allSatisfy { right[$0.key] == $0.value }
    }

    private func position(of key: String) -> Int? {
        names.count > Self.scanLimit ? index[key] : names.firstIndex(of: key)
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        names.append(key)
        members.append(value)
        if names.count == Self.scanLimit + 1 {
            reindex()
        } else if names.count > Self.scanLimit {
            index[key] = names.count - 1
        }
    }

    private mutating func reindex() {
        index = [:]
        guard names.count > Self.scanLimit else { return }
        for (at, name) in names.enumerated() { index[name] = at }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}
