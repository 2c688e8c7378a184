// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Primitives
import Wire

extension Node: Validated {
    private static let avoidPods = "scheduler.alpha.kubernetes.io/preferAvoidPods"

    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        if let text = metadata.annotations[Self.avoidPods], !text.isEmpty {
            do { _ = try JSONValue.parse(text) } catch {
                errors.append(
                    .invalid(FieldPath("metadata", "annotations", "AvoidPods"), Self.avoidPods, error.message))
            }
        }
        // upstream looks for taints below the metadata
        errors += taints(FieldPath("metadata", "taints"))
        errors += podCIDRs(FieldPath("spec", "podCIDRs"))
        return errors
    }

    private func taints(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, taint) in spec.taints.enumerated() {
            let at = path.index(index)
            errors += LabelRules.qualifiedName(taint.key).map { .invalid(at.child("key"), taint.key, $0) }
            errors += LabelRules.value(taint.value).map { .invalid(at.child("value"), taint.value, $0) }
            if taint.effect.isEmpty {
                errors.append(.required(at.child("effect")))
            } else {
                let known = ["NoSchedule", "PreferNoSchedule", "NoExecute"]
                errors += ValueRules.oneOf(taint.effect, known, at.child("effect"))
            }
            if !seen.insert(taint.key + "\n" + taint.effect).inserted {
                var duplicate = FieldError.duplicate(at, JSONValue(encoding: taint))
                duplicate.detail = "taints must be unique by key and effect pair"
                errors.append(duplicate)
            }
        }
        return errors
    }

    private func podCIDRs(_ path: FieldPath) -> [FieldError] {
        let networks = spec.podCIDRs.isEmpty && !spec.podCIDR.isEmpty ? [spec.podCIDR] : spec.podCIDRs
        var errors = networks.enumerated().flatMap { ValueRules.cidr($1, path.index($0)) }
        let families = networks.compactMap { ValueRules.parseCIDR($0)?.network.family }
        if networks.count > 1, networks.count > 2 || Set(families).count != networks.count {
            let text = "may specify no more than one CIDR for each IP family"
            errors.append(.invalid(path, ValueRules.json(networks), text))
        }
        return errors
    }

    public func validateChange(from old: Node) -> [FieldError] {
        var errors: [FieldError] = []
        if !old.spec.podCIDRs.isEmpty, spec.podCIDRs != old.spec.podCIDRs {
            errors.append(
                .forbidden(
                    FieldPath("spec", "podCIDRs"), "node updates may not change podCIDR except from \"\" to valid"))
        }
        if !old.spec.providerID.isEmpty, spec.providerID != old.spec.providerID {
            errors.append(
                .forbidden(
                    FieldPath("spec", "providerID"), "node updates may not change providerID except from \"\" to valid")
            )
        }
        return errors
    }
}
