// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Keeps `metadata.managedFields` with each write.
///
/// - SeeAlso: `FieldManager` of `k8s.io/apimachinery/pkg/util/managedfields`.
public enum FieldManager {
    /// Whom fields belong to that were there before anybody applied.
    static let beforeFirstApply = "before-first-apply"
    /// Whom the oldest updates beyond the limit belong to.
    static let ancientChanges = "ancient-changes"
    /// How many entries of updates an object may have.
    static let updateLimit = 10

    /// What nobody owns: the server gives it, or it says which object is meant.
    private static let unowned = FieldSet(
        paths: [["apiVersion"], ["kind"], ["metadata"]]
            + [
                "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation",
                "managedFields",
                "resourceVersion",
            ].map { ["metadata", $0] })

    /// The entries after a create, update or patch.
    ///
    /// - Parameters:
    ///   - isCreate: whether there was no object; an object that has no entries gets none by an update.
    ///   - changes: from the stored object, or from an empty one, to what the request makes of it.
    public static func update(
        _ managed: ManagedFields, isCreate: Bool, changes: FieldComparison, by writer: FieldWriter
    ) -> ManagedFields {
        if changes.isSame || managed.isEmpty && !isCreate { return managed }
        var managed = managed
        let filtered = changes.filtered(writer.filter)
        let written = filtered.written
        release(written.union(filtered.removed), in: &managed, except: nil)
        let taken = written.subtracting(unowned)
        guard !taken.isEmpty else { return managed }
        let entry = ManagedFields.Entry(writer, isApply: false, set: taken, time: writer.now)
        if let at = managed.index(of: entry) {
            managed.entries[at].set = managed.entries[at].set.union(taken)
            managed.entries[at].time = writer.now
        } else {
            managed.entries.append(entry)
        }
        cap(&managed)
        return managed
    }

    /// Takes fields away from all managers but one; who has none left is forgotten.
    static func release(_ fields: FieldSet, in managed: inout ManagedFields, except: Int?) {
        for at in managed.entries.indices where at != except && managed.entries[at].set.intersects(fields) {
            managed.entries[at].set = managed.entries[at].set.subtracting(fields)
        }
        managed.entries.removeAll { $0.set.isEmpty }
    }

    static func strip(_ set: FieldSet) -> FieldSet { set.subtracting(unowned) }

    /// Merges the oldest updates into one entry for each version, until there are no more than the limit.
    static func cap(_ managed: inout ManagedFields) {
        let updates = managed.entries.filter { !$0.isApply }
        var excess = updates.count - updateLimit
        guard excess > 0 else { return }
        let oldest = updates.map { ($0, identity: $0.identity) }.sorted {
            let (a, b) = ($0.0.time?.seconds ?? 0, $1.0.time?.seconds ?? 0)
            return a == b ? $0.identity < $1.identity : a < b
        }.map(\.0)
        var first: [String: ManagedFields.Entry] = [:]
        for entry in oldest where excess > 0 {
            guard let earlier = first[entry.apiVersion] else {
                first[entry.apiVersion] = entry
                continue
            }
            let writer = FieldWriter(
                manager: ancientChanges, apiVersion: entry.apiVersion, subresource: "", now: Time())
            var bucket = ManagedFields.Entry(writer, isApply: false, set: earlier.set, time: nil)
            if let at = managed.index(of: bucket) {
                bucket = managed.entries.remove(at: at)
            } else if let at = managed.index(of: earlier) {
                managed.entries.remove(at: at)
            }
            bucket.set = bucket.set.union(entry.set)
            bucket.time = entry.time
            if let at = managed.index(of: entry) { managed.entries.remove(at: at) }
            managed.entries.append(bucket)
            excess -= 1
        }
    }
}
