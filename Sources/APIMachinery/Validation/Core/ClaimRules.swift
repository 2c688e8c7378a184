// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Claims of volumes, alone and in templates.
enum ClaimRules {
    private static let modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

    static func spec(_ spec: PersistentVolumeClaimSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.accessModes.isEmpty {
            errors.append(.required(path.child("accessModes"), "at least 1 access mode is required"))
        }
        errors += LabelSelectorRules.validate(spec.selector, at: path.child("selector"))
        errors += accessModes(spec.accessModes, path.child("accessModes"))
        let storage = path.child("resources").key("storage")
        if let amount = spec.resources.requests["storage"] {
            if amount <= Quantity() { errors.append(.invalid(storage, amount.text, "must be greater than zero")) }
        } else {
            errors.append(.required(storage))
        }
        if let name = spec.storageClassName, !name.isEmpty {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("storageClassName"), name, $0) }
        }
        errors += ValueRules.oneOf(spec.volumeMode, ["Block", "Filesystem"], path.child("volumeMode"))
        if let source = spec.dataSource, let reference = spec.dataSourceRef {
            let isSame =
                source.kind == reference.kind && source.name == reference.name
                && (source.apiGroup ?? "") == (reference.apiGroup ?? "")
            if !isSame { errors.append(.invalid(path, .object([:]), "must match dataSourceRef")) }
        }
        return errors
    }

    /// Ways of access: known ones, and `ReadWriteOncePod` alone.
    static func accessModes(_ modes: [String], _ path: FieldPath) -> [FieldError] {
        var errors = modes.flatMap { ValueRules.oneOf($0, self.modes, path) }
        if modes.contains("ReadWriteOncePod"), modes.count > 1 {
            errors.append(.forbidden(path, "may not use ReadWriteOncePod with other access modes"))
        }
        return errors
    }
}
