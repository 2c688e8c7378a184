// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// A pod that is not scheduled yet may still be narrowed down to fewer nodes.
enum GatedPodRules {
    /// The faults of the change of node selector and node affinity, which are then set back in `spec`.
    static func narrow(_ spec: inout PodSpec, _ old: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.nodeSelector != old.nodeSelector {
            errors += selector(spec.nodeSelector, old.nodeSelector, path.child("nodeSelector"))
            spec.nodeSelector = old.nodeSelector
        }
        let (new, before) = (spec.affinity?.nodeAffinity, old.affinity?.nodeAffinity)
        guard new != before else { return errors }
        errors += affinity(new, before, path.child("affinity", "nodeAffinity"))
        switch (spec.affinity, old.affinity) {
        case (nil, _): spec.affinity = Affinity { $0.nodeAffinity = before }
        case (let own?, nil) where own.podAffinity == nil && own.podAntiAffinity == nil: spec.affinity = nil
        default: spec.affinity?.nodeAffinity = before
        }
        return errors
    }

    private static func selector(
        _ new: [String: String], _ old: [String: String], _ path: FieldPath
    ) -> [FieldError] {
        // entries may be added; none may change or go
        let text = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
        let isKept = old.allSatisfy { new[$0.key] == $0.value }
        return isKept ? [] : [.invalid(path, ValueRules.json(new), text)]
    }

    private static func affinity(_ new: NodeAffinity?, _ old: NodeAffinity?, _ path: FieldPath) -> [FieldError] {
        let required = path.child("requiredDuringSchedulingIgnoredDuringExecution")
        guard let before = old?.requiredDuringSchedulingIgnoredDuringExecution else { return [] }
        let terms = required.child("nodeSelectorTerms")
        guard let after = new?.requiredDuringSchedulingIgnoredDuringExecution,
            after.nodeSelectorTerms.count == before.nodeSelectorTerms.count
        else {
            let shown = new?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
            let text = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
            return [.invalid(terms, InternalForm.json(shown, "core/v1.NodeSelectorTerm"), text)]
        }
        var errors: [FieldError] = []
        for (index, pair) in zip(before.nodeSelectorTerms, after.nodeSelectorTerms).enumerated()
        where !isAddition(pair.1, to: pair.0) {
            let text = "only additions are allowed (no mutations or deletions)"
            let shown = InternalForm.json(pair.1, "core/v1.NodeSelectorTerm")
            errors.append(.invalid(terms.index(index), shown, text))
        }
        return errors
    }

    private static func isAddition(_ new: NodeSelectorTerm, to old: NodeSelectorTerm) -> Bool {
        if old.matchExpressions.isEmpty, old.matchFields.isEmpty { return new == old }
        return new.matchExpressions.starts(with: old.matchExpressions) && new.matchFields.starts(with: old.matchFields)
    }
}
