// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Pod: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = validateSpec()
        if !spec.ephemeralContainers.isEmpty {
            errors.append(.forbidden(path.child("ephemeralContainers"), "cannot be set on create"))
        }
        if !spec.nodeName.isEmpty, !spec.schedulingGates.isEmpty {
            let text = "cannot be set until all schedulingGates have been cleared"
            errors.append(.forbidden(path.child("nodeName"), text))
        }
        return errors + PodAnnotationRules.profiles(metadata.annotations, spec, path)
    }

    /// The faults that hold at any time of a pod's life.
    private func validateSpec() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = PodAnnotationRules.validate(metadata.annotations, spec, FieldPath("metadata", "annotations"))
        errors += PodSpecRules.validate(spec, of: metadata, path)
        if spec.serviceAccountName.isEmpty {
            for (index, volume) in spec.volumes.enumerated() {
                let at = path.child("volumes").index(index).child("projected", "sources")
                for (number, source) in (volume.volumeSource.projected?.sources ?? []).enumerated()
                where source.serviceAccountToken != nil {
                    let text = "must not be specified when serviceAccountName is not set"
                    errors.append(.forbidden(at.index(number).child("serviceAccountToken"), text))
                }
            }
        }
        for (index, container) in spec.containers.enumerated() {
            errors += ContainerRules.imageOfPod(container, path.child("containers").index(index))
        }
        for (index, container) in spec.initContainers.enumerated() {
            errors += ContainerRules.imageOfPod(container, path.child("initContainers").index(index))
        }
        return errors
    }

    /// What every update asks: sound metadata and specification.
    private func validateWhole(from old: Pod) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + ObjectMetaRules.validate(metadata, isNamespaced: true, name: Self.nameRule) + validateSpec()
    }

    public func validateUpdate(from old: Pod) -> [FieldError] {
        let path = FieldPath("spec")
        var errors = validateWhole(from: old) + PodAnnotationRules.change(of: self, from: old)
        for (name, new, before) in [
            ("containers", spec.containers, old.spec.containers),
            ("initContainers", spec.initContainers, old.spec.initContainers),
        ] {
            guard new.count == before.count else {
                return errors + [.forbidden(path.child(name), "pod updates may not add or remove containers")]
            }
            for (index, container) in new.enumerated() {
                let at = path.child(name).index(index)
                errors += ValueRules.required(container.image, at.child("image"))
                errors += ContainerRules.imageOfPod(container, at)
            }
        }
        let deadline = deadlineFaults(old, path.child("activeDeadlineSeconds"))
        errors += deadline.errors
        if deadline.isFinal { return errors }
        errors += tolerationFaults(old, path.child("tolerations"))
        errors += addedGates(old, path)
        return errors + fixedFields(old, path)
    }

    private func deadlineFaults(_ old: Pod, _ path: FieldPath) -> (errors: [FieldError], isFinal: Bool) {
        guard let after = spec.activeDeadlineSeconds else {
            guard old.spec.activeDeadlineSeconds != nil else { return ([], false) }
            return ([.invalid(path, .null, "must not update from a positive integer to nil value")], false)
        }
        if after < 0 || after > Int64(Int32.max) {
            return ([.invalid(path, after, NameRules.range(0, Int(Int32.max)))], true)
        }
        guard let before = old.spec.activeDeadlineSeconds, after > before else { return ([], false) }
        return ([.invalid(path, after, "must be less than or equal to previous value")], true)
    }

    private func tolerationFaults(_ old: Pod, _ path: FieldPath) -> [FieldError] {
        let isKept = old.spec.tolerations.allSatisfy { before in
            spec.tolerations.contains { after in
                var same = after
                same.tolerationSeconds = before.tolerationSeconds
                return same == before
            }
        }
        guard isKept else {
            return [.forbidden(path, "existing toleration can not be modified except its tolerationSeconds")]
        }
        return SchedulingRules.tolerations(spec.tolerations, path)
    }

    private func addedGates(_ old: Pod, _ path: FieldPath) -> [FieldError] {
        let known = Set(old.spec.schedulingGates.map(\.name))
        return spec.schedulingGates.enumerated().filter { !known.contains($1.name) }.map { index, gate in
            let text = "only deletion is allowed, but found new scheduling gate '\(gate.name)'"
            return .forbidden(path.child("schedulingGates").index(index).child("name"), text)
        }
    }

    private static let fixedText =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n"

    /// Whatever differs besides what may change.
    private func fixedFields(_ old: Pod, _ path: FieldPath) -> [FieldError] {
        guard spec != old.spec else { return [] }
        var rest = spec
        for index in rest.containers.indices { rest.containers[index].image = old.spec.containers[index].image }
        for index in rest.initContainers.indices {
            rest.initContainers[index].image = old.spec.initContainers[index].image
        }
        rest.activeDeadlineSeconds = old.spec.activeDeadlineSeconds
        rest.schedulingGates = old.spec.schedulingGates
        rest.tolerations = old.spec.tolerations
        if let before = old.spec.terminationGracePeriodSeconds, before < 0, rest.terminationGracePeriodSeconds == 1 {
            rest.terminationGracePeriodSeconds = before
        }
        var errors: [FieldError] = []
        if !old.spec.schedulingGates.isEmpty { errors += GatedPodRules.narrow(&rest, old.spec, path) }
        guard rest != old.spec else { return errors }
        let type = "core/v1.PodSpec"
        let difference = LineDiff.of(InternalForm.json(old.spec, type), InternalForm.json(rest, type))
        return errors + [.forbidden(path, Self.fixedText + difference)]
    }

    /// The faults of adding ephemeral containers: everything else is as it was.
    public func validateEphemeralContainers(from old: Pod) -> [FieldError] {
        let errors = validateWhole(from: old) + PodAnnotationRules.change(of: self, from: old)
        guard old.metadata.annotations[PodAnnotationRules.mirror] == nil else {
            return [.forbidden(FieldPath(""), "static pods do not support ephemeral containers")]
        }
        return errors + EphemeralContainerRules.change(of: self, from: old)
    }

    /// The faults of changing resources: only containers' resources and resize policies can differ.
    public func validateResize(from old: Pod) -> [FieldError] {
        let errors = validateWhole(from: old)
        guard old.metadata.annotations[PodAnnotationRules.mirror] == nil else {
            return [.forbidden(FieldPath(""), "static pods cannot be resized")]
        }
        guard old.spec.os?.name != "windows" else {
            return [.forbidden(FieldPath(""), "windows pods cannot be resized")]
        }
        return errors + PodResizeRules.change(of: self, from: old)
    }
}
