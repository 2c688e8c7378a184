// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// A term of pod affinity or anti-affinity, ready to be matched many times.
struct AffinityTerm: Sendable, Equatable {
    var topologyKey: String
    /// 0 for a required term.
    var weight: Int64
    private var namespaces: Set<String>
    private var namespaceSelector: LabelMatcher
    private var selector: LabelMatcher

    /// - Parameter owner: the pod that has the term.
    init(_ term: PodAffinityTerm, weight: Int64 = 0, owner: ObjectMeta) {
        topologyKey = term.topologyKey
        self.weight = weight
        namespaces = Set(term.namespaces)
        if term.namespaces.isEmpty && term.namespaceSelector == nil { namespaces = [owner.namespace] }
        namespaceSelector = LabelMatcher(term.namespaceSelector)
        var extra: [LabelMatcher.Requirement] = []
        for key in term.matchLabelKeys { if let value = owner.labels[key] { extra.append(.isOneOf(key, [value])) } }
        for key in term.mismatchLabelKeys { if let value = owner.labels[key] { extra.append(.isNoneOf(key, [value])) } }
        selector = LabelMatcher(term.labelSelector).and(LabelMatcher(requirements: extra))
    }

    /// - Parameter namespaceLabels: the labels of the namespace of the other pod.
    func matches(namespace: String, labels: [String: String], namespaceLabels: [String: String]) -> Bool {
        (namespaces.contains(namespace) || namespaceSelector.matches(namespaceLabels)) && selector.matches(labels)
    }
}

/// The affinity and anti-affinity of one pod to others.
struct PodAffinityTerms: Sendable, Equatable {
    var requiredAffinity: [AffinityTerm] = []
    var requiredAntiAffinity: [AffinityTerm] = []
    /// Anti-affinity has negative weights.
    var preferred: [AffinityTerm] = []

    init(_ pod: Pod) {
        guard let affinity = pod.spec.affinity else { return }
        let owner = pod.metadata
        if let near = affinity.podAffinity {
            requiredAffinity = near.requiredDuringSchedulingIgnoredDuringExecution.map {
                AffinityTerm($0, owner: owner)
            }
            preferred = near.preferredDuringSchedulingIgnoredDuringExecution.map {
                AffinityTerm($0.podAffinityTerm, weight: Int64($0.weight), owner: owner)
            }
        }
        if let far = affinity.podAntiAffinity {
            requiredAntiAffinity = far.requiredDuringSchedulingIgnoredDuringExecution.map {
                AffinityTerm($0, owner: owner)
            }
            preferred += far.preferredDuringSchedulingIgnoredDuringExecution.map {
                AffinityTerm($0.podAffinityTerm, weight: -Int64($0.weight), owner: owner)
            }
        }
    }

    var isEmpty: Bool { requiredAffinity.isEmpty && requiredAntiAffinity.isEmpty && preferred.isEmpty }
}
