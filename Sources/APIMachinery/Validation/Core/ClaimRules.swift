// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Claims of volumes, alone and in templates.
enum ClaimRules {
    private static let modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

    /// - Parameter allowsAnyGroup: whether the groups of sources are let through as they are (old objects had them).
    static func spec(
        _ spec: PersistentVolumeClaimSpec, allowsAnyGroup: Bool = false, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.accessModes.isEmpty {
            errors.append(.required(path.child("accessModes"), "at least 1 access mode is required"))
        }
        errors += LabelSelectorRules.validate(spec.selector, at: path.child("selector"))
        errors += accessModes(spec.accessModes, path.child("accessModes"))
        errors += storage(spec.resources.requests["storage"], path.child("resources").key("storage"))
        if let name = spec.storageClassName, !name.isEmpty {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("storageClassName"), name, $0) }
        }
        errors += ValueRules.oneOf(spec.volumeMode, ["Block", "Filesystem"], path.child("volumeMode"))
        errors += sources(spec, allowsAnyGroup, path)
        if let name = spec.volumeAttributesClassName, !name.isEmpty {
            errors += NameRules.dns1123Subdomain(name).map {
                .invalid(path.child("volumeAttributesClassName"), name, $0)
            }
        }
        return errors
    }

    private static func storage(_ amount: Quantity?, _ path: FieldPath) -> [FieldError] {
        guard let amount else { return [.required(path)] }
        return amount <= Quantity() ? [.invalid(path, amount.text, "must be greater than zero")] : []
    }

    /// Ways of access: known ones, and `ReadWriteOncePod` alone.
    static func accessModes(_ modes: [String], _ path: FieldPath) -> [FieldError] {
        var errors = modes.flatMap { ValueRules.oneOf($0, self.modes, path) }
        if modes.contains("ReadWriteOncePod"), modes.contains(where: { $0 != "ReadWriteOncePod" && isKnown($0) }) {
            errors.append(.forbidden(path, "may not use ReadWriteOncePod with other access modes"))
        }
        return errors
    }

    private static func isKnown(_ mode: String) -> Bool { modes.contains(mode) }

    /// What a volume is filled from: both fields say the same, unless it is in another namespace.
    private static func sources(
        _ spec: PersistentVolumeClaimSpec, _ allowsAnyGroup: Bool, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if let source = spec.dataSource {
            let reference = TypedObjectReference {
                $0.apiGroup = source.apiGroup
                $0.kind = source.kind
                $0.name = source.name
            }
            errors += self.source(reference, allowsAnyGroup, path.child("dataSource"))
        }
        if let reference = spec.dataSourceRef {
            let at = path.child("dataSourceRef")
            errors += source(reference, allowsAnyGroup, at)
            let namespace = reference.namespace ?? ""
            errors += ValueRules.optionalName(namespace, at.child("namespace"), NameRules.dns1123Label)
        }
        guard let source = spec.dataSource, let reference = spec.dataSourceRef else { return errors }
        if !(reference.namespace ?? "").isEmpty {
            let text = "may not be specified when dataSourceRef.namespace is specified"
            errors.append(.invalid(path, .object([:]), text))
        } else if source.apiGroup != reference.apiGroup || source.kind != reference.kind
            || source.name != reference.name
        {
            errors.append(.invalid(path, .object([:]), "must match dataSourceRef"))
        }
        return errors
    }

    private static func source(
        _ source: TypedObjectReference, _ allowsAnyGroup: Bool, _ path: FieldPath
    ) -> [FieldError] {
        var errors = ValueRules.required(source.name, path.child("name"))
        errors += ValueRules.required(source.kind, path.child("kind"))
        let group = source.apiGroup ?? ""
        if group.isEmpty, source.kind != "PersistentVolumeClaim" {
            let text = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
            errors.append(.invalid(path, source.kind, text))
        }
        if !allowsAnyGroup {
            errors += ValueRules.optionalName(group, path.child("apiGroup"), NameRules.dns1123Subdomain)
        }
        return errors
    }
}
