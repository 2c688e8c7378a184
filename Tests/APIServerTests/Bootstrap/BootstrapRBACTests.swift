// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct BootstrapRBACTests {
    /// The facts, where the folder beside the repository is there.
    static let facts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/api/bootstrap")

    private static func objects<Object: TopLevelObject>(_ file: String, of _: Object.Type = Object.self) throws
        -> [Object]
    {
        let url = facts.appendingPathComponent(file)
        guard let data = try? Data(contentsOf: url) else {
            print("skipped: \(url.path) is not there")
            return []
        }
        let all = try JSONValue.parse(Array(data)).arrayValue ?? []
        return try all.filter { $0["kind"]?.stringValue == Object.kind }.map {
            try JSONCoding.decode(Object.self, from: $0.bytes())
        }
    }

    private static func sorted<Object: KubernetesObject>(_ objects: [Object]) -> [Object] {
        objects.sorted { ($0.metadata.namespace, $0.metadata.name) < ($1.metadata.namespace, $1.metadata.name) }
    }

    @Test("the compact text stands for Kubernetes' default roles and bindings")
    func equalsFacts() throws {
        let defaults = BootstrapRBAC()
        let clusterRoles: [ClusterRole] = try Self.objects("rbac.json")
        guard !clusterRoles.isEmpty else { return }
        #expect(Self.sorted(defaults.clusterRoles) == Self.sorted(clusterRoles))
        #expect(Self.sorted(defaults.roles) == Self.sorted(try Self.objects("rbac.json")))
        #expect(Self.sorted(defaults.clusterRoleBindings) == Self.sorted(try Self.objects("rbac.json")))
        #expect(Self.sorted(defaults.roleBindings) == Self.sorted(try Self.objects("rbac.json")))
    }

    @Test("so do the flow control tables")
    func otherFacts() throws {
        let levels: [PriorityLevelConfiguration] = try Self.objects("flowcontrol.json")
        guard !levels.isEmpty else { return }
        #expect(Self.sorted(BootstrapFlowControl.levels) == Self.sorted(levels))
        #expect(Self.sorted(BootstrapFlowControl.schemas) == Self.sorted(try Self.objects("flowcontrol.json")))
    }

    @Test("nothing is to be done where all is there")
    func settled() {
        let defaults = BootstrapRBAC()
        #expect(BootstrapRBAC.reconcile(defaults.clusterRoles, with: defaults.clusterRoles).isEmpty)
        #expect(BootstrapRBAC.reconcile(defaults.clusterRoleBindings, with: defaults.clusterRoleBindings).isEmpty)
        #expect(BootstrapRBAC.reconcile(defaults.clusterRoles, with: []).count == defaults.clusterRoles.count)
    }

    @Test("missing rules are added, further ones stay, and who opts out is left alone")
    func extends() {
        let rule = PolicyRule { ($0.verbs, $0.apiGroups, $0.resources) = (["get", "list"], [""], ["pods"]) }
        let other = PolicyRule { ($0.verbs, $0.apiGroups, $0.resources) = (["get"], [""], ["secrets"]) }
        let wanted = ClusterRole { ($0.metadata.name, $0.rules) = ("r", [rule]) }
        var present = ClusterRole { ($0.metadata.name, $0.rules) = ("r", [other]) }
        present.rules.append(PolicyRule { ($0.verbs, $0.apiGroups, $0.resources) = (["get"], [""], ["pods"]) })
        let actions = BootstrapRBAC.reconcile([wanted], with: [present])
        #expect(actions.first?.object.rules.contains(other) == true)
        #expect(actions.first.map { RuleCover.missing([rule], heldBy: $0.object.rules).isEmpty } == true)
        present.metadata.annotations[BootstrapRBAC.autoupdate] = "false"
        #expect(BootstrapRBAC.reconcile([wanted], with: [present]).isEmpty)
    }

    @Test("a binding of another role is made anew")
    func recreates() {
        let wanted = ClusterRoleBinding { ($0.metadata.name, $0.roleRef.name) = ("b", "r") }
        var present = wanted
        present.roleRef.name = "other"
        #expect(BootstrapRBAC.reconcile([wanted], with: [present]) == [.recreate(wanted)])
    }
}
