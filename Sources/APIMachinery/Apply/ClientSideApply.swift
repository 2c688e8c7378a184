// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
public import Wire

/// What server-side apply by `kubectl` has to do with the annotation in which its client-side apply keeps the last
/// configuration.
///
/// - SeeAlso: `lastAppliedManager` and `lastAppliedUpdater` of `k8s.io/apimachinery/pkg/util/managedfields`.
public enum ClientSideApply {
    /// The manager under which kubectl applies.
    public static let manager = "kubectl"
    /// The annotation.
    public static let annotation = "kubectl.kubernetes.io/last-applied-configuration"
    /// How many bytes the annotations of an object may have.
    private static let annotationsLimit = 256 * 1024

    /// The fields that were applied on the client's side and still are as they were applied: taking them from whoever owns them is
    /// no conflict.
    static func allowedConflicts(_ apply: FieldApply) -> FieldSet? {
        guard let text = apply.live.at("metadata", "annotations", annotation)?.stringValue, !text.isEmpty,
            let last = try? JSONValue.parse(text), last["apiVersion"]?.stringValue == apply.writer.apiVersion
        else { return nil }
        let typed = TypedValue(last, apply.shape)
        guard typed.faults().isEmpty else { return nil }
        let changes = FieldComparison(
            last.bytes(), apply.live.bytes(), shape: apply.shape, ignoresSystemFields: false)
        return typed.fieldSet.subtracting(changes.written.union(changes.removed))
    }

    /// The annotations with what is applied now as the last configuration, for an object that has the annotation.
    ///
    /// - Parameter patch: what is applied.
    /// - Returns: nil where the object has no such annotation.
    public static func annotations(_ annotations: [String: String], applying patch: JSONValue) -> [String: String]? {
        guard let last = annotations[annotation], !last.isEmpty else { return nil }
        var patch = patch
        if var own = patch.at("metadata", "annotations")?.objectValue {
            own.removeValue(forKey: annotation)
            patch["metadata"]?["annotations"] = .object(own)
        }
        var result = annotations
        result[annotation] = String(decoding: sorted(patch).bytes(), as: UTF8.self) + "\n"
        let size = result.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if size > annotationsLimit { result[annotation] = nil }
        return result
    }

    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(JSONObject(members.sortedByKey().map { ($0.key, sorted($0.value)) }))
        case .array(let items): .array(items.map(sorted))
        default: value
        }
    }
}
