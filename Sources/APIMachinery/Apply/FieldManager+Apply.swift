// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
public import Wire

/// Why an apply was refused.
public enum ApplyFailure: Error, Sendable {
    /// Other managers own these fields, with other values.
    case conflict([FieldConflict])
    /// The request is wrong.
    case badRequest(String)
    /// What is applied is no object of the kind.
    case failed(String)
}

/// A field that the applied object would take from another manager.
public struct FieldConflict: Sendable, Equatable {
    /// `"name"`, with the subresource and, for updates, the version.
    public var manager: String
    /// `.spec.replicas`.
    public var path: String
    /// What upstream sorts managers by.
    var identity: String
    var elements: [String]
}

/// An apply of a configuration to an object.
public struct FieldApply: Sendable {
    /// The JSON of an object of the kind that says nothing.
    public var blank: [UInt8]
    /// The stored object without its entries, or `blank`.
    public var live: JSONValue
    /// What is applied.
    public var patch: JSONValue
    public var shape: ApplyShape
    /// `namespace/name; group/version, Kind=kind` of the patch, for messages.
    public var subject: String
    public var writer: FieldWriter
    /// Whether fields are taken from others.
    public var force: Bool

    public init(
        blank: [UInt8], live: JSONValue, patch: JSONValue, shape: ApplyShape, subject: String, writer: FieldWriter,
        force: Bool
    ) {
        self.blank = blank
        self.live = live
        self.patch = patch
        self.shape = shape
        self.subject = subject
        self.writer = writer
        self.force = force
    }
}

extension FieldManager {
    /// What an apply makes.
    public struct Applied: Sendable {
        /// The new object; nil where nothing but ownership changes.
        public var object: JSONValue?
        public var managed: ManagedFields
    }

    /// Merges a configuration into an object: takes over what it says, and removes what its manager applied before and says no
    /// more, where nobody else owns it.
    public static func apply(_ apply: FieldApply, _ managed: ManagedFields) throws(ApplyFailure) -> Applied {
        if case .array? = apply.patch.at("metadata", "managedFields") {
            throw .badRequest("metadata.managedFields must be nil")
        }
        let patch = TypedValue(apply.patch, apply.shape)
        let faults = patch.faults()
        if !faults.isEmpty {
            throw .failed("failed to create typed patch object (\(apply.subject)): " + TypedFault.text(faults))
        }
        let before = managed.isEmpty ? firstApply(apply) : managed
        do throws(ApplyFailure) {
            return try merge(apply, patch, before, force: apply.force)
        } catch {
            guard case .conflict(let conflicts) = error, apply.writer.manager == ClientSideApply.manager,
                let allowed = ClientSideApply.allowedConflicts(apply)
            else { throw error }
            let left = conflicts.filter { !allowed.contains(elements: $0.elements) }
            guard left.isEmpty else { throw .conflict(left) }
            return try merge(apply, patch, before, force: true)
        }
    }

    /// An object without entries belongs to somebody whose name is not known.
    private static func firstApply(_ apply: FieldApply) -> ManagedFields {
        var writer = apply.writer
        writer.manager = beforeFirstApply
        let changes = FieldComparison(
            apply.blank, apply.live.bytes(), shape: apply.shape, ignoresSystemFields: true)
        return update(ManagedFields(), isCreate: true, changes: changes, by: writer)
    }

    private static func merge(
        _ apply: FieldApply, _ patch: TypedValue, _ managed: ManagedFields, force: Bool
    ) throws(ApplyFailure) -> Applied {
        var managed = managed
        let set = apply.writer.filter.apply(patch.fieldSet)
        let applied = ManagedFields.Entry(apply.writer, isApply: true, set: set, time: nil)
        let at = managed.index(of: applied)
        let last = at.map { managed.entries[$0] }
        if let at { managed.entries.remove(at: at) }
        let live = TypedValue(apply.live, apply.shape)
        let merged = live.merging(apply.patch)
        let object =
            last.map { prune(merged, last: $0.set, owned: managed.entries.reduce(set) { $0.union($1.set) }) } ?? merged
        let changes = FieldComparison(
            apply.live.bytes(), object.value.bytes(), shape: apply.shape, ignoresSystemFields: false)
        let counting = changes.filtered(apply.writer.filter)
        let conflicts = conflicts(counting.written, managed)
        if !force, !conflicts.isEmpty { throw .conflict(conflicts) }
        release(counting.written.union(counting.removed), in: &managed, except: nil)
        var entry = applied
        entry.set = strip(set)
        // who changes nothing keeps the time of the last change, or has none yet
        entry.time = changes.isSame ? last?.time : apply.writer.now
        if !entry.set.isEmpty { managed.entries.append(entry) }
        return Applied(object: changes.isSame ? JSONValue?.none : object.value, managed: managed)
    }

    /// Removes what a manager applied the last time and nobody owns now.
    private static func prune(_ merged: TypedValue, last: FieldSet, owned: FieldSet) -> TypedValue {
        if last.isEmpty { return merged }
        let shape = merged.shape
        let lastMembers = last.includingDeclaredMembers(shape)
        let all = merged.fieldSet.includingDeclaredMembers(shape)
        // what is left when all that was applied is gone, and what of the rest somebody owns
        var pruned = merged.removing(lastMembers)
        let kept = pruned.fieldSet.includingDeclaredMembers(shape).union(owned.includingDeclaredMembers(shape))
        pruned = merged.removing(all.subtracting(kept))
        // only what was applied goes; what nobody owns stays
        let left = pruned.fieldSet.includingDeclaredMembers(shape)
        return merged.removing(all.subtracting(left).intersection(lastMembers))
    }

    private static func conflicts(_ written: FieldSet, _ managed: ManagedFields) -> [FieldConflict] {
        managed.entries.flatMap { entry -> [FieldConflict] in
            var found: [FieldConflict] = []
            guard entry.set.intersects(written) else { return found }
            entry.set.intersection(written).forEachPath { elements in
                found.append(
                    FieldConflict(
                        manager: name(entry), path: elements.map(FieldElement.path).joined(), identity: entry.identity,
                        elements: elements))
            }
            return found
        }
    }

    private static func name(_ entry: ManagedFields.Entry) -> String {
        var text = GoText.quote(entry.manager)
        if !entry.subresource.isEmpty { text += " with subresource \(GoText.quote(entry.subresource))" }
        return entry.isApply ? text : text + " using \(entry.apiVersion)"
    }
}

extension FieldSet {
    /// Whether the path of these elements is in the set.
    func contains(elements: [String]) -> Bool {
        guard let first = elements.first, let node = node(first) else { return false }
        return elements.count == 1 ? node.isMember : node.children.contains(elements: Array(elements.dropFirst()))
    }
}
