// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension StatefulSet: Validated {
    /// The name becomes a label of the pods.
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.subdomainName }

    public func validateBody() -> [FieldError] {
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
        errors += ValueRules.optionalName(spec.serviceName, path.child("serviceName"), NameRules.dns1123Label)
        errors += WorkloadRules.selector(spec.selector, kind: "statefulset", template: templateWithClaims)
        errors += WorkloadRules.template(templateWithClaims, of: "StatefulSet")
        for (index, claim) in spec.volumeClaimTemplates.enumerated() {
            errors += ClaimRules.spec(claim.spec, path.child("volumeClaimTemplates").index(index).child("spec"))
        }
        return errors
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
                if unavailable == .int(0) || unavailable == .string("0%") {
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
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        errors += WorkloadRules.counts(status.replicas, parts, generation: status.observedGeneration)
        if status.availableReplicas > status.readyReplicas {
            let at = FieldPath("status", "availableReplicas")
            errors.append(.invalid(at, status.availableReplicas, "cannot be greater than status.readyReplicas"))
        }
        return errors + WorkloadRules.notDecremented(status.collisionCount, old.status.collisionCount)
    }
}
