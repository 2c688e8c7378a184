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

    init() {}

    public init(_ fields: [ApplyField], others: ApplyShape? = nil) { define(fields, others: others) }

    func define(_ fields: [ApplyField], others: ApplyShape? = nil) {
        self.fields = fields
        self.others = others
        index = Dictionary(fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The declared member of that name.
    public func field(_ name: String) -> ApplyField? { index[name].map { fields[$0] } }
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
