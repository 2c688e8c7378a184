// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

/// Who owns whom, as far as the watches have shown.
struct OwnershipGraph {
    /// What the collector needs to know of an object.
    struct Node: Sendable, Equatable {
        var resource: ResourcePath
        var key: ObjectKey
        var uid: String
        var owners: [OwnerReference]
        var isTerminating: Bool
        var finalizers: [String]

        /// Waits for the dependents that block it (`foregroundDeletion`).
        var isDeletingDependents: Bool { isTerminating && finalizers.contains("foregroundDeletion") }
        /// Lets its dependents live on (`orphan`).
        var isOrphaningDependents: Bool { isTerminating && finalizers.contains("orphan") }
    }

    private(set) var nodes: [String: Node] = [:]
    /// The UIDs of what each UID owns, of owners not (yet) seen too.
    private var dependents: [String: Set<String>] = [:]

    /// Takes in a new state of an object.
    mutating func insert(_ node: Node) {
        if let before = nodes[node.uid] { unlink(before) }
        nodes[node.uid] = node
        for owner in node.owners { dependents[owner.uid, default: []].insert(node.uid) }
    }

    /// Forgets an object that is gone.
    mutating func remove(uid: String) {
        if let before = nodes.removeValue(forKey: uid) { unlink(before) }
    }

    private mutating func unlink(_ node: Node) {
        for owner in node.owners {
            dependents[owner.uid]?.remove(node.uid)
            if dependents[owner.uid]?.isEmpty == true { dependents[owner.uid] = nil }
        }
    }

    /// The objects that name the UID as an owner.
    func dependents(of uid: String) -> [Node] { (dependents[uid] ?? []).compactMap { nodes[$0] } }

    /// Those of them that the owner's foreground deletion has to wait for.
    func blockingDependents(of uid: String) -> [Node] {
        dependents(of: uid).filter { node in node.owners.contains { $0.uid == uid && $0.blockOwnerDeletion == true } }
    }
}

/// What is to be done with an object whose owners were looked up.
///
/// - SeeAlso: Kubernetes' documentation "Garbage Collection".
enum CollectionPlan: Equatable {
    case keep
    /// Take these owners, which are gone, off the object.
    case dropOwners([String])
    case delete(policy: String)

    /// Where an owner stands.
    enum OwnerState: Equatable {
        case present
        case absent
        /// Deleted in the foreground, and this object blocks it.
        case waiting
    }

    static func decide(_ node: OwnershipGraph.Node, owners: [String: OwnerState], hasDependents: Bool) -> CollectionPlan
    {
        guard !owners.isEmpty else { return .keep }
        let gone = owners.filter { $0.value != .present }.map(\.key).sorted()
        if gone.isEmpty { return .keep }
        if owners.values.contains(.present) { return .dropOwners(gone) }
        if owners.values.contains(.waiting), hasDependents { return .delete(policy: "Foreground") }
        if node.finalizers.contains("orphan") { return .delete(policy: "Orphan") }
        if node.finalizers.contains("foregroundDeletion") { return .delete(policy: "Foreground") }
        return .delete(policy: "Background")
    }
}
