// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// How one list is merged and ordered by strategic merge patch.
struct StrategicListMerge {
    let field: PatchField

    private var mergeKey: String { field.mergeKey }

    /// Merges the items of a patch: objects by their merge key, scalars as a set.
    func merge(_ patch: [JSONValue], into original: [JSONValue]) throws(PatchError) -> [JSONValue] {
        guard let sample = original.first ?? patch.first else { return original }
        switch sample {
        case .object: return try mergeObjects(patch, into: original)
        case .array: throw PatchError(.unprocessable, "lists of lists are not supported")
        default:
            var merged = original
            for value in patch where !merged.contains(value) { merged.append(value) }
            return ordered(merged, by: patch, server: original)
        }
    }

    private func mergeObjects(_ patch: [JSONValue], into original: [JSONValue]) throws(PatchError) -> [JSONValue] {
        guard !mergeKey.isEmpty else {
            throw PatchError(.failed, "cannot merge lists without merge key")
        }
        var merged = original
        let (plain, replaces) = try applyDirectives(patch, &merged)
        if replaces { return plain }
        let server = merged
        for value in plain {
            guard case .object(let members) = value, let key = members[mergeKey] else { throw missingKey(value) }
            if let at = merged.firstIndex(where: { $0[mergeKey] == key }), case .object(let old) = merged[at] {
                merged[at] = .object(try StrategicMergePatch.merge(members, into: old, field.element))
            } else {
                merged.append(StrategicMergePatch.withoutDirectives(value))
            }
        }
        return ordered(merged, by: plain, server: server)
    }

    /// Carries out `$patch` in items: deletes from `merged`; tells whether the rest of the patch replaces the list.
    private func applyDirectives(
        _ patch: [JSONValue], _ merged: inout [JSONValue]
    ) throws(PatchError) -> (plain: [JSONValue], replaces: Bool) {
        var plain: [JSONValue] = []
        var replaces = false
        for value in patch {
            guard case .object(let members) = value else {
                throw PatchError(.unprocessable, "expected an object in a list of objects, found \(value.kindName)")
            }
            guard let directive = members[StrategicMergePatch.directiveKey] else {
                plain.append(value)
                continue
            }
            switch directive.stringValue {
            case "delete":
                guard let key = members[mergeKey] else { throw missingKey(value) }
                merged.removeAll { $0[mergeKey] == key }
            case "replace": replaces = true
            case "merge": throw PatchError(.failed, "merging lists cannot yet be specified in the patch")
            default: throw StrategicMergePatch.unknownDirective(directive, members)
            }
        }
        return (plain, replaces)
    }

    private func missingKey(_ value: JSONValue) -> PatchError {
        PatchError(.failed, "map: \(GoText.format(value)) does not contain declared merge key: \(mergeKey)")
    }

    private func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        guard case .object(let a) = left, case .object(let b) = right else { return left == right }
        guard let key = a[mergeKey] else { return false }
        return key == b[mergeKey]
    }

    /// Makes sure that the items of a patch come in the order that it asks for.
    func checkOrder(_ patch: [JSONValue], _ order: [JSONValue]) throws(PatchError) {
        let items = patch.filter { $0[StrategicMergePatch.directiveKey] == nil }
        var at = 0
        for place in order where at < items.count {
            if isSame(place, items[at]) { at += 1 }
        }
        guard at < items.count else { return }
        let (list, wanted) = (GoText.format(.array(items)), GoText.format(.array(order)))
        let text = "The order in patch list:\n\(list)\n doesn't match $setElementOrder list:\n\(wanted)\n"
        throw PatchError(.failed, text)
    }

    /// Puts the items that `order` names in its order; those that only the server has keep theirs, and come between where the
    /// server had them.
    func ordered(_ items: [JSONValue], by order: [JSONValue], server: [JSONValue]) -> [JSONValue] {
        let ranked = items.map { item in (item: item, rank: order.firstIndex { isSame($0, item) }) }
        let named = ranked.filter { $0.rank != nil }.sorted { ($0.rank ?? 0) < ($1.rank ?? 0) }.map(\.item)
        let others = ranked.filter { $0.rank == nil }.map(\.item)
        var merged: [JSONValue] = []
        var (left, right) = (others[...], named[...])
        while let other = left.first, let next = right.first {
            if let a = server.firstIndex(where: { isSame($0, other) }),
                let b = server.firstIndex(where: { isSame($0, next) }), a < b
            {
                merged.append(left.removeFirst())
            } else {
                merged.append(right.removeFirst())
            }
        }
        return merged + left + right
    }
}
