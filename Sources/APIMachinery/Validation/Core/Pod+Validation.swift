// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Pod: Validated {
    private static let mirrorAnnotation = "kubernetes.io/config.mirror"

    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        if let mirror = metadata.annotations[Self.mirrorAnnotation], spec.nodeName.isEmpty {
            let at = FieldPath("metadata", "annotations").key(Self.mirrorAnnotation)
            errors.append(.invalid(at, mirror, "must set spec.nodeName if mirror pod annotation is set"))
        }
        return errors + PodSpecRules.validate(spec, FieldPath("spec"))
    }

    public func validateChange(from old: Pod) -> [FieldError] {
        let path = FieldPath("spec")
        guard spec.containers.count == old.spec.containers.count else {
            return [.forbidden(path.child("containers"), "pod updates may not add or remove containers")]
        }
        guard spec.initContainers.count == old.spec.initContainers.count else {
            return [.forbidden(path.child("initContainers"), "pod updates may not add or remove containers")]
        }
        var errors = images(path)
        let deadline = deadlineFaults(old, path.child("activeDeadlineSeconds"))
        if !deadline.isEmpty { return errors + deadline }
        errors += addedGates(old, path)
        errors += tolerationFaults(old, path.child("tolerations"))
        let gates = spec.schedulingGates != old.spec.schedulingGates && !errors.isEmpty
        if !gates, withMutableParts(of: old).spec != old.spec { errors.append(.forbidden(path, Self.fixedFields)) }
        return errors
    }

    private static let fixedFields =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n"

    /// An image must stay one.
    private func images(_ path: FieldPath) -> [FieldError] {
        spec.containers.enumerated().filter { $1.image.isEmpty }.map {
            .required(path.child("containers").index($0.offset).child("image"))
        }
    }

    private func deadlineFaults(_ old: Pod, _ path: FieldPath) -> [FieldError] {
        guard let before = old.spec.activeDeadlineSeconds else { return [] }
        guard let after = spec.activeDeadlineSeconds else {
            return [.invalid(path, .null, "must not update from a positive integer to nil value")]
        }
        return after > before ? [.invalid(path, after, "must be less than or equal to previous value")] : []
    }

    private func addedGates(_ old: Pod, _ path: FieldPath) -> [FieldError] {
        let known = Set(old.spec.schedulingGates.map(\.name))
        return spec.schedulingGates.enumerated().filter { !known.contains($1.name) }.map { index, gate in
            let text = "only deletion is allowed, but found new scheduling gate '\(gate.name)'"
            return .forbidden(path.child("schedulingGates").index(index).child("name"), text)
        }
    }

    private func tolerationFaults(_ old: Pod, _ path: FieldPath) -> [FieldError] {
        let isKept = old.spec.tolerations.allSatisfy { before in
            spec.tolerations.contains { after in
                var same = after
                same.tolerationSeconds = before.tolerationSeconds
                return same == before
            }
        }
        return isKept ? [] : [.forbidden(path, "existing toleration can not be modified except its tolerationSeconds")]
    }

    /// This pod with everything that may change as it was: what then differs from `old` may not change.
    private func withMutableParts(of old: Pod) -> Pod {
        var pod = self
        for index in pod.spec.containers.indices { pod.spec.containers[index].image = old.spec.containers[index].image }
        for index in pod.spec.initContainers.indices {
            pod.spec.initContainers[index].image = old.spec.initContainers[index].image
        }
        pod.spec.activeDeadlineSeconds = old.spec.activeDeadlineSeconds
        pod.spec.tolerations = old.spec.tolerations
        if (old.spec.terminationGracePeriodSeconds ?? 0) < 0, spec.terminationGracePeriodSeconds == 1 {
            pod.spec.terminationGracePeriodSeconds = old.spec.terminationGracePeriodSeconds
        }
        if !old.spec.schedulingGates.isEmpty {
            pod.spec.schedulingGates = old.spec.schedulingGates
            // while gated, a pod may still be narrowed down to fewer nodes
            pod.spec.nodeSelector = old.spec.nodeSelector
            pod.spec.affinity = old.spec.affinity
        }
        return pod
    }

    public func validateStatus(from old: Pod) -> [FieldError] {
        let path = FieldPath("status")
        var errors: [FieldError] = []
        if !old.status.qosClass.isEmpty, status.qosClass != old.status.qosClass {
            errors.append(.invalid(path.child("qosClass"), status.qosClass, ObjectMetaRules.immutableText))
        }
        let nominated = path.child("nominatedNodeName")
        errors += ValueRules.optionalName(status.nominatedNodeName, nominated, NameRules.dns1123Subdomain)
        for (index, condition) in status.conditions.enumerated() {
            let at = path.child("conditions").index(index).child("Type")
            errors += LabelRules.qualifiedName(condition.type).map { .invalid(at, condition.type, $0) }
        }
        for (index, ip) in status.podIPs.enumerated() {
            errors += ValueRules.ipAddress(ip.ip, path.child("podIPs").index(index))
        }
        return errors
    }
}
