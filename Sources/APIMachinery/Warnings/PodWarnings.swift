// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What is allowed in a pod and does not do what its writer may think.
///
/// - SeeAlso: `pkg/api/pod/warnings.go` of Kubernetes.
final class PodWarnings: Sendable {  // a class, since a copy of what a pod says is large and many parts look at it
    let spec: PodSpec
    let annotations: [String: String]
    /// Of the pod in its object: the root for a Pod itself, `spec.template` in a workload.
    let path: FieldPath
    var isTemplate: Bool { if case .root = path { false } else { true } }

    init(_ pod: Pod) {
        (spec, annotations, path) = (pod.spec, pod.metadata.annotations, .root)
    }

    init(_ template: PodTemplateSpec, _ path: FieldPath) {
        (spec, annotations, self.path) = (template.spec, template.metadata.annotations, path)
    }

    var all: [String] {
        placement + annotationTexts + volumes + duplicates + overhead + containersAndPorts + affinity + addresses
    }

    // MARK: - where it runs

    // Each part looks first whether there is anything to look at: most pods have little of all this, and paths cost.

    private var placement: [String] {
        guard !spec.nodeSelector.isEmpty || !spec.topologySpreadConstraints.isEmpty || spec.affinity != nil else {
            return []
        }
        let at = path.child("spec")
        var texts = spec.nodeSelector.keys.sorted().compactMap { key in
            WarningRules.nodeLabel(key).map { "\(at.child("nodeSelector").key(key)): \($0)" }
        }
        if let node = spec.affinity?.nodeAffinity {
            let base = at.child("affinity", "nodeAffinity")
            let required = base.child("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
            for (index, term) in (node.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [])
                .enumerated()
            {
                texts += WarningRules.nodeTerm(term, required.index(index))
            }
            let preferred = base.child("preferredDuringSchedulingIgnoredDuringExecution")
            for (index, term) in node.preferredDuringSchedulingIgnoredDuringExecution.enumerated() {
                texts += WarningRules.nodeTerm(
                    term.preference, checksValues: true, preferred.index(index).child("preference"))
            }
        }
        for (index, constraint) in spec.topologySpreadConstraints.enumerated() {
            let item = at.child("topologySpreadConstraints").index(index)
            if let text = WarningRules.nodeLabel(constraint.topologyKey) {
                texts.append("\(item.child("topologyKey")): \(constraint.topologyKey) is \(text)")
            }
            if constraint.labelSelector == nil { texts.append(Self.matchesNothing(item.child("labelSelector"))) }
        }
        return texts
    }

    private static func matchesNothing(_ path: FieldPath) -> String {
        "\(path): a null labelSelector results in matching no pod"
    }

    private var affinity: [String] {
        guard let affinity = spec.affinity else { return [] }
        let at = path.child("spec", "affinity")
        return terms(
            affinity.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
            affinity.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, at.child("podAffinity"))
            + terms(
                affinity.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
                affinity.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
                at.child("podAntiAffinity"))
    }

    private func terms(
        _ required: [PodAffinityTerm]?, _ preferred: [WeightedPodAffinityTerm]?, _ path: FieldPath
    ) -> [String] {
        let strict = path.child("requiredDuringSchedulingIgnoredDuringExecution")
        let soft = path.child("preferredDuringSchedulingIgnoredDuringExecution")
        return (required ?? []).enumerated().filter { $1.labelSelector == nil }.map {
            Self.matchesNothing(strict.index($0.offset).child("labelSelector"))
        }
            + (preferred ?? []).enumerated().filter { $1.podAffinityTerm.labelSelector == nil }.map {
                Self.matchesNothing(soft.index($0.offset).child("podAffinityTerm", "labelSelector"))
            }
    }

    // MARK: - annotations and lists

    private static let deadAnnotations = [
        (
            "scheduler.alpha.kubernetes.io/critical-pod",
            "non-functional in v1.16+; use the \"priorityClassName\" field instead"
        ),
        ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
        ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ]

    private var annotationTexts: [String] {
        guard !annotations.isEmpty else { return [] }
        return Self.deadAnnotations.filter { annotations[$0.0] != nil }.map {
            "\(path.child("metadata", "annotations").key($0.0)): \($0.1)"
        }
    }

    private var duplicates: [String] {
        guard !spec.hostAliases.isEmpty || !spec.imagePullSecrets.isEmpty else { return [] }
        let at = path.child("spec")
        var texts: [String] = []
        var seen: Set<String> = []
        for (index, alias) in spec.hostAliases.enumerated() where !seen.insert(alias.ip).inserted {
            texts.append("\(at.child("hostAliases").index(index).child("ip")): duplicate ip \(GoText.quote(alias.ip))")
        }
        seen = []
        let secrets = at.child("imagePullSecrets")
        for (index, secret) in spec.imagePullSecrets.enumerated() where !seen.insert(secret.name).inserted {
            texts.append("\(secrets.index(index).child("name")): duplicate name \(GoText.quote(secret.name))")
        }
        for (index, secret) in spec.imagePullSecrets.enumerated() where secret.name.isEmpty {
            texts.append("\(secrets.index(index).child("name")): invalid empty name \"\"")
        }
        return texts
    }

    private var overhead: [String] {
        var texts = WarningRules.fraction(
            spec.overhead, ["memory", "ephemeral-storage"], path.child("spec", "overhead"))
        guard !annotations.isEmpty else { return texts }
        let seccomp = "seccomp.security.alpha.kubernetes.io/pod"
        if spec.securityContext?.seccompProfile == nil, annotations[seccomp] != nil {
            texts.append(Self.useProfile(path.child("metadata", "annotations").key(seccomp)))
        }
        return texts
    }

    static func useProfile(_ path: FieldPath) -> String {
        "\(path): non-functional in v1.27+; use the \"seccompProfile\" field instead"
    }

    private var addresses: [String] {
        guard !spec.hostAliases.isEmpty || spec.dnsConfig != nil else { return [] }
        let at = path.child("spec")
        return spec.hostAliases.enumerated().flatMap {
            WarningRules.address($1.ip, at.child("hostAliases").index($0).child("ip"))
        }
            + (spec.dnsConfig?.nameservers ?? []).enumerated().flatMap {
                WarningRules.address($1, at.child("dnsConfig", "nameservers").index($0))
            }
    }
}
