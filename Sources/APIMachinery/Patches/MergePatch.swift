// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// JSON merge patch (RFC 7396), as Kubernetes' API server applies it.
public enum MergePatch {
    /// Reads the body of a patch, and the paths of names that stand twice in it.
    ///
    /// - Throws: ``PatchError`` for what is no JSON object.
    public static func parse(_ bytes: [UInt8]) throws(PatchError) -> (patch: JSONObject, duplicates: [String]) {
        let value: JSONValue
        let duplicates: [String]
        do { (value, duplicates) = try JSONValue.parseReportingDuplicates(bytes, depth: PatchError.depthLimit) } catch {
            throw PatchError(.malformed, "error decoding patch: " + error.message)
        }
        switch value {
        case .object(let members): return (members, duplicates)
        case .null: throw PatchError(.malformed, "Invalid JSON Patch")
        default:
            let text = "json: cannot unmarshal \(value.kindName) into Go value of type map[string]interface {}"
            throw PatchError(.malformed, "error decoding patch: " + text)
        }
    }

    /// The document with the patch merged into it: `null` removes, objects merge, everything else replaces.
    public static func apply(_ patch: JSONObject, to document: JSONObject) -> JSONObject {
        var merged = document
        for (key, value) in patch {
            if value.isNull {
                merged.removeValue(forKey: key)
                continue
            }
            merged.update(key) { member in
                guard case .object(let inner) = value else {
                    member = value
                    return
                }
                let old = member?.objectValue
                member = .object(apply(inner, to: old ?? JSONObject()))
            }
        }
        return merged
    }
}
