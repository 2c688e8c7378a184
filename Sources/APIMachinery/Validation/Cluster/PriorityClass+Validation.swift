// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension PriorityClass: Validated {
    /// The largest priority that a class of a user may have.
    private static let largest: Int32 = 1_000_000_000

    /// The classes that are part of the system, and their values.
    private static let system: [String: Int32] = [
        "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
    ]

    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        if metadata.name.hasPrefix("system-") {
            if let fault = systemFault() {
                let text = "priority class names with 'system-' prefix are reserved for system use only. error: "
                errors.append(.forbidden(FieldPath("metadata", "name"), text + fault))
            }
        } else if value > Self.largest {
            let text = "maximum allowed value of a user defined priority is \(Self.largest)"
            errors.append(.forbidden(FieldPath("value"), text))
        }
        let policies = ["PreemptLowerPriority", "Never"]
        return errors + ValueRules.oneOf(preemptionPolicy, policies, FieldPath("preemptionPolicy"))
    }

    private func systemFault() -> String? {
        let name = metadata.name
        guard let expected = Self.system[name] else { return "\(name) is not a known system priority class" }
        if value != expected { return "value of \(name) PriorityClass must be \(expected)" }
        return globalDefault ? "globalDefault of \(name) PriorityClass must be false" : nil
    }

    public func validateUpdate(from old: PriorityClass) -> [FieldError] {
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        if value != old.value { errors.append(.forbidden(FieldPath("value"), "may not be changed in an update.")) }
        return errors
            + ValueRules.immutable(preemptionPolicy, old.preemptionPolicy, FieldPath("preemptionPolicy"))
    }
}
