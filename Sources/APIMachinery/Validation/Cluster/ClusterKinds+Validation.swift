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
        return errors + ValueRules.oneOf(volumeBindingMode, modes, FieldPath("volumeBindingMode"))
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
