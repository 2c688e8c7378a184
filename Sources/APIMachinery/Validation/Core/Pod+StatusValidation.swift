// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Primitives
import Wire

extension Pod {
    private static let systemConditions: Set<String> = ["PodScheduled", "Ready", "Initialized"]
    private static let notNegative = "must be a non-negative integer"

    public func validateStatus(from old: Pod) -> [FieldError] {
        let path = FieldPath("status")
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        errors += PodAnnotationRules.change(of: self, from: old)
        for (index, condition) in status.conditions.enumerated() {
            let at = path.child("conditions").index(index)
            if condition.observedGeneration < 0 {
                let number = condition.observedGeneration
                errors.append(.invalid(at.child("observedGeneration"), number, Self.notNegative))
            }
            guard !Self.systemConditions.contains(condition.type) else { continue }
            errors += LabelRules.qualifiedName(condition.type).map { .invalid(at.child("Type"), condition.type, $0) }
        }
        errors += nomination(from: old, path.child("nominatedNodeName"))
        if status.observedGeneration < 0 {
            let number = status.observedGeneration
            errors.append(.invalid(path.child("observedGeneration"), number, Self.notNegative))
        }
        if status.qosClass != old.status.qosClass {
            errors.append(.invalid(path.child("qosClass"), status.qosClass, ObjectMetaRules.immutableText))
        }
        errors += transitions(from: old, path)
        errors += claims(path.child("resourceClaimStatuses"))
        if let claim = status.extendedResourceClaimStatus {
            errors += ContainerStatusRules.extendedClaim(claim, of: spec, path.child("extendedResourceClaimStatus"))
        }
        errors += Self.addresses(status.podIPs.map(\.ip), path.child("podIPs"))
        if let first = status.hostIPs.first?.ip, first != status.hostIP {
            let at = path.child("hostIPs").index(0).child("ip")
            errors.append(.invalid(at, first, "must be equal to `hostIP`"))
        }
        errors += Self.addresses(status.hostIPs.map(\.ip), path.child("hostIPs"))
        return errors + ContainerStatusRules.validate(status, of: spec, path)
    }

    private func nomination(from old: Pod, _ path: FieldPath) -> [FieldError] {
        let name = status.nominatedNodeName
        guard name != old.status.nominatedNodeName else { return [] }
        let errors = ValueRules.optionalName(name, path, NameRules.dns1123Subdomain)
        guard !old.spec.nodeName.isEmpty, !name.isEmpty else { return errors }
        return errors + [.forbidden(path, "may not be set on pods that are already bound to a node")]
    }

    /// Containers that will not run again cannot leave the state they ended in.
    private func transitions(from old: Pod, _ path: FieldPath) -> [FieldError] {
        let lists = [
            (
                "containerStatuses", status.containerStatuses, old.status.containerStatuses,
                Optional(old.spec.containers)
            ),
            (
                "initContainerStatuses", status.initContainerStatuses, old.status.initContainerStatuses,
                Optional(old.spec.initContainers)
            ),
            // nobody restarts an ephemeral container
            (
                "ephemeralContainerStatuses", status.ephemeralContainerStatuses,
                old.status.ephemeralContainerStatuses, nil
            ),
        ]
        let isFree = RestartRules.restartsAll(old.spec)
        var errors: [FieldError] = []
        for (name, new, before, containers) in lists where containers == nil || !isFree {
            for (index, status) in before.enumerated() {
                guard let ended = status.state.terminated,
                    new.contains(where: { $0.name == status.name && $0.state.terminated == nil })
                else { continue }
                if let containers, restarts(status.name, among: containers, of: old.spec, after: ended.exitCode) {
                    continue
                }
                let at = path.child(name).index(index).child("state")
                errors.append(.forbidden(at, "may not be transitioned to non-terminated state"))
            }
        }
        return errors
    }

    private func restarts(
        _ name: String, among containers: [Container], of spec: PodSpec, after code: Int32
    ) -> Bool {
        guard let container = containers.first(where: { $0.name == name }) else {
            return spec.restartPolicy == "Always"
        }
        return RestartRules.restarts(container, of: spec, after: code)
    }

    private func claims(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, claim) in status.resourceClaimStatuses.enumerated() {
            let at = path.index(index).child("name")
            if !spec.resourceClaims.contains(where: { $0.name == claim.name }) {
                let text = "must match the name of an entry in `spec.resourceClaims`"
                errors.append(.invalid(at, claim.name, text))
            }
            if !names.insert(claim.name).inserted { errors.append(.duplicate(at, claim.name)) }
            guard let name = claim.resourceClaimName else { continue }
            errors += NameRules.dns1123Subdomain(name).map { .invalid(at, name, $0) }
        }
        return errors
    }

    /// Addresses of a pod or a host: one of each family.
    private static func addresses(_ texts: [String], _ path: FieldPath) -> [FieldError] {
        var errors = texts.enumerated().flatMap { ValueRules.ipAddress($1, path.index($0)) }
        guard texts.count > 1 else { return errors }
        let families = Set(texts.compactMap { NetworkAddress($0)?.family })
        let shown = JSONValue.array(texts.map { ["IP": .string($0)] })
        if families.count < 2 || texts.count > 2 {
            errors.append(.invalid(path, shown, "may specify no more than one IP for each IP family"))
        }
        return errors
    }
}
