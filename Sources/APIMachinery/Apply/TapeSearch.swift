// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// Finds the members of one object by the names of another's, which mostly come in the same order.
struct MemberFinder {
    private let tape: JSONTape
    private let keys: [Int]
    private var cursor = 0
    private var found = 0
    private var index: [String: Int]?

    /// Beyond this many members a search that fails goes by hash.
    private static let scanLimit = 24

    init(_ tape: JSONTape, _ at: Int?) {
        self.tape = tape
        if let at, tape.kind(at) == .object { keys = Array(tape.children(at)) } else { keys = [] }
    }

    /// Whether every member was asked for.
    var foundAll: Bool { found == keys.count }

    /// The value of the member whose name stands at a token of another tape.
    mutating func find(_ other: JSONTape, _ key: Int) -> Int? {
        if cursor < keys.count, tape.isSameText(keys[cursor], other, key) {
            cursor += 1
            found += 1
            return keys[cursor - 1] + 1
        }
        guard keys.count > Self.scanLimit else {
            return take(keys.firstIndex { tape.isSameText($0, other, key) })
        }
        let names =
            index
            ?? Dictionary(keys.enumerated().map { (tape.string($1), $0) }, uniquingKeysWith: { first, _ in first })
        index = names
        return take(names[other.string(key)])
    }

    private mutating func take(_ at: Int?) -> Int? {
        guard let at else { return nil }
        cursor = at + 1
        found += 1
        return keys[at] + 1
    }
}

/// The items of a list by their elements.
struct ItemIndex {
    /// The elements in the order in which they first come.
    private(set) var order: [String] = []
    /// Where the items of an element are; more than one where the list holds the same item twice.
    private(set) var places: [String: [Int]] = [:]

    /// Items without an element are passed over: they belong to no manager.
    init(_ tape: JSONTape, _ at: Int?, _ item: ApplyShape, _ kind: ApplyListKind) {
        guard let at, tape.kind(at) == .array else { return }
        for child in tape.children(at) {
            guard let element = Self.element(tape, child, item, kind) else { continue }
            if places[element] == nil { order.append(element) }
            places[element, default: []].append(child)
        }
    }

    /// The element of one item; nil where it has none.
    static func element(_ tape: JSONTape, _ at: Int, _ item: ApplyShape, _ kind: ApplyListKind) -> String? {
        switch kind {
        case .atomic: return nil
        case .set:
            switch tape.kind(at) {
            case .object, .array, .null: return nil
            default: return FieldElement.value(tape.value(at))
            }
        case .map(let keys):
            guard tape.kind(at) == .object else { return nil }
            if keys.count == 1, let place = tape.member(keys[0], of: at),
                let element = tape.withText(place, { FieldElement.key(keys[0], plain: $0) })
            {
                return element
            }
            var members: [(name: String, value: JSONValue)] = []
            members.reserveCapacity(keys.count)
            for key in keys {
                guard let value = tape.member(key, of: at).map({ tape.value($0) }) ?? item.keyDefault(key) else {
                    return nil
                }
                members.append((key, value))
            }
            return FieldElement.key(members)
        }
    }
}
