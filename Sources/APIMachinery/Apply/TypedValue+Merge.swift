// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension TypedValue {
    /// This value with all that another says: nothing goes away, scalars and wholes are the other's where it has them.
    func merging(_ other: JSONValue) -> TypedValue { TypedValue(Self.merge(value, other, shape) ?? .null, shape) }

    private static func merge(_ old: JSONValue?, _ new: JSONValue?, _ shape: ApplyShape) -> JSONValue? {
        guard let old, let new else { return new ?? old }
        if old.isEmptyOrNull, new.isEmptyOrNull { return new }
        switch shape {
        case .scalar: return new
        case .list(let item, let kind):
            guard kind != .atomic else { return new }
            let merged = ListMerge(old.arrayValue ?? [], new.arrayValue ?? [], item, kind).items { merge($0, $1, item) }
            return .array(merged)
        case .map(_, let isAtomic), .structure(_, let isAtomic):
            guard !isAtomic else { return new }
            return members(old.objectValue, new.objectValue, shape)
        case .anything:
            guard old.isObjectOrNull, new.isObjectOrNull else { return new.isNull ? old : new }
            return members(old.objectValue, new.objectValue, shape)
        }
    }

    private static func members(_ old: JSONObject?, _ new: JSONObject?, _ shape: ApplyShape) -> JSONValue {
        var merged = old ?? JSONObject()
        for (name, value) in new ?? JSONObject() {
            merged[name] = merge(merged[name], value, shape.child("f:" + name).shape)
        }
        return .object(merged)
    }
}

extension JSONValue {
    fileprivate var isEmptyOrNull: Bool {
        switch self {
        case .null: true
        case .array(let items): items.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }

    fileprivate var isObjectOrNull: Bool { isNull || objectValue != nil }
}

/// Merges two lists whose items can be told apart: new items come in the order of the new list, the rest keeps the old one's.
private struct ListMerge {
    private let old: ListItems
    private let new: ListItems
    private let oldByElement: [String: [JSONValue]]
    private let newByElement: [String: JSONValue]

    init(_ old: [JSONValue], _ new: [JSONValue], _ item: ApplyShape, _ kind: ApplyListKind) {
        self.old = ListItems(old, item, kind)
        self.new = ListItems(new, item, kind)
        var before: [String: [JSONValue]] = [:]
        for case (let element?, let value) in zip(self.old.elements, old) { before[element, default: []].append(value) }
        var after: [String: JSONValue] = [:]
        for case (let element?, let value) in zip(self.new.elements, new) { after[element] = value }
        oldByElement = before
        newByElement = after
    }

    /// - Parameter merge: merges an item that is in both.
    func items(_ merge: (JSONValue?, JSONValue?) -> JSONValue?) -> [JSONValue] {
        var out: [JSONValue] = []
        var (i, j) = (0, 0)
        // the shared items in the order of the new list; the next one to be met
        var shared = new.elements.compactMap { $0 }.filter { oldByElement[$0] != nil }[...]
        func take(_ element: String) -> JSONValue? {
            // items that stood twice are replaced, not merged
            let before = oldByElement[element]
            return merge(before?.count == 1 ? before?.first : nil, newByElement[element])
        }
        while i < old.items.count || j < new.items.count {
            if i < old.items.count {
                guard let element = old.elements[i], newByElement[element] != nil else {
                    // only the old list has it
                    out.append(old.items[i])
                    i += 1
                    continue
                }
                if j < new.items.count, new.elements[j] == element {
                    if let item = take(element) { out.append(item) }
                    (i, j) = (i + 1, j + 1)
                    if shared.first == element { shared.removeFirst() }
                    continue
                }
                if j >= new.items.count || shared.first != element {
                    // its turn comes, or came, with the new list
                    i += 1
                    continue
                }
            }
            guard j < new.items.count else { break }
            if let element = new.elements[j], let item = take(element) {
                out.append(item)
                if shared.first == element { shared.removeFirst() }
            }
            j += 1
        }
        return out
    }
}
