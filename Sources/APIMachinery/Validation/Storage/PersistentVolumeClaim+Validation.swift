// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension PersistentVolumeClaim: Validated {
    /// Where the class stood before it had a field.
    private static let classAnnotation = "volume.beta.kubernetes.io/storage-class"

    public func validateBody() -> [FieldError] { ClaimRules.spec(spec, FieldPath("spec")) }

    public func validateUpdate(from old: PersistentVolumeClaim) -> [FieldError] {
        let hadGroup = old.spec.dataSource?.apiGroup != nil || old.spec.dataSourceRef?.apiGroup != nil
        let faults =
            ObjectMetaRules.validate(metadata, isNamespaced: true, name: Self.nameRule)
            + ClaimRules.spec(spec, allowsAnyGroup: hadGroup, FieldPath("spec"))
        // upstream looks at the new claim twice
        var errors = faults + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + faults
        if !isMovedFromAnnotation(old) { errors += annotationChange(from: old) }
        errors += specChange(from: old)
        errors += sizeChange(from: old)
        errors += ValueRules.immutable(spec.volumeMode, old.spec.volumeMode, FieldPath("volumeMode"))
        return errors + attributesClassChange(from: old)
    }

    /// Whether the class moves from the annotation to the field and is the same.
    private func isMovedFromAnnotation(_ old: PersistentVolumeClaim) -> Bool {
        guard let before = old.metadata.annotations[Self.classAnnotation], old.spec.storageClassName == nil else {
            return false
        }
        let now = metadata.annotations[Self.classAnnotation]
        return spec.storageClassName == before && (now == nil || now == before)
    }

    private func annotationChange(from old: PersistentVolumeClaim) -> [FieldError] {
        let now = metadata.annotations[Self.classAnnotation] ?? ""
        guard now != old.metadata.annotations[Self.classAnnotation] ?? "" else { return [] }
        let path = FieldPath("metadata", "annotations").key(Self.classAnnotation)
        return [.invalid(path, now, ObjectMetaRules.immutableText)]
    }

    /// Whether a claim without a class gets one.
    private func isGivenClass(_ old: PersistentVolumeClaim) -> Bool {
        guard let now = spec.storageClassName, old.spec.storageClassName == nil else { return false }
        return old.metadata.annotations[Self.classAnnotation].map { $0 == now } ?? true
    }

    /// The specification stays, but for the volume, which is named once, and for what a bound claim may ask for.
    private func specChange(from old: PersistentVolumeClaim) -> [FieldError] {
        var (new, before) = (spec, old.spec)
        if before.volumeName.isEmpty { before.volumeName = new.volumeName }
        if isMovedFromAnnotation(old) {
            new.storageClassName = nil
        } else if isGivenClass(old) {
            new.storageClassName = before.storageClassName
        }
        if status.phase == PersistentVolumeClaimPhase.bound {
            if !new.resources.requests.isEmpty {
                new.resources.requests["storage"] = before.resources.requests["storage"] ?? Quantity()
            }
            new.volumeAttributesClassName = before.volumeAttributesClassName
        }
        guard new != before else { return [] }
        let type = "core/v1.PersistentVolumeClaimSpec"
        let text =
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n"
        let diff = LineDiff.of(InternalForm.json(before, type), InternalForm.json(new, type))
        return [.forbidden(FieldPath("spec"), text + diff)]
    }

    /// A claim may ask for less again, but for more than the volume has.
    private func sizeChange(from old: PersistentVolumeClaim) -> [FieldError] {
        let new = spec.resources.requests["storage"] ?? Quantity()
        let before = old.spec.resources.requests["storage"] ?? Quantity()
        guard new < before, new <= old.status.capacity["storage"] ?? Quantity() else { return [] }
        let path = FieldPath("spec", "resources", "requests", "storage")
        return [.forbidden(path, "field can not be less than status.capacity")]
    }

    /// A class that has come into effect may give way to another one, and not to none.
    private func attributesClassChange(from old: PersistentVolumeClaim) -> [FieldError] {
        let name = spec.volumeAttributesClassName
        guard name != old.spec.volumeAttributesClassName, old.status.currentVolumeAttributesClassName != nil,
            name == nil || name == ""
        else { return [] }
        let new = name == nil ? "nil" : "empty string"
        let text = "update to \(new) is forbidden when status.currentVolumeAttributesClassName is not nil"
        return [.forbidden(FieldPath("spec", "volumeAttributesClassName"), text)]
    }

    // MARK: status

    private static let resizeStates = [
        "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizePending", "NodeResizeInProgress",
        "NodeResizeInfeasible",
    ]

    public func validateStatus(from old: PersistentVolumeClaim) -> [FieldError] {
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        if spec.accessModes.isEmpty { errors.append(.required(FieldPath("Spec", "accessModes"))) }
        for (name, amount) in status.capacity.sorted(by: { $0.key < $1.key }) {
            errors += basic(amount, FieldPath("status", "capacity").key(name))
        }
        let states = FieldPath("status", "allocatedResourceStatus")
        for (name, state) in status.allocatedResourceStatuses.sorted(by: { $0.key < $1.key }) {
            errors += resourceKey(name, states)
            if !Self.resizeStates.contains(state) {
                errors.append(.notSupported(states, name, Self.resizeStates.sorted()))
            }
        }
        let allocated = FieldPath("status", "allocatedResources")
        for (name, amount) in status.allocatedResources.sorted(by: { $0.key < $1.key }) {
            let faults = resourceKey(name, allocated)
            errors += faults.isEmpty ? basic(amount, allocated.key(name)) : faults
        }
        return errors
    }

    private func basic(_ amount: Quantity, _ path: FieldPath) -> [FieldError] {
        amount.value < 0 ? [.invalid(path, amount.value, "must be a valid resource quantity")] : []
    }

    private func resourceKey(_ name: String, _ path: FieldPath) -> [FieldError] {
        let faults = LabelRules.qualifiedName(name)
        if !faults.isEmpty { return faults.map { .invalid(path, name, $0) } }
        let isNative = !name.contains("/") || name.contains("kubernetes.io/")
        return isNative && name != "storage" ? [.notSupported(path, name, ["storage"])] : []
    }
}
