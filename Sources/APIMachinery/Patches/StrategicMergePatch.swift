// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// Strategic merge patch: a merge patch that knows which lists merge by key, with directives for what merging cannot say.
///
/// - SeeAlso: `strategicpatch` of Kubernetes' apimachinery.
public enum StrategicMergePatch {
    static let directiveKey = "$patch"
    static let retainKeysKey = "$retainKeys"
    static let deletePrefix = "$deleteFromPrimitiveList/"
    static let orderPrefix = "$setElementOrder/"

    /// Reads the body of a patch, and the paths of names that stand twice in it.
    ///
    /// - Throws: ``PatchError`` for what is no JSON object.
    public static func parse(_ bytes: [UInt8]) throws(PatchError) -> (patch: JSONObject, duplicates: [String]) {
        do {
            let (value, duplicates) = try JSONValue.parseReportingDuplicates(bytes, depth: PatchError.depthLimit)
            switch value {
            case .object(let members): return (members, duplicates)
            case .null: return (JSONObject(), duplicates)
            default:
                let text = "json: cannot unmarshal \(value.kindName) into Go value of type map[string]interface {}"
                throw PatchError(.malformed, text)
            }
        } catch let error as JSONParseError {
            throw PatchError(.malformed, error.message)
        } catch let error as PatchError {
            throw error
        } catch {
            throw PatchError(.malformed, "\(error)")
        }
    }

    /// The document with the patch merged into it.
    public static func apply(
        _ patch: JSONObject, to document: JSONObject, schema: (any PatchSchema)?
    ) throws(PatchError) -> JSONObject {
        try merge(patch, into: document, schema)
    }

    static func merge(
        _ patch: JSONObject, into original: JSONObject, _ schema: (any PatchSchema)?
    ) throws(PatchError) -> JSONObject {
        var patch = patch
        if let directive = patch.removeValue(forKey: directiveKey) {
            switch directive.stringValue {
            case "replace": return patch
            case "delete": return JSONObject()
            default:
                patch[directiveKey] = directive
                throw unknownDirective(directive, patch)
            }
        }
        var result = original
        try applyRetainKeys(&patch, &result)
        try applyOrders(&patch, &result, schema)
        for (key, value) in patch {
            if key.hasPrefix(deletePrefix) {
                try deleteFromList(value, String(key.dropFirst(deletePrefix.count)), &result)
            } else if value.isNull {
                result.removeValue(forKey: key)
            } else {
                let field = schema?.patchField(key)
                try result.update(key) { (member: inout JSONValue?) throws(PatchError) in
                    member = try merged(member, value, field, key)
                }
            }
        }
        return result
    }

    static func unknownDirective(_ directive: JSONValue, _ patch: JSONObject) -> PatchError {
        PatchError(.failed, "unknown patch type: \(GoText.format(directive)) in map: \(GoText.format(.object(patch)))")
    }

    /// One member after its patch.
    private static func merged(
        _ original: JSONValue?, _ value: JSONValue, _ field: PatchField?, _ key: String
    ) throws(PatchError) -> JSONValue? {
        switch (original, value) {
        case (.object(let old)?, .object(let new)):
            if field?.strategies.contains("replace") == true { return .object(new) }
            return .object(try merge(new, into: old, field?.element))
        case (.array(let old)?, .array(let new)):
            guard let field, field.strategies.contains("merge") else { return .array(new) }
            return .array(try StrategicListMerge(field: field).merge(new, into: old))
        default:
            let added = withoutDirectives(value)
            return added.isNull ? original : added
        }
    }

    /// What a patch adds where nothing was: without directives, without `null`, and without items that are to be deleted.
    /// An object with a directive other than `replace` adds nothing and becomes `null`.
    static func withoutDirectives(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            if let directive = members[directiveKey], directive != "replace" { return .null }
            var clean = JSONObject()
            for (key, member) in members where !member.isNull && !isDirective(key) {
                let added = withoutDirectives(member)
                if !added.isNull { clean[key] = added }
            }
            return .object(clean)
        case .array(let elements):
            let kept = elements.filter { element in
                guard let directive = element[directiveKey] else { return true }
                return directive != "delete" && directive != "replace"
            }
            return .array(kept.map(withoutDirectives))
        default: return value
        }
    }

    private static func isDirective(_ key: String) -> Bool {
        key == directiveKey || key == retainKeysKey || key.hasPrefix(deletePrefix) || key.hasPrefix(orderPrefix)
    }

    /// `$retainKeys`: the only members that stay.
    private static func applyRetainKeys(_ patch: inout JSONObject, _ result: inout JSONObject) throws(PatchError) {
        guard let list = patch.removeValue(forKey: retainKeysKey) else { return }
        let wrong = PatchError(.malformed, "invalid patch format of retainKeys")
        guard case .array(let elements) = list else { throw wrong }
        let kept = Set(elements.compactMap(\.stringValue))
        for (key, value) in patch where !value.isNull && !key.hasPrefix("$") {
            guard kept.contains(key) else { throw wrong }
        }
        for key in result.keys where !kept.contains(key) { result.removeValue(forKey: key) }
    }

    /// `$deleteFromPrimitiveList/name`: values to take out of the list.
    private static func deleteFromList(_ value: JSONValue, _ key: String, _ result: inout JSONObject) throws(PatchError)
    {
        guard case .array(let deleted) = value else {
            throw PatchError(.malformed, "invalid patch format of primitive list")
        }
        guard case .array(let elements)? = result[key] else { return }
        result[key] = .array(elements.filter { !deleted.contains($0) })
    }

    /// `$setElementOrder/name`: the list is merged first, then put in that order.
    private static func applyOrders(
        _ patch: inout JSONObject, _ result: inout JSONObject, _ schema: (any PatchSchema)?
    ) throws(PatchError) {
        for (directive, value) in patch where directive.hasPrefix(orderPrefix) {
            patch.removeValue(forKey: directive)
            guard case .array(let order) = value else {
                throw PatchError(.malformed, "invalid patch format of setElementOrder list")
            }
            let key = String(directive.dropFirst(orderPrefix.count))
            // a list that the patch removes is not put in order
            if let change = patch[key], change.isNull { continue }
            let original = result[key]?.arrayValue
            let change = patch.removeValue(forKey: key)?.arrayValue
            let deletions = patch.removeValue(forKey: deletePrefix + key)
            guard original != nil || change != nil else { continue }
            let lists = StrategicListMerge(field: schema?.patchField(key) ?? PatchField())
            try lists.checkOrder(change ?? [], order)
            var merged = original ?? []
            if let change {
                merged =
                    try original == nil
                    ? (withoutDirectives(.array(change)).arrayValue ?? []) : lists.merge(change, into: merged)
            }
            if case .array(let deleted)? = deletions { merged.removeAll { deleted.contains($0) } }
            result[key] = .array(lists.ordered(merged, by: order, server: original ?? []))
        }
    }
}
