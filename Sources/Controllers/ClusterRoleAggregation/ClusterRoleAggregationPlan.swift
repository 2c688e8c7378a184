// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// The rules of a ClusterRole that is made of others. Pure.
///
/// - SeeAlso: "Aggregated ClusterRoles" in Kubernetes' documentation of RBAC.
enum ClusterRoleAggregationPlan {
    /// The rules of all selected roles, selector by selector and role by role, each rule once.
    ///
    /// - Returns: nil where the role gathers nothing, or has these rules already.
    static func rules(of role: ClusterRole, from all: [ClusterRole]) -> [PolicyRule]? {
        guard let selectors = role.aggregationRule?.clusterRoleSelectors, !selectors.isEmpty else { return nil }
        let others = all.filter { $0.metadata.name != role.metadata.name }
            .sorted { $0.metadata.name.utf8.lexicographicallyPrecedes($1.metadata.name.utf8) }
        var rules: [PolicyRule] = []
        for selector in selectors {
            for other in others where selector.matches(other.metadata.labels) {
                for rule in other.rules where !rules.contains(rule) { rules.append(rule) }
            }
        }
        return rules == role.rules ? nil : rules
    }
}
