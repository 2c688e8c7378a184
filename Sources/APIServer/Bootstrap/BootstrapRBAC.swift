// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Wire

/// The default roles and bindings of Kubernetes, kept as compact text and read when a server starts.
///
/// The text has one object on a line, its rules indented below:
///
///     clusterrole NAME [to:ROLE...] [from:ROLE]    to: is added to the aggregated ROLE; from: is made of what is added to it
///       VERBS GROUPS RESOURCES [NAMES]             VERBS read, write and all stand for the usual sets; core is the group ""
///       VERBS url PATHS
///     role NAMESPACE/NAME
///     clusterbind NAME clusterrole|role ROLE (user|group|account SUBJECT)...
///     bind NAMESPACE/NAME clusterrole|role ROLE ...
///
/// - SeeAlso: `plugin/pkg/auth/authorizer/rbac/bootstrappolicy` of Kubernetes.
package struct BootstrapRBAC: Sendable {
    package var clusterRoles: [ClusterRole] = []
    package var roles: [Role] = []
    package var clusterRoleBindings: [ClusterRoleBinding] = []
    package var roleBindings: [RoleBinding] = []

    static let autoupdate = "rbac.authorization.kubernetes.io/autoupdate"
    private static let verbSets = [
        "read": ["get", "list", "watch"], "write": ["create", "delete", "deletecollection", "patch", "update"],
        "all": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    ]

    /// The defaults.
    package init() {
        for text in [Self.systemRoles, Self.controllerRoles, Self.rolesAndBindings] { read(text) }
        for role in clusterRoles where role.metadata.name.hasPrefix("system:controller:") {
            bindController(role.metadata.name)
        }
    }

    /// The rules of one of the default ClusterRoles.
    package func rules(ofClusterRole name: String) -> [PolicyRule] {
        clusterRoles.first { $0.metadata.name == name }?.rules ?? []
    }

    private mutating func read(_ text: String) {
        var addsToClusterRole = true
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            if line.first == UInt8(ascii: " ") {
                let rule = Self.rule(words)
                if addsToClusterRole {
                    clusterRoles[clusterRoles.count - 1].rules.append(rule)
                } else {
                    roles[roles.count - 1].rules.append(rule)
                }
                continue
            }
            switch words[0] {
            case "clusterrole":
                clusterRoles.append(Self.clusterRole(words))
                addsToClusterRole = true
            case "role":
                roles.append(Role { $0.metadata = Self.metadata(words[1]) })
                addsToClusterRole = false
            case "clusterbind":
                clusterRoleBindings.append(
                    ClusterRoleBinding {
                        $0.metadata = Self.metadata(words[1])
                        ($0.roleRef, $0.subjects) = Self.binding(words)
                    })
            default:
                roleBindings.append(
                    RoleBinding {
                        $0.metadata = Self.metadata(words[1])
                        ($0.roleRef, $0.subjects) = Self.binding(words)
                    })
            }
        }
    }

    private mutating func bindController(_ name: String) {
        let account = "account kube-system/" + name.dropFirst("system:controller:".count)
        read("clusterbind \(name) clusterrole \(name) \(account)")
    }

    private static func metadata(_ place: String) -> ObjectMeta {
        var metadata = ObjectMeta()
        let parts = place.split(separator: "/", maxSplits: 1).map(String.init)
        if parts.count == 2 { metadata.namespace = parts[0] }
        metadata.name = parts.last ?? place
        metadata.labels = ["kubernetes.io/bootstrapping": "rbac-defaults"]
        metadata.annotations = [autoupdate: "true"]
        return metadata
    }

    private static func clusterRole(_ words: [String]) -> ClusterRole {
        var role = ClusterRole { $0.metadata = metadata(words[1]) }
        for word in words.dropFirst(2) {
            if word.hasPrefix("to:") {
                role.metadata.labels["rbac.authorization.k8s.io/aggregate-to-\(word.dropFirst(3))"] = "true"
            } else if word.hasPrefix("from:") {
                let label = "rbac.authorization.k8s.io/aggregate-to-\(word.dropFirst(5))"
                role.aggregationRule = AggregationRule {
                    $0.clusterRoleSelectors = [LabelSelector { $0.matchLabels = [label: "true"] }]
                }
            }
        }
        return role
    }

    private static func rule(_ words: [String]) -> PolicyRule {
        func list(_ word: String) -> [String] {
            word.utf8.split(separator: UInt8(ascii: ",")).map {
                $0.elementsEqual("core".utf8) ? "" : String(decoding: $0, as: UTF8.self)
            }
        }
        return PolicyRule {
            $0.verbs = verbSets[words[0]] ?? list(words[0])
            if words[1] == "url" {
                $0.nonResourceURLs = list(words[2])
            } else {
                $0.apiGroups = list(words[1])
                $0.resources = list(words[2])
                if words.count > 3 { $0.resourceNames = list(words[3]) }
            }
        }
    }

    private static func binding(_ words: [String]) -> (RoleRef, [Subject]) {
        let reference = RoleRef {
            $0.apiGroup = Role.group
            $0.kind = words[2] == "role" ? "Role" : "ClusterRole"
            $0.name = words[3]
        }
        let subjects = stride(from: 4, to: words.count - 1, by: 2).map { place in
            Subject {
                switch words[place] {
                case "account":
                    let parts = words[place + 1].split(separator: "/").map(String.init)
                    ($0.kind, $0.namespace, $0.name) = ("ServiceAccount", parts[0], parts[1])
                case "user": ($0.kind, $0.apiGroup, $0.name) = ("User", Role.group, words[place + 1])
                default: ($0.kind, $0.apiGroup, $0.name) = ("Group", Role.group, words[place + 1])
                }
            }
        }
        return (reference, subjects)
    }
}
