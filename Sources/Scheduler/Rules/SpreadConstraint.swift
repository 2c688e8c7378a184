// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// A topology spread constraint of a pod, ready to be matched many times.
struct SpreadConstraint: Sendable, Equatable {
    static let hostname = "kubernetes.io/hostname"
    static let zone = "topology.kubernetes.io/zone"

    var maxSkew: Int64
    var topologyKey: String
    var minDomains: Int64
    /// Which pods are counted.
    var selector: LabelMatcher
    /// Whether only nodes that the pod's node selector and affinity allow are counted.
    var honorsNodeAffinity = true
    /// Whether nodes whose taints the pod does not bear are left out.
    var honorsTaints = false

    init(_ constraint: TopologySpreadConstraint, labels: [String: String]) {
        maxSkew = Int64(constraint.maxSkew)
        topologyKey = constraint.topologyKey
        minDomains = Int64(constraint.minDomains ?? 1)
        honorsNodeAffinity = constraint.nodeAffinityPolicy != NodeInclusionPolicy.ignore
        honorsTaints = constraint.nodeTaintsPolicy == NodeInclusionPolicy.honor
        let extra = constraint.matchLabelKeys.compactMap { key in
            labels[key].map { LabelMatcher.Requirement.isOneOf(key, [$0]) }
        }
        selector = LabelMatcher(constraint.labelSelector).and(LabelMatcher(requirements: extra))
    }

    private init(_ topologyKey: String, maxSkew: Int64, selector: LabelMatcher) {
        self.topologyKey = topologyKey
        self.maxSkew = maxSkew
        minDomains = 1
        self.selector = selector
    }

    /// What counts for a pod without constraints of its own that belongs to a service or a replicated workload.
    static func systemDefaults(_ selector: LabelMatcher) -> [SpreadConstraint] {
        [
            SpreadConstraint(hostname, maxSkew: 3, selector: selector),
            SpreadConstraint(zone, maxSkew: 5, selector: selector),
        ]
    }
}
