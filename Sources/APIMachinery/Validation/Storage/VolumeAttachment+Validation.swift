// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension VolumeAttachment: Validated {
    private static let metadataSizeLimit = 256 * 1024
    private static let messageSizeLimit = 1024

    public func validateBody() -> [FieldError] { specFaults() + statusFaults() + volumeName() }

    private func specFaults() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = StorageRules.driverName(spec.attacher, path.child("attacher"))
        let source = path.child("source")
        let text = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
        switch (spec.source.persistentVolumeName, spec.source.inlineVolumeSpec) {
        case (nil, nil): errors.append(.required(source, text))
        case (.some, .some): errors.append(.forbidden(source, text))
        case (let name?, nil):
            if name.isEmpty {
                let at = source.child("persistentVolumeName")
                errors.append(.required(at, "must specify non empty persistentVolumeName"))
            }
        case (nil, let inline?): errors += PersistentVolumeRules.inline(inline, source.child("inlineVolumeSpec"))
        }
        let node = path.child("nodeName")
        return errors + NameRules.dns1123Subdomain(spec.nodeName).map { .invalid(node, spec.nodeName, $0) }
    }

    private func volumeName() -> [FieldError] {
        guard let name = spec.source.persistentVolumeName else { return [] }
        let at = FieldPath("spec", "source", "persistentVolumeName")
        return NameRules.dns1123Subdomain(name).map { .invalid(at, name, $0) }
    }

    private func statusFaults() -> [FieldError] {
        let path = FieldPath("status")
        var errors: [FieldError] = []
        if StorageRules.size(status.attachmentMetadata) > Self.metadataSizeLimit {
            errors.append(.tooLong(path.child("attachmentMetadata"), limit: Self.metadataSizeLimit))
        }
        for (name, error) in [("attachError", status.attachError), ("detachError", status.detachError)] {
            guard let error else { continue }
            if error.message.utf8.count > Self.messageSizeLimit {
                // upstream names the wrong limit
                errors.append(.tooLong(path.child(name, "message"), limit: Self.metadataSizeLimit))
            }
            if let code = error.errorCode, code < 0 {
                let text = NameRules.range(0, Int(Int32.max))
                errors.append(.invalid(path.child(name, "errorCode"), code, text))
            }
        }
        return errors
    }

    /// Upstream looks at the new attachment twice.
    public func validateUpdate(from old: VolumeAttachment) -> [FieldError] {
        let faults = validateAsNew()
        return faults + faults
            + ValueRules.immutable(spec, old.spec, FieldPath("spec")) {
                InternalForm.json($0, "storage.k8s.io/v1.VolumeAttachmentSpec")
            }
    }

    public func validateStatus(from old: VolumeAttachment) -> [FieldError] { validateUpdate(from: old) }
}
