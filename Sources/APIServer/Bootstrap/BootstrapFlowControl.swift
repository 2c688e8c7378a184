// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Wire

/// The default PriorityLevelConfigurations and FlowSchemas of Kubernetes.
///
/// - SeeAlso: `k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap`.
package enum BootstrapFlowControl {
    private static let autoupdate = ["apf.kubernetes.io/autoupdate-spec": "true"]

    private struct Level {
        var name: String
        var shares: Int32
        var lendable: Int32
        /// queues, hand size, length; nil: what is over the limit is rejected.
        var queuing: (Int32, Int32, Int32)?
    }

    /// The levels, by name.
    package static var levels: [PriorityLevelConfiguration] {
        let limited = [
            Level(name: "catch-all", shares: 5, lendable: 0),
            Level(name: "global-default", shares: 20, lendable: 50, queuing: (128, 6, 50)),
            Level(name: "leader-election", shares: 10, lendable: 0, queuing: (16, 4, 50)),
            Level(name: "node-high", shares: 40, lendable: 25, queuing: (64, 6, 50)),
            Level(name: "system", shares: 30, lendable: 33, queuing: (64, 6, 50)),
            Level(name: "workload-high", shares: 40, lendable: 50, queuing: (128, 6, 50)),
            Level(name: "workload-low", shares: 100, lendable: 90, queuing: (128, 6, 50)),
        ].map(configuration)
        let exempt = PriorityLevelConfiguration {
            ($0.metadata.name, $0.metadata.annotations) = ("exempt", autoupdate)
            $0.spec.type = "Exempt"
            $0.spec.exempt = ExemptPriorityLevelConfiguration {
                ($0.nominalConcurrencyShares, $0.lendablePercent) = (0, 0)
            }
        }
        return limited + [exempt]
    }

    private static func configuration(_ level: Level) -> PriorityLevelConfiguration {
        PriorityLevelConfiguration {
            ($0.metadata.name, $0.metadata.annotations) = (level.name, autoupdate)
            $0.spec.type = "Limited"
            $0.spec.limited = LimitedPriorityLevelConfiguration {
                ($0.nominalConcurrencyShares, $0.lendablePercent) = (level.shares, level.lendable)
                $0.limitResponse.type = level.queuing == nil ? "Reject" : "Queue"
                $0.limitResponse.queuing = level.queuing.map { queues, hand, length in
                    QueuingConfiguration { ($0.queues, $0.handSize, $0.queueLengthLimit) = (queues, hand, length) }
                }
            }
        }
    }

    /// The schemas, in the order of their precedence.
    package static var schemas: [FlowSchema] {
        let everybody = [group("system:unauthenticated"), group("system:authenticated")]
        let system = account("kube-system", "*")
        let controllers = [user("system:kube-controller-manager"), user("system:kube-scheduler"), system]
        let lease = resources(["get", "create", "update"], "coordination.k8s.io", ["leases"])
        let ownNode = resources(["*"], "", ["nodes", "nodes/status"], clusterScope: true)
        let nodeLease = resources(["*"], "coordination.k8s.io", ["leases"])
        return [
            schema("exempt", "exempt", 1, nil, all([group("system:masters")])),
            schema("probes", "exempt", 2, nil, probes(everybody)),
            schema("system-leader-election", "leader-election", 100, "ByUser", rule(controllers, [lease])),
            schema(
                "system-node-high", "node-high", 400, "ByUser", rule([group("system:nodes")], [ownNode, nodeLease])),
            schema("system-nodes", "system", 500, "ByUser", all([group("system:nodes")])),
            schema(
                "kube-controller-manager", "workload-high", 800, "ByNamespace",
                all([user("system:kube-controller-manager")])),
            schema("kube-scheduler", "workload-high", 800, "ByNamespace", all([user("system:kube-scheduler")])),
            schema("kube-system-service-accounts", "workload-high", 900, "ByNamespace", all([system])),
            schema("service-accounts", "workload-low", 9000, "ByUser", all([group("system:serviceaccounts")])),
            schema("global-default", "global-default", 9900, "ByUser", all(everybody)),
            schema("catch-all", "catch-all", 10000, "ByUser", all(everybody)),
        ]
    }

    private static func schema(
        _ name: String, _ level: String, _ precedence: Int32, _ distinguisher: String?, _ rule: PolicyRulesWithSubjects
    ) -> FlowSchema {
        FlowSchema {
            ($0.metadata.name, $0.metadata.annotations) = (name, autoupdate)
            $0.spec.priorityLevelConfiguration.name = level
            $0.spec.matchingPrecedence = precedence
            $0.spec.distinguisherMethod = distinguisher.map { type in FlowDistinguisherMethod { $0.type = type } }
            $0.spec.rules = [rule]
        }
    }

    private static func rule(_ subjects: [FlowControlSubject], _ rules: [ResourcePolicyRule]) -> PolicyRulesWithSubjects
    {
        PolicyRulesWithSubjects { ($0.subjects, $0.resourceRules) = (subjects, rules) }
    }

    private static func all(_ subjects: [FlowControlSubject]) -> PolicyRulesWithSubjects {
        PolicyRulesWithSubjects {
            $0.subjects = subjects
            $0.resourceRules = [resources(["*"], "*", ["*"], clusterScope: true)]
            $0.nonResourceRules = [NonResourcePolicyRule { ($0.verbs, $0.nonResourceURLs) = (["*"], ["*"]) }]
        }
    }

    private static func probes(_ subjects: [FlowControlSubject]) -> PolicyRulesWithSubjects {
        PolicyRulesWithSubjects {
            $0.subjects = subjects
            $0.nonResourceRules = [
                NonResourcePolicyRule { ($0.verbs, $0.nonResourceURLs) = (["get"], ["/healthz", "/readyz", "/livez"]) }
            ]
        }
    }

    private static func resources(
        _ verbs: [String], _ group: String, _ resources: [String], clusterScope: Bool = false
    ) -> ResourcePolicyRule {
        ResourcePolicyRule {
            ($0.verbs, $0.apiGroups, $0.resources) = (verbs, [group], resources)
            ($0.clusterScope, $0.namespaces) = (clusterScope, ["*"])
        }
    }

    private static func user(_ name: String) -> FlowControlSubject {
        FlowControlSubject { ($0.kind, $0.user) = ("User", UserSubject { $0.name = name }) }
    }

    private static func group(_ name: String) -> FlowControlSubject {
        FlowControlSubject { ($0.kind, $0.group) = ("Group", GroupSubject { $0.name = name }) }
    }

    private static func account(_ namespace: String, _ name: String) -> FlowControlSubject {
        FlowControlSubject {
            $0.kind = "ServiceAccount"
            $0.serviceAccount = ServiceAccountSubject { ($0.namespace, $0.name) = (namespace, name) }
        }
    }
}
