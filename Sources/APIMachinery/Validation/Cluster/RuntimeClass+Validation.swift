// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension RuntimeClass: Validated {
    public func validateBody() -> [FieldError] {
        var errors = ValueRules.name(handler, FieldPath("handler"), NameRules.dns1123Label)
        if let overhead {
            var resources = ResourceRequirements()
            resources.limits = overhead.podFixed
            // upstream looks at it as at the limits of a container
            errors += ResourceRules.container(resources, FieldPath("overhead"))
        }
        guard let scheduling else { return errors }
        let path = FieldPath("scheduling")
        errors += LabelRules.labels(scheduling.nodeSelector, at: path.child("nodeSelector"))
        // upstream names the field twice
        errors += SchedulingRules.tolerations(scheduling.tolerations, path.child("tolerations", "tolerations"))
        for (index, toleration) in scheduling.tolerations.enumerated()
        where scheduling.tolerations[..<index].contains(where: { $0.isAlike(toleration) }) {
            let shown = InternalForm.json(toleration, "core/v1.Toleration")
            errors.append(.duplicate(path.child("tolerations").index(index), shown))
        }
        return errors
    }

    public func validateUpdate(from old: RuntimeClass) -> [FieldError] {
        validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + ValueRules.immutable(handler, old.handler, FieldPath("handler"))
    }
}

extension Toleration {
    /// Whether both tolerate the same, however long.
    fileprivate func isAlike(_ other: Toleration) -> Bool {
        key == other.key && `operator` == other.`operator` && value == other.value && effect == other.effect
    }
}
