// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// What server-side apply has to know of a value: where it may be split between managers.
public indirect enum ApplyShape: Sendable {
    case scalar(ApplyScalar)
    /// Any JSON: objects are split member by member, lists are wholes.
    case anything
    case list(ApplyShape, ApplyListKind)
    /// An object with keys of the user's choice.
    case map(ApplyShape, isAtomic: Bool)
    case structure(ApplyStructure, isAtomic: Bool)
}

/// What a scalar may be; null is always allowed.
public enum ApplyScalar: Sendable { case string, number, boolean, any }

/// How the items of a list are told from each other.
public enum ApplyListKind: Sendable, Equatable {
    /// Not at all: the list is a whole.
    case atomic
    /// By their values.
    case set
    /// By these members.
    case map(keys: [String])
}

/// One member of an object with known members.
public struct ApplyField: Sendable {
    /// The JSON name.
    public let name: String
    /// How field sets name it: `f:name`.
    let element: String
    public let shape: ApplyShape
    /// What the member is in the key of a list item that leaves it out; nil where it must be there.
    public let keyDefault: JSONValue?

    public init(_ name: String, _ shape: ApplyShape, keyDefault: JSONValue? = nil) {
        self.name = name
        element = "f:" + name
        self.shape = shape
        self.keyDefault = keyDefault
    }
}

/// An object with known members. A class, because the types of the API contain themselves and each other.
///
/// `@unchecked Sendable`: the fields are set once, by who made the value and before anybody else can reach it
/// (ApplySchema does so under its lock).
public final class ApplyStructure: @unchecked Sendable {
    public private(set) var fields: [ApplyField] = []
    /// What members that are not declared may hold; nil where there may be none.
    public private(set) var others: ApplyShape?
    private var index: [String: Int] = [:]
    /// The same for names as they stand in JSON.
    private var table = NameTable()

    init() {}

    public init(_ fields: [ApplyField], others: ApplyShape? = nil) { define(fields, others: others) }

    func define(_ fields: [ApplyField], others: ApplyShape? = nil) {
        self.fields = fields
        self.others = others
        index = Dictionary(fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        table = NameTable(fields.map { Array($0.name.utf8) })
    }

    /// The place in ``fields`` of the member whose name stands at a token.
    func place(_ tape: JSONTape, _ key: Int) -> Int? { tape.withText(key) { table.find($0) } ?? nil }

    /// The declared member of that name.
    public func field(_ name: String) -> ApplyField? { index[name].map { fields[$0] } }
}

/// Finds names by their bytes, without making strings of them: a hash table with open addressing.
struct NameTable: Sendable {
    private var names: [[UInt8]] = []
    /// Places in `names`; -1 for none. Its length is a power of two, and at least half of it is free.
    private var slots: [Int32] = []

    /// - Parameter names: of those that come twice the first counts.
    init(_ names: [[UInt8]] = []) {
        guard !names.isEmpty else { return }
        self.names = names
        var size = 4
        while size < 2 * names.count { size *= 2 }
        slots = Array(repeating: -1, count: size)
        for (place, name) in names.enumerated() {
            let isNew = name.withUnsafeBufferPointer { find($0) == nil }
            guard isNew else { continue }
            var slot = name.withUnsafeBufferPointer { Self.hash($0) } & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(place)
        }
    }

    func find(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
        guard !slots.isEmpty else { return nil }
        var slot = Self.hash(name) & (slots.count - 1)
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if names[place].count == name.count, names[place].elementsEqual(name) { return place }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// FNV-1a.
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in name { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int(hash)
    }
}

extension ApplyShape {
    /// The shape behind one element of a field set, and whether it is a declared member.
    func child(_ element: String) -> (shape: ApplyShape, isDeclared: Bool) {
        switch self {
        case .structure(let structure, _):
            guard element.hasPrefix("f:") else { return (.anything, false) }
            if let field = structure.field(String(element.dropFirst(2))) { return (field.shape, true) }
            return (structure.others ?? .anything, false)
        case .map(let value, _): return (value, false)
        case .list(let item, _): return (item, false)
        case .anything, .scalar: return (.anything, false)
        }
    }

    /// The members of the structure behind a list item.
    func keyDefault(_ name: String) -> JSONValue? {
        if case .structure(let structure, _) = self { return structure.field(name)?.keyDefault }
        return nil
    }
}
