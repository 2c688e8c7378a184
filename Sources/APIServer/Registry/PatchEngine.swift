// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Applies the body of a patch to a document.
enum PatchEngine {
    /// - Throws: `APIStatusError` for a patch that is malformed (400) or cannot be applied (422).
    static func apply<Kind: TopLevelObject>(
        _ patch: ObjectPatch, to document: JSONValue, kind: Kind.Type
    ) throws(APIStatusError) -> PatchedDocument {
        do throws(PatchError) {
            switch patch.form {
            case .json:
                let operations = try JSONPatch(parsing: patch.bytes)
                return PatchedDocument(value: try operations.apply(to: document), faults: operations.strictFaults)
            case .merge:
                let (changes, duplicates) = try MergePatch.parse(patch.bytes)
                let merged = MergePatch.apply(changes, to: document.objectValue ?? JSONObject())
                return PatchedDocument(value: .object(merged), faults: duplicates.map(duplicate))
            case .strategicMerge: return try strategic(patch.bytes, document, kind)
            case .apply: throw PatchError(.failed, "an apply is no patch of a document")
            }
        } catch {
            throw error.status
        }
    }

    private static func duplicate(_ path: String) -> String { "duplicate field \"\(path)\"" }

    private static func strategic<Kind: TopLevelObject>(
        _ bytes: [UInt8], _ document: JSONValue, _ kind: Kind.Type
    ) throws(PatchError) -> PatchedDocument {
        let changes = try StrategicMergePatch.parse(bytes)
        let schema = ResolvedSchema.shared.type(group: Kind.group, version: Kind.version, kind: Kind.kind)
        let merged = try StrategicMergePatch.apply(
            changes.patch, to: document.objectValue ?? JSONObject(), schema: schema)
        return PatchedDocument(
            value: .object(merged), faults: changes.duplicates.map(duplicate),
            shownPatch: GoText.format(.object(changes.patch)))
    }
}
