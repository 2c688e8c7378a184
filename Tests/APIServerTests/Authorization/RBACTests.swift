// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIServer

/// Roles and bindings that do not change.
struct FixedRBAC: RBACSource {
    var index: RBACIndex
    var rbacVersion: UInt64 { 1 }
    func rbacIndex() -> RBACIndex { index }
}

struct RBACTests {
    static func rule(_ verbs: [String], _ groups: [String], _ resources: [String], _ names: [String] = []) -> PolicyRule
    {
        PolicyRule { ($0.verbs, $0.apiGroups, $0.resources, $0.resourceNames) = (verbs, groups, resources, names) }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var rule: String
        var asked: String
        var expected: Bool
        var testDescription: String { "\(rule) / \(asked)" }
    }

    @Test(
        "rules allow what they name",
        arguments: [
            Case(rule: "get  pods", asked: "get  pods", expected: true),
            Case(rule: "get  pods", asked: "list  pods", expected: false),
            Case(rule: "*  pods", asked: "list  pods", expected: true),
            Case(rule: "get  pods", asked: "get apps pods", expected: false),
            Case(rule: "get * pods", asked: "get apps pods", expected: true),
            Case(rule: "get  pods", asked: "get  pods/log", expected: false),
            Case(rule: "get  pods/log", asked: "get  pods/log", expected: true),
            Case(rule: "get  */log", asked: "get  pods/log", expected: true),
            Case(rule: "get  */log", asked: "get  pods", expected: false),
            Case(rule: "get  *", asked: "get  pods/log", expected: true),
            Case(rule: "get  pods/*", asked: "get  pods/log", expected: false),
            Case(rule: "get  pods a,b", asked: "get  pods a", expected: true),
            Case(rule: "get  pods a,b", asked: "get  pods c", expected: false),
            Case(rule: "list  pods a", asked: "list  pods", expected: false),
        ])
    func allows(_ c: Case) {
        let rule = c.rule.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let asked = c.asked.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let parts = asked[2].split(separator: "/").map(String.init)
        let attributes = AuthorizationAttributes(
            user: .anonymous, verb: asked[0], apiGroup: asked[1], resource: parts[0],
            subresource: parts.count > 1 ? parts[1] : "",
            name: asked.count > 3 ? asked[3] : "")
        let names = rule.count > 3 ? rule[3].split(separator: ",").map(String.init) : []
        #expect(Self.rule([rule[0]], [rule[1]], [rule[2]], names).allows(attributes) == c.expected)
    }

    @Test(
        "paths are allowed exactly or by a star at the end",
        arguments: [
            ("/healthz", "/healthz", true), ("/healthz", "/healthz/x", false), ("/healthz/*", "/healthz/x", true),
            ("/healthz/*", "/healthz", false), ("*", "/x", true),
        ])
    func paths(_ pattern: String, _ path: String, _ expected: Bool) {
        let rule = PolicyRule { ($0.verbs, $0.nonResourceURLs) = (["get"], [pattern]) }
        #expect(rule.allows(AuthorizationAttributes(user: .anonymous, verb: "get", path: path)) == expected)
    }

    static func subject(_ kind: String, _ name: String, _ namespace: String = "") -> Subject {
        Subject { ($0.kind, $0.name, $0.namespace) = (kind, name, namespace) }
    }

    static let authorizer = RBACAuthorizer(
        source: FixedRBAC(
            index: RBACIndex(
                roles: [
                    Role {
                        ($0.metadata.name, $0.metadata.namespace, $0.rules) = (
                            "r", "ns", [rule(["list"], [""], ["pods"])]
                        )
                    }
                ],
                clusterRoles: [ClusterRole { ($0.metadata.name, $0.rules) = ("cr", [rule(["get"], [""], ["nodes"])]) }],
                roleBindings: [
                    RoleBinding {
                        ($0.metadata.name, $0.metadata.namespace) = ("rb", "ns")
                        ($0.roleRef.kind, $0.roleRef.name) = ("Role", "r")
                        $0.subjects = [subject("User", "ann"), subject("ServiceAccount", "bot", "ns")]
                    },
                    RoleBinding {
                        ($0.metadata.name, $0.metadata.namespace) = ("broken", "ns")
                        ($0.roleRef.kind, $0.roleRef.name) = ("Role", "gone")
                        $0.subjects = [subject("User", "lost")]
                    },
                ],
                clusterRoleBindings: [
                    ClusterRoleBinding {
                        $0.metadata.name = "crb"
                        ($0.roleRef.kind, $0.roleRef.name) = ("ClusterRole", "cr")
                        $0.subjects = [subject("Group", "ops")]
                    }
                ])))

    @Test("bindings give rules to users, groups and accounts, and say why")
    func decides() {
        func decide(_ user: RequestUser, _ verb: String, _ resource: String, _ namespace: String = "")
            -> AuthorizationDecision
        {
            Self.authorizer.authorize(
                AuthorizationAttributes(user: user, verb: verb, apiGroup: "", resource: resource, namespace: namespace))
        }
        let ann = decide(RequestUser(name: "ann"), "list", "pods", "ns")
        #expect(
            ann
                == AuthorizationDecision(
                    .allow, reason: #"RBAC: allowed by RoleBinding "rb/ns" of Role "r" to User "ann""#))
        #expect(decide(RequestUser(name: "ann"), "list", "pods").verdict == .noOpinion)
        let bot = decide(RequestUser(name: "system:serviceaccount:ns:bot"), "list", "pods", "ns")
        #expect(bot.reason == #"RBAC: allowed by RoleBinding "rb/ns" of Role "r" to ServiceAccount "bot/ns""#)
        let ops = decide(RequestUser(name: "bob", groups: ["ops"]), "get", "nodes")
        #expect(ops.reason == #"RBAC: allowed by ClusterRoleBinding "crb" of ClusterRole "cr" to Group "ops""#)
        let lost = decide(RequestUser(name: "lost"), "get", "pods", "ns")
        #expect(
            lost == AuthorizationDecision(.noOpinion, reason: #"RBAC: role.rbac.authorization.k8s.io "gone" not found"#)
        )
        #expect(
            AuthorizerChain([Self.authorizer]).authorize(
                AuthorizationAttributes(user: RequestUser(name: "x", groups: ["system:masters"]), verb: "*", path: "/")
            ).verdict == .allow)
    }

    @Test("refusals have Kubernetes' words")
    func messages() {
        let user = RequestUser(name: "alice")
        let list = AuthorizationAttributes(user: user, verb: "list", apiGroup: "", resource: "pods", namespace: "ns")
        #expect(
            FailureStatus.forbidden(list, reason: "").message
                == #"pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "ns""#
        )
        let log = AuthorizationAttributes(
            user: user, verb: "get", apiGroup: "apps", resource: "deployments", subresource: "status", name: "x")
        #expect(
            FailureStatus.forbidden(log, reason: "why").message
                == #"deployments.apps "x" is forbidden: User "alice" cannot get resource "deployments/status" in API group "apps" at the cluster scope: why"#
        )
        let path = AuthorizationAttributes(user: user, verb: "get", path: "/metrics")
        #expect(
            String(decoding: FailureStatus.forbidden(path, reason: "").json, as: UTF8.self)
                == #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"forbidden: User \"alice\" cannot get path \"/metrics\"","reason":"Forbidden","details":{},"code":403}"#
                + "\n")
    }

    private static func target(_ resource: String, _ name: String, _ user: RequestUser) -> RBACEscalation.Target {
        RBACEscalation.Target(resource: resource, namespace: "ns", name: name, pathName: "", user: user)
    }

    @Test("gathering rules takes all rights")
    func aggregation() {
        let escalation = RBACEscalation(rbac: Self.authorizer, authorizer: Self.authorizer)
        let ann = RequestUser(name: "ann", groups: ["system:authenticated"])
        let refusal = #expect(throws: FailureStatus.self) {
            try escalation.checkRole([], of: Self.target("clusterroles", "all", ann), isAggregated: true)
        }
        #expect(
            refusal?.message
                == #"clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use the aggregationRule"#
        )
    }

    @Test("nobody grants more than they hold")
    func escalation() {
        let escalation = RBACEscalation(rbac: Self.authorizer, authorizer: Self.authorizer)
        let ann = RequestUser(name: "ann", groups: ["system:authenticated"])
        #expect(throws: Never.self) {
            try escalation.checkRole(
                [Self.rule(["list"], [""], ["pods"])], of: Self.target("roles", "ok", ann))
        }
        let rules = [Self.rule(["list"], [""], ["pods"]), Self.rule(["get", "list"], [""], ["zebras", "apes"])]
        let refusal = #expect(throws: FailureStatus.self) {
            try escalation.checkRole(rules, of: Self.target("roles", "bad", ann))
        }
        #expect(
            refusal?.message == """
                roles.rbac.authorization.k8s.io "bad" is forbidden: user "ann" (groups=["system:authenticated"]) is attempting to grant \
                RBAC permissions not currently held:
                {APIGroups:[""], Resources:["apes"], Verbs:["get" "list"]}
                {APIGroups:[""], Resources:["zebras"], Verbs:["get" "list"]}
                """)
        let missing = RoleRef { ($0.kind, $0.name) = ("Role", "nosuch") }
        let notFound = #expect(throws: FailureStatus.self) {
            try escalation.checkBinding(missing, of: Self.target("rolebindings", "b", ann))
        }
        #expect(notFound?.message == #"rolebindings.rbac.authorization.k8s.io "nosuch" not found"#)
    }

    @Test(
        "what covers what",
        arguments: [
            (rule(["*"], ["*"], ["*"]), rule(["get"], ["a"], ["b"], ["c"]), true),
            (rule(["get"], [""], ["pods"]), rule(["get", "list"], [""], ["pods"]), false),
            (rule(["get"], [""], ["pods"], ["a", "b"]), rule(["get"], [""], ["pods"], ["b"]), true),
            (rule(["get"], [""], ["pods"], ["a"]), rule(["get"], [""], ["pods"]), false),
            (rule(["get"], [""], ["*/status"]), rule(["get"], [""], ["pods/status"]), true),
            (rule(["get"], [""], ["pods"]), rule(["*"], [""], ["pods"]), false),
        ])
    func covers(_ held: PolicyRule, _ wanted: PolicyRule, _ expected: Bool) {
        #expect(RuleCover.missing([wanted], heldBy: [held]).isEmpty == expected)
    }
}
