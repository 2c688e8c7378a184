// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Testing
import Wire

@testable import Controllers

struct OwnershipGraphTests {
    private static func node(
        _ uid: String, owners: [(uid: String, blocks: Bool)] = [], isTerminating: Bool = false,
        finalizers: [String] = []
    ) -> OwnershipGraph.Node {
        OwnershipGraph.Node(
            resource: ResourcePath(Pod.resource), key: ObjectKey(namespace: "default", name: uid), uid: uid,
            owners: owners.map { owner in
                OwnerReference {
                    $0.uid = owner.uid
                    $0.blockOwnerDeletion = owner.blocks
                }
            }, isTerminating: isTerminating, finalizers: finalizers)
    }

    @Test("dependents are known by their owner, also before the owner is seen")
    func dependents() {
        var graph = OwnershipGraph()
        graph.insert(Self.node("a", owners: [("owner", true)]))
        graph.insert(Self.node("b", owners: [("owner", false), ("other", true)]))
        #expect(Set(graph.dependents(of: "owner").map(\.uid)) == ["a", "b"])
        #expect(graph.blockingDependents(of: "owner").map(\.uid) == ["a"])
        #expect(graph.dependents(of: "other").map(\.uid) == ["b"])
        #expect(graph.dependents(of: "nobody").isEmpty)
    }

    @Test("an object that changes its owners, or goes, is no dependent any more")
    func changes() {
        var graph = OwnershipGraph()
        graph.insert(Self.node("a", owners: [("first", true)]))
        graph.insert(Self.node("a", owners: [("second", true)]))
        #expect(graph.dependents(of: "first").isEmpty)
        #expect(graph.dependents(of: "second").map(\.uid) == ["a"])
        graph.remove(uid: "a")
        #expect(graph.dependents(of: "second").isEmpty)
        #expect(graph.nodes.isEmpty)
    }

    @Test(
        "the finalizer of an object that is ending says what becomes of its dependents",
        arguments: [
            (true, ["foregroundDeletion"], true, false), (true, ["orphan"], false, true),
            (true, ["example.org/own"], false, false),
            (false, ["foregroundDeletion"], false, false), (false, ["orphan"], false, false),
        ] as [(Bool, [String], Bool, Bool)])
    func finalizers(isTerminating: Bool, finalizers: [String], deletes: Bool, orphans: Bool) {
        let node = Self.node("a", isTerminating: isTerminating, finalizers: finalizers)
        #expect(node.isDeletingDependents == deletes)
        #expect(node.isOrphaningDependents == orphans)
    }

    struct Decision: Sendable, CustomTestStringConvertible {
        var name: String
        var owners: [String: CollectionPlan.OwnerState]
        var finalizers: [String] = []
        var hasDependents = false
        var expected: CollectionPlan
        var testDescription: String { name }
    }

    @Test(
        "what becomes of an object follows from where its owners stand",
        arguments: [
            Decision(name: "nobody owns it", owners: [:], expected: .keep),
            Decision(name: "its owner is there", owners: ["a": .present], expected: .keep),
            Decision(name: "its owner is gone", owners: ["a": .absent], expected: .delete(policy: "Background")),
            Decision(name: "one of two is gone", owners: ["a": .present, "b": .absent], expected: .dropOwners(["b"])),
            Decision(
                name: "one waits, one is gone, one is there", owners: ["a": .waiting, "b": .absent, "c": .present],
                expected: .dropOwners(["a", "b"])),
            Decision(
                name: "both are gone", owners: ["a": .absent, "b": .absent], expected: .delete(policy: "Background")),
            Decision(
                name: "its owner waits for it and it has dependents", owners: ["a": .waiting], hasDependents: true,
                expected: .delete(policy: "Foreground")),
            Decision(name: "its owner waits for it", owners: ["a": .waiting], expected: .delete(policy: "Background")),
            Decision(
                name: "it lets its dependents live on", owners: ["a": .absent], finalizers: ["orphan"],
                expected: .delete(policy: "Orphan")),
            Decision(
                name: "it ends after its dependents", owners: ["a": .absent], finalizers: ["foregroundDeletion"],
                expected: .delete(policy: "Foreground")),
        ])
    func decide(_ c: Decision) {
        let node = Self.node("x", finalizers: c.finalizers)
        #expect(CollectionPlan.decide(node, owners: c.owners, hasDependents: c.hasDependents) == c.expected)
    }
}
