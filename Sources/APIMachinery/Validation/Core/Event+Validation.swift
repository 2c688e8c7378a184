// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Event: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        // what is about an object without a namespace stands in the default one
        let about = involvedObject.namespace
        let fits = about.isEmpty ? ["", "default"].contains(metadata.namespace) : about == metadata.namespace
        if !fits {
            errors.append(.invalid(FieldPath("involvedObject", "namespace"), about, "does not match event.namespace"))
        }
        return eventTime.isZero ? errors : errors + newStyle()
    }

    /// Events with a time of their own say who reports what.
    private func newStyle() -> [FieldError] {
        let reporter = FieldPath("reportingComponent")
        var errors = ValueRules.required(reportingComponent, reporter)
        errors += LabelRules.qualifiedName(reportingComponent).map { .invalid(reporter, reportingComponent, $0) }
        errors += text(reportingInstance, FieldPath("reportingInstance"))
        errors += text(action, FieldPath("action"))
        errors += text(reason, FieldPath("reason"))
        if message.utf8.count > 1024 {
            errors.append(.invalid(FieldPath("message"), message, "can have at most 1024 characters"))
        }
        return errors
    }

    private func text(_ text: String, _ path: FieldPath) -> [FieldError] {
        if text.isEmpty { return [.required(path)] }
        return text.utf8.count > 128 ? [.invalid(path, text, "can have at most 128 characters")] : []
    }
}

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
        return errors + WorkloadRules.template(template)
    }

    public func validateStatus(from _: ReplicationController) -> [FieldError] {
        let parts = [
            ("fullyLabeledReplicas", status.fullyLabeledReplicas), ("readyReplicas", status.readyReplicas),
            ("availableReplicas", status.availableReplicas),
        ]
        return WorkloadRules.counts(status.replicas, parts, generation: status.observedGeneration)
    }
}
