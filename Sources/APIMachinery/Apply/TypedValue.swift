// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// An object of a shape: its rules, its paths, and merging two.
///
/// - SeeAlso: `TypedValue` of `sigs.k8s.io/structured-merge-diff/typed`.
struct TypedValue: Sendable {
    var value: JSONValue
    let shape: ApplyShape

    init(_ value: JSONValue, _ shape: ApplyShape) {
        self.value = value
        self.shape = shape
    }

    /// The paths of all that is there.
    var fieldSet: FieldSet { FieldSet(Self.nodes(value, shape)) }

    /// The nodes below a value; nil where it is a whole.
    private static func nodes(_ value: JSONValue, _ shape: ApplyShape) -> [FieldSet.Node] {
        guard !shape.isWhole(value) else { return [] }
        switch value {
        case .object(let members):
            return members.map { name, member in
                let element = "f:" + name
                let (inner, isDeclared) = shape.child(element)
                let isEmptyObject = member.objectValue?.isEmpty ?? false
                let isMember = member.isNull || isEmptyObject || !isDeclared || inner.isWhole(member)
                return FieldSet.Node(element: element, isMember: isMember, children: FieldSet(nodes(member, inner)))
            }.filter { !$0.isEmpty }
        case .array(let items):
            guard case .list(let item, let kind) = shape else { return [] }
            return ListItems(items, item, kind).nodes { nodes($0, item) }
        default: return []
        }
    }

    /// What is left without the paths of a set.
    ///
    /// Objects and lists that lose all they hold become null, as upstream's do: whoever reads them sees them absent.
    func removing(_ set: FieldSet) -> TypedValue {
        TypedValue(Self.removing(set, from: value, shape), shape)
    }

    private static func removing(_ set: FieldSet, from value: JSONValue, _ shape: ApplyShape) -> JSONValue {
        switch value {
        case .object(let members):
            if shape.isWhole(value) { return .null }
            var left = JSONObject()
            for (name, member) in members {
                let element = "f:" + name
                guard let node = set.node(element) else {
                    left[name] = .some(member)
                    continue
                }
                if node.isMember { continue }
                left[name] = .some(removing(node.children, from: member, shape.child(element).shape))
            }
            return left.isEmpty ? .null : .object(left)
        case .array(let items):
            guard case .list(let item, let kind) = shape, kind != .atomic else { return .null }
            let left = items.compactMap { entry -> JSONValue? in
                guard let element = try? ListItems.element(entry, item, kind), let node = set.node(element) else {
                    return entry
                }
                // a bare nil would be JSON's null here
                return node.isMember ? JSONValue?.none : removing(node.children, from: entry, item)
            }
            return left.isEmpty ? .null : .array(left)
        default: return value
        }
    }
}

extension ApplyShape {
    /// Whether a value of this shape is never split: a scalar, or an atomic list or object.
    func isWhole(_ value: JSONValue) -> Bool {
        switch self {
        case .scalar: true
        case .list(_, let kind): kind == .atomic
        case .map(_, let isAtomic), .structure(_, let isAtomic): isAtomic
        case .anything: value.objectValue == nil
        }
    }
}

/// The items of a list that is not atomic.
struct ListItems {
    let items: [JSONValue]
    /// The element of each item, nil where it has none.
    let elements: [String?]

    init(_ items: [JSONValue], _ item: ApplyShape, _ kind: ApplyListKind) {
        self.items = items
        elements = items.map { try? Self.element($0, item, kind) }
    }

    /// One node for each element; what stands twice is owned as one.
    func nodes(_ inner: (JSONValue) -> [FieldSet.Node]) -> [FieldSet.Node] {
        var counts: [String: Int] = [:]
        for case let element? in elements { counts[element, default: 0] += 1 }
        var out: [FieldSet.Node] = []
        for (item, element) in zip(items, elements) {
            guard let element, let count = counts.removeValue(forKey: element) else { continue }
            let children = count == 1 ? FieldSet(inner(item)) : FieldSet()
            out.append(FieldSet.Node(element: element, isMember: true, children: children))
        }
        return out
    }

    /// The element of an item.
    ///
    /// - Throws: why it has none.
    static func element(
        _ value: JSONValue, _ item: ApplyShape, _ kind: ApplyListKind
    ) throws(TypedFault) -> String {
        guard case .map(let keys) = kind else {
            switch value {
            case .object: throw TypedFault("associative list without keys has an element that's a map type")
            case .array: throw TypedFault("not supported: associative list with lists as elements")
            case .null: throw TypedFault("associative list without keys has an element that's an explicit null")
            default: return FieldElement.value(value)
            }
        }
        if value.isNull { throw TypedFault("associative list with keys may not have a null element") }
        guard let members = value.objectValue else {
            throw TypedFault("associative list with keys may not have non-map elements")
        }
        var key: [(name: String, value: JSONValue)] = []
        for name in keys {
            guard let found = members[name] ?? item.keyDefault(name) else {
                throw TypedFault(
                    "associative list with keys has an element that omits key field \(GoText.quote(name)) "
                        + "(and doesn't have default value)")
            }
            key.append((name, found))
        }
        return FieldElement.key(key)
    }
}

/// One fault of a value against its shape.
struct TypedFault: Error, Equatable {
    var path = ""
    var message: String

    init(_ message: String, at path: String = "") {
        self.message = message
        self.path = path
    }

    var description: String { path.isEmpty ? message : "\(path): \(message)" }

    /// Several faults in one text.
    static func text(_ faults: [TypedFault]) -> String {
        if faults.count == 1 { return faults[0].description }
        return (["errors:"] + faults.map { "  " + $0.description }).joined(separator: "\n")
    }
}
