// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The flow schemas and priority levels that every cluster has, and that nobody may change.
///
/// - SeeAlso: "Mandatory configuration objects" in Kubernetes' documentation of API priority and fairness.
enum MandatoryFlowControl {
    static let schemas: [String: FlowSchemaSpec] = [
        "exempt": schema(level: "exempt", precedence: 1, method: nil, groups: ["system:masters"]),
        "catch-all": schema(
            level: "catch-all", precedence: 10_000, method: "ByUser",
            groups: ["system:unauthenticated", "system:authenticated"]),
    ]

    /// Everything that members of groups ask for.
    private static func schema(level: String, precedence: Int32, method: String?, groups: [String]) -> FlowSchemaSpec {
        FlowSchemaSpec {
            $0.priorityLevelConfiguration.name = level
            $0.matchingPrecedence = precedence
            $0.distinguisherMethod = method.map { type in FlowDistinguisherMethod { $0.type = type } }
            $0.rules = [
                PolicyRulesWithSubjects { rule in
                    rule.subjects = groups.map { name in
                        FlowControlSubject {
                            $0.kind = "Group"
                            $0.group = GroupSubject { $0.name = name }
                        }
                    }
                    rule.resourceRules = [
                        ResourcePolicyRule {
                            $0.verbs = ["*"]
                            $0.apiGroups = ["*"]
                            $0.resources = ["*"]
                            $0.clusterScope = true
                            $0.namespaces = ["*"]
                        }
                    ]
                    rule.nonResourceRules = [
                        NonResourcePolicyRule {
                            $0.verbs = ["*"]
                            $0.nonResourceURLs = ["*"]
                        }
                    ]
                }
            ]
        }
    }

    /// The level for what no flow schema else takes.
    static let catchAll = PriorityLevelConfigurationSpec {
        $0.type = "Limited"
        $0.limited = LimitedPriorityLevelConfiguration {
            $0.nominalConcurrencyShares = 5
            $0.lendablePercent = 0
            $0.limitResponse.type = "Reject"
        }
    }

    /// The level without limits, whose shares alone may be chosen.
    static let exempt = PriorityLevelConfigurationSpec {
        $0.type = "Exempt"
        $0.exempt = ExemptPriorityLevelConfiguration {
            $0.nominalConcurrencyShares = 0
            $0.lendablePercent = 0
        }
    }
}
