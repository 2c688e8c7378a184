// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Rules that workloads share.
enum WorkloadRules {
    /// The selector of a workload, and whether it selects the template's pods.
    ///
    /// - Parameter fault: what is said of a selector with faults as a whole.
    static func selector(
        _ selector: LabelSelector?, kind: String = "deployment", template: PodTemplateSpec,
        fault: String = "invalid label selector"
    ) -> [FieldError] {
        let path = FieldPath("spec", "selector")
        var errors: [FieldError] = []
        if let selector {
            let faults = LabelSelectorRules.validate(selector, at: path)
            errors += faults
            if selector.matchLabels.isEmpty, selector.matchExpressions.isEmpty {
                errors.append(.invalid(path, JSONValue(encoding: selector), "empty selector is invalid for \(kind)"))
            }
            if !faults.isEmpty {
                errors.append(.invalid(path, JSONValue(encoding: selector), fault))
                return errors
            }
        } else {
            errors.append(.required(path))
        }
        let labels = template.metadata.labels
        let isEmpty = selector.map { $0.matchLabels.isEmpty && $0.matchExpressions.isEmpty } ?? false
        if !isEmpty, !LabelSelectorExpression(selector).matches(labels) {
            let at = FieldPath("spec", "template", "metadata", "labels")
            errors.append(.invalid(at, ValueRules.json(labels), "`selector` does not match template `labels`"))
        }
        return errors
    }

    /// The template of a workload whose pods always run.
    static func template(_ template: PodTemplateSpec, of kind: String = "ReplicaSet") -> [FieldError] {
        let path = FieldPath("spec", "template")
        var errors = PodSpecRules.template(template, path)
        if template.spec.restartPolicy != "Always" {
            errors.append(.notSupported(path.child("spec", "restartPolicy"), template.spec.restartPolicy, ["Always"]))
        }
        if template.spec.activeDeadlineSeconds != nil {
            let at = path.child("spec", "activeDeadlineSeconds")
            errors.append(.forbidden(at, "activeDeadlineSeconds in \(kind) is not Supported"))
        }
        return errors
    }

    /// A selector may not change.
    static func immutableSelector(_ new: LabelSelector?, _ old: LabelSelector?) -> [FieldError] {
        guard new != old else { return [] }
        let value = new.map { JSONValue(encoding: $0) } ?? .null
        return [.invalid(FieldPath("spec", "selector"), value, ObjectMetaRules.immutableText)]
    }

    /// Counts in a status: none negative, parts not greater than the whole.
    static func counts(
        _ whole: Int32, _ parts: [(String, Int32)], generation: Int64, terminating: Int32? = nil,
        collisions: Int32? = nil
    ) -> [FieldError] {
        let path = FieldPath("status")
        var errors = ValueRules.nonNegative(whole, path.child("replicas"))
        for (name, count) in parts { errors += ValueRules.nonNegative(count, path.child(name)) }
        errors += ValueRules.nonNegative(generation, path.child("observedGeneration"))
        if let terminating { errors += ValueRules.nonNegative(terminating, path.child("terminatingReplicas")) }
        if let collisions { errors += ValueRules.nonNegative(collisions, path.child("collisionCount")) }
        for (name, count) in parts where count > whole {
            errors.append(.invalid(path.child(name), count, "cannot be greater than status.replicas"))
        }
        return errors
    }

    /// The number of a count or percentage; of a text that is neither, 0.
    static func amount(_ value: IntOrString) -> Int {
        switch value {
        case .int(let number): Int(number)
        case .string(let text): Int(NameRules.percent(text).isEmpty ? String(text.dropLast()) : text) ?? 0
        }
    }

    /// A counter that only grows.
    static func notDecremented(_ new: Int32?, _ old: Int32?) -> [FieldError] {
        guard let old, (new ?? 0) < old else { return [] }
        return [.invalid(FieldPath("status", "collisionCount"), new ?? 0, "cannot be decremented")]
    }
}
