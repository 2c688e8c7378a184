// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension StatefulSet: Validated {
    /// The name begins the host names of the pods, which are labels.
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.labelName }

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = specFaults()
        for (index, claim) in spec.volumeClaimTemplates.enumerated() {
            errors += ClaimRules.spec(claim.spec, path.child("volumeClaimTemplates").index(index).child("spec"))
        }
        return errors
    }

    /// The faults of all but the templates of claims.
    ///
    /// - Parameter isNew: whether the name of the service is looked at: it never changes.
    private func specFaults(isNew: Bool = true) -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if !["OrderedReady", "Parallel"].contains(spec.podManagementPolicy) {
            let text = "must be 'OrderedReady' or 'Parallel'"
            errors.append(.invalid(path.child("podManagementPolicy"), spec.podManagementPolicy, text))
        }
        errors += strategy(path.child("updateStrategy"))
        errors += claimRetention(path.child("persistentVolumeClaimRetentionPolicy"))
        errors += ValueRules.nonNegative(spec.replicas ?? 0, path.child("replicas"))
        errors += ValueRules.nonNegative(spec.minReadySeconds, path.child("minReadySeconds"))
        if let start = spec.ordinals?.start { errors += ValueRules.nonNegative(start, path.child("ordinals", "start")) }
        if isNew {
            errors += ValueRules.optionalName(spec.serviceName, path.child("serviceName"), NameRules.dns1123Label)
        }
        errors += WorkloadRules.selector(spec.selector, kind: "statefulset", template: templateWithClaims, fault: "")
        return errors + WorkloadRules.template(templateWithClaims, of: "StatefulSet")
    }

    /// The template with the volumes that the claims will be.
    private var templateWithClaims: PodTemplateSpec {
        var template = spec.template
        let claims = spec.volumeClaimTemplates.map { claim in
            Volume {
                $0.name = claim.metadata.name
                $0.volumeSource.persistentVolumeClaim = PersistentVolumeClaimVolumeSource {
                    $0.claimName = claim.metadata.name
                }
            }
        }
        template.spec.volumes =
            claims + template.spec.volumes.filter { volume in !claims.contains { $0.name == volume.name } }
        return template
    }

    private func strategy(_ path: FieldPath) -> [FieldError] {
        switch spec.updateStrategy.type {
        case "": return [.required(path)]
        case "OnDelete":
            guard let update = spec.updateStrategy.rollingUpdate else { return [] }
            let unavailable: JSONValue = update.maxUnavailable.map { JSONValue(encoding: $0) } ?? .null
            let shown: JSONValue = ["Partition": update.partition.map { .int($0) } ?? 0, "MaxUnavailable": unavailable]
            return [.invalid(path.child("rollingUpdate"), shown, "only allowed for updateStrategy 'RollingUpdate'")]
        case "RollingUpdate":
            guard let update = spec.updateStrategy.rollingUpdate else { return [] }
            var errors = ValueRules.nonNegative(update.partition ?? 0, path.child("rollingUpdate", "partition"))
            if let unavailable = update.maxUnavailable {
                let at = path.child("rollingUpdate", "maxUnavailable")
                errors += ValueRules.countOrPercent(unavailable, at)
                if WorkloadRules.amount(unavailable) == 0 {
                    errors.append(.invalid(at, JSONValue(encoding: unavailable), "cannot be 0"))
                }
                errors += ValueRules.atMostAll(unavailable, at)
            }
            return errors
        default:
            let text = "must be 'RollingUpdate' or 'OnDelete'"
            return [.invalid(path, InternalForm.json(spec.updateStrategy, "apps/v1.StatefulSetUpdateStrategy"), text)]
        }
    }

    private func claimRetention(_ path: FieldPath) -> [FieldError] {
        guard let policy = spec.persistentVolumeClaimRetentionPolicy else { return [] }
        return ValueRules.oneOf(policy.whenDeleted, ["Retain", "Delete"], path.child("whenDeleted"))
            + ValueRules.oneOf(policy.whenScaled, ["Retain", "Delete"], path.child("whenScaled"))
    }

    /// What never changes is not looked at again.
    public func validateUpdate(from old: StatefulSet) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + specFaults(isNew: false)
            + validateChange(from: old)
    }

    public func validateChange(from old: StatefulSet) -> [FieldError] {
        var same = old.spec
        same.replicas = spec.replicas
        same.template = spec.template
        same.updateStrategy = spec.updateStrategy
        same.minReadySeconds = spec.minReadySeconds
        same.ordinals = spec.ordinals
        same.revisionHistoryLimit = spec.revisionHistoryLimit
        same.persistentVolumeClaimRetentionPolicy = spec.persistentVolumeClaimRetentionPolicy
        if same == spec { return [] }
        let text =
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
            + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
        return [.forbidden(FieldPath("spec"), text)]
    }

    public func validateStatus(from old: StatefulSet) -> [FieldError] {
        let parts = [
            ("readyReplicas", status.readyReplicas), ("currentReplicas", status.currentReplicas),
            ("updatedReplicas", status.updatedReplicas), ("availableReplicas", status.availableReplicas),
        ]
        var errors = WorkloadRules.counts(
            status.replicas, parts, generation: status.observedGeneration, collisions: status.collisionCount)
        if status.availableReplicas > status.readyReplicas {
            let at = FieldPath("status", "availableReplicas")
            errors.append(.invalid(at, status.availableReplicas, "cannot be greater than status.readyReplicas"))
        }
        return errors + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + WorkloadRules.notDecremented(status.collisionCount, old.status.collisionCount)
    }
}
