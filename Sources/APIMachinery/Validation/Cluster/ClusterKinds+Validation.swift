// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension PersistentVolumeClaim: Validated {
    public func validateBody() -> [FieldError] { ClaimRules.spec(spec, FieldPath("spec")) }
}

extension Lease: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if let seconds = spec.leaseDurationSeconds, seconds <= 0 {
            errors.append(.invalid(path.child("leaseDurationSeconds"), seconds, "must be greater than 0"))
        }
        if let transitions = spec.leaseTransitions {
            errors += ValueRules.nonNegative(transitions, path.child("leaseTransitions"))
        }
        return errors
    }
}

extension PriorityClass: Validated {
    public func validateBody() -> [FieldError] {
        let known = ["PreemptLowerPriority", "Never"]
        var errors: [FieldError] = []
        let name = metadata.name
        if name.hasPrefix("system-"), name != "system-cluster-critical", name != "system-node-critical" {
            let text =
                "priority class names with 'system-' prefix are reserved for system use only. error: \(name) is not a known system priority class"
            errors.append(.forbidden(FieldPath("metadata", "name"), text))
        }
        if value > 1_000_000_000, !metadata.name.hasPrefix("system-") {
            let text = "maximum allowed value of a user defined priority is 1000000000"
            errors.append(.forbidden(FieldPath("value"), text))
        }
        return errors + ValueRules.oneOf(preemptionPolicy, known, FieldPath("preemptionPolicy"))
    }

    public func validateChange(from old: PriorityClass) -> [FieldError] {
        var errors: [FieldError] = []
        if value != old.value { errors.append(.forbidden(FieldPath("value"), "may not be changed in an update.")) }
        if preemptionPolicy != old.preemptionPolicy {
            let shown = preemptionPolicy.map { JSONValue.string($0) } ?? .null
            errors.append(.invalid(FieldPath("preemptionPolicy"), shown, ObjectMetaRules.immutableText))
        }
        return errors
    }
}

extension StorageClass: Validated {
    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        if provisioner.isEmpty {
            errors.append(.required(FieldPath("provisioner")))
        } else {
            let name = provisioner.lowercased()
            errors += LabelRules.qualifiedName(name).map { .invalid(FieldPath("provisioner"), name, $0) }
        }
        if parameters.keys.contains("") {
            errors.append(.invalid(FieldPath("parameters"), "", "field can not be empty."))
        }
        let size = parameters.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if size > 256 * 1024 { errors.append(.tooLong(FieldPath("parameters"), limit: 256 * 1024)) }
        errors += ValueRules.oneOf(reclaimPolicy, ["Delete", "Retain"], FieldPath("reclaimPolicy"))
        let modes = ["Immediate", "WaitForFirstConsumer"]
        errors += ValueRules.oneOf(volumeBindingMode, modes, FieldPath("volumeBindingMode"))
        return errors + topologies(FieldPath("allowedTopologies"))
    }

    private func topologies(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var terms: [[String: Set<String>]] = []
        for (index, term) in allowedTopologies.enumerated() {
            let at = path.index(index).child("matchLabelExpressions")
            var keys: [String: Set<String>] = [:]
            for (number, expression) in term.matchLabelExpressions.enumerated() {
                errors += self.expression(expression, at.index(number))
                if keys.updateValue(Set(expression.values), forKey: expression.key) != nil {
                    errors.append(.duplicate(at.index(number).child("key"), expression.key))
                }
            }
            if terms.contains(keys) { errors.append(.duplicate(at, "")) }
            terms.append(keys)
        }
        return errors
    }

    private func expression(_ expression: TopologySelectorLabelRequirement, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let values = path.child("values")
        if expression.values.isEmpty { errors.append(.required(values)) }
        var seen: Set<String> = []
        for (index, value) in expression.values.enumerated() where !seen.insert(value).inserted {
            errors.append(.duplicate(values.index(index), value))
        }
        return errors + LabelRules.qualifiedName(expression.key).map { .invalid(path.child("key"), expression.key, $0) }
    }

    public func validateChange(from old: StorageClass) -> [FieldError] {
        var errors: [FieldError] = []
        let fixed = "updates to parameters are forbidden."
        if parameters != old.parameters { errors.append(.forbidden(FieldPath("parameters"), fixed)) }
        if provisioner != old.provisioner {
            errors.append(.forbidden(FieldPath("provisioner"), "updates to provisioner are forbidden."))
        }
        if reclaimPolicy != old.reclaimPolicy {
            errors.append(.forbidden(FieldPath("reclaimPolicy"), "updates to reclaimPolicy are forbidden."))
        }
        if volumeBindingMode != old.volumeBindingMode {
            let shown = volumeBindingMode.map { JSONValue.string($0) } ?? .null
            errors.append(.invalid(FieldPath("volumeBindingMode"), shown, ObjectMetaRules.immutableText))
        }
        return errors
    }
}
