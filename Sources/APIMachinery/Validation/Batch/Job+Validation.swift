// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Job: Validated {
    /// Labels of its pods that a job makes itself; the plain ones are older.
    private static let labels = [
        ("controller-uid", true), ("job-name", false), ("batch.kubernetes.io/controller-uid", true),
        ("batch.kubernetes.io/job-name", false),
    ]

    public func validateBody() -> [FieldError] {
        var errors = generatedSelector() + wholeSpec()
        guard spec.completionMode == "Indexed", let completions = spec.completions, completions > 0 else {
            return errors
        }
        let last = "\(metadata.name)-\(completions - 1)"
        if !NameRules.dns1123Label(last).isEmpty {
            let text = "will not able to create pod with invalid DNS label: \(last)"
            errors.append(.invalid(FieldPath("metadata", "name"), metadata.name, text))
        }
        return errors
    }

    /// A selector that was generated must still be the one, and so must the labels it selects by.
    private func generatedSelector() -> [FieldError] {
        guard spec.manualSelector != true, let selector = spec.selector else { return [] }
        let path = FieldPath("spec")
        var errors = ValueRules.required(metadata.uid, FieldPath("metadata", "uid"))
        let labels = spec.template.metadata.labels
        var expected: [String: String] = [:]
        for (key, isUID) in Self.labels {
            let value = isUID ? metadata.uid : metadata.name
            expected[key] = value
            let at = path.child("template", "metadata", "labels").key(key)
            if let actual = labels[key] {
                guard actual != value else { continue }
                errors.append(.invalid(at, ValueRules.json(labels), "must be '\(value)'"))
            } else {
                errors.append(.required(at, "must be '\(value)'"))
            }
        }
        if LabelSelectorRules.validate(selector, at: path).isEmpty,
            !LabelSelectorExpression(selector).matches(expected)
        {
            let shown = JSONValue(encoding: selector)
            errors.append(.invalid(path.child("selector"), shown, "`selector` not auto-generated"))
        }
        return errors
    }

    private func wholeSpec() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = JobRules.spec(spec, path)
        if let selector = spec.selector {
            errors += LabelSelectorRules.validate(selector, at: path.child("selector"))
        } else {
            errors.append(.required(path.child("selector")))
        }
        let labels = spec.template.metadata.labels
        if LabelSelectorRules.validate(spec.selector, at: path).isEmpty,
            !LabelSelectorExpression(spec.selector).matches(labels)
        {
            let at = path.child("template", "metadata", "labels")
            errors.append(.invalid(at, ValueRules.json(labels), "`selector` does not match template `labels`"))
        }
        return errors
    }

    public func validateUpdate(from old: Job) -> [FieldError] {
        let path = FieldPath("spec")
        var errors = validateAsNew()
        errors += ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        errors += wholeSpec()
        errors += completions(from: old, path.child("completions"))
        errors += WorkloadRules.immutableSelector(spec.selector, old.spec.selector)
        errors += template(from: old, path.child("template"))
        errors += ValueRules.immutable(spec.completionMode, old.spec.completionMode, path.child("completionMode"))
        errors += ValueRules.immutable(
            spec.podFailurePolicy, old.spec.podFailurePolicy, path.child("podFailurePolicy")
        ) { InternalForm.json($0, "batch/v1.PodFailurePolicy") }
        errors += ValueRules.immutable(
            spec.backoffLimitPerIndex, old.spec.backoffLimitPerIndex, path.child("backoffLimitPerIndex")
        ) { .int($0) }
        errors += ValueRules.immutable(spec.managedBy, old.spec.managedBy, path.child("managedBy"))
        return errors
            + ValueRules.immutable(spec.successPolicy, old.spec.successPolicy, path.child("successPolicy")) {
                InternalForm.json($0, "batch/v1.SuccessPolicy")
            }
    }

    /// An indexed job can be scaled: completions and parallelism together.
    private func completions(from old: Job, _ path: FieldPath) -> [FieldError] {
        guard spec.completions != old.spec.completions else { return [] }
        let shown = spec.completions.map { JSONValue.int($0) } ?? .null
        guard spec.completionMode == "Indexed" else { return [.invalid(path, shown, ObjectMetaRules.immutableText)] }
        guard let completions = spec.completions, completions != spec.parallelism else { return [] }
        return [.invalid(path, shown, "can only be modified in tandem with spec.parallelism")]
    }

    /// Whether a job rests: it is suspended, no pod is left, and it has not begun or is known to be suspended.
    private var isResting: Bool {
        spec.suspend == true && status.active == 0
            && (status.startTime == nil
                || status.conditions.contains { $0.type == "Suspended" && $0.status == ConditionStatus.true })
    }

    /// While a job rests, it may still be told where its pods run and what they get.
    private func template(from old: Job, _ path: FieldPath) -> [FieldError] {
        guard old.isResting else {
            return ValueRules.immutable(spec.template, old.spec.template, path) {
                InternalForm.json($0, "core/v1.PodTemplateSpec")
            }
        }
        let new = spec.template.spec
        var before = old.spec.template.spec
        switch (new.affinity, before.affinity) {
        case (nil, .some):
            before.affinity?.nodeAffinity = nil
            if before.affinity == Affinity() { before.affinity = nil }
        case (let affinity?, nil): before.affinity = Affinity { $0.nodeAffinity = affinity.nodeAffinity }
        case (let affinity?, .some): before.affinity?.nodeAffinity = affinity.nodeAffinity
        default: break
        }
        before.nodeSelector = new.nodeSelector
        before.tolerations = new.tolerations
        before.schedulingGates = new.schedulingGates
        before.containers.takeResources(of: new.containers)
        before.initContainers.takeResources(of: new.initContainers)
        return ValueRules.immutable(new, before, path.child("spec")) { InternalForm.json($0, "core/v1.PodSpec") }
    }
}

extension [Container] {
    /// Takes over the resources of containers of the same name at the same place.
    fileprivate mutating func takeResources(of others: [Container]) {
        for index in indices where index < others.count && self[index].name == others[index].name {
            self[index].resources = others[index].resources
        }
    }
}
