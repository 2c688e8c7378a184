// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension ReplicationController: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = ValueRules.nonNegative(spec.minReadySeconds, path.child("minReadySeconds"))
        if spec.selector.isEmpty { errors.append(.required(path.child("selector"))) }
        errors += ValueRules.nonNegative(spec.replicas ?? 0, path.child("replicas"))
        guard let template = spec.template else { return errors + [.required(path.child("template"))] }
        let labels = template.metadata.labels
        if !spec.selector.isEmpty, !LabelSelectorExpression(matching: spec.selector).matches(labels) {
            let at = path.child("template", "metadata", "labels")
            errors.append(.invalid(at, ValueRules.json(labels), "`selector` does not match template `labels`"))
        }
        return errors + WorkloadRules.template(template, of: "ReplicationController")
    }

    /// Upstream looks at a changed one as at a new one, and then at the change.
    public func validateUpdate(from old: ReplicationController) -> [FieldError] {
        validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateBody()
    }

    public func validateStatus(from old: ReplicationController) -> [FieldError] {
        let parts = [
            ("fullyLabeledReplicas", status.fullyLabeledReplicas), ("readyReplicas", status.readyReplicas),
            ("availableReplicas", status.availableReplicas),
        ]
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        errors += WorkloadRules.counts(status.replicas, parts, generation: status.observedGeneration)
        if status.availableReplicas > status.readyReplicas {
            let at = FieldPath("status", "availableReplicas")
            errors.append(.invalid(at, status.availableReplicas, "cannot be greater than readyReplicas"))
        }
        return errors
    }
}
