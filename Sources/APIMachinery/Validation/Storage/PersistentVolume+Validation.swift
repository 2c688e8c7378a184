// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension PersistentVolume: Validated {
    private static let mountOptions = "volume.beta.kubernetes.io/mount-options"

    public func validateBody() -> [FieldError] {
        let errors = PersistentVolumeRules.volume(spec, named: metadata.name, FieldPath("spec"))
        guard metadata.annotations[Self.mountOptions] != nil, !takesMountOptions else { return errors }
        let path = FieldPath("metadata", "annotations", Self.mountOptions)
        return errors + [.forbidden(path, "may not specify mount options for this volume type")]
    }

    /// Whether options of mounting may be said in an annotation.
    private var takesMountOptions: Bool {
        let source = spec.persistentVolumeSource
        let network =
            source.nfs != nil || source.glusterfs != nil || source.rbd != nil || source.quobyte != nil
            || source.iscsi != nil || source.cephfs != nil || source.cinder != nil
        let cloud =
            source.gcePersistentDisk != nil || source.awsElasticBlockStore != nil || source.azureFile != nil
            || source.azureDisk != nil || source.vsphereVolume != nil || source.photonPersistentDisk != nil
        return network || cloud
    }

    public func validateUpdate(from old: PersistentVolume) -> [FieldError] {
        // upstream looks at the new volume twice
        var errors = validateAsNew() + ObjectMetaRules.validate(metadata, isNamespaced: false, name: Self.nameRule)
        errors += PersistentVolumeRules.volume(spec, named: metadata.name, FieldPath("spec"))
        var source = spec.persistentVolumeSource
        if old.spec.persistentVolumeSource.csi?.controllerExpandSecretRef == nil,
            old.spec.persistentVolumeSource.csi != nil
        {
            // this one may be set later
            source.csi?.controllerExpandSecretRef = nil
        }
        if source != old.spec.persistentVolumeSource {
            let type = "core/v1.PersistentVolumeSource"
            let diff = LineDiff.of(
                InternalForm.json(old.spec.persistentVolumeSource, type), InternalForm.json(source, type))
            let text = "spec.persistentvolumesource is immutable after creation\n" + diff
            errors.append(.forbidden(FieldPath("spec", "persistentvolumesource"), text))
        }
        errors += ValueRules.immutable(spec.volumeMode, old.spec.volumeMode, FieldPath("volumeMode"))
        errors += affinityChange(from: old)
        if old.spec.volumeAttributesClassName != nil, spec.volumeAttributesClassName == nil {
            let path = FieldPath("spec", "volumeAttributesClassName")
            errors.append(.forbidden(path, "update from non-nil value to nil is forbidden"))
        }
        return errors
    }

    /// Beta labels of topology and the general ones that took their place.
    private static let successors = [
        "beta.kubernetes.io/os": "kubernetes.io/os", "beta.kubernetes.io/arch": "kubernetes.io/arch",
        "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
        "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    ]

    /// Where a volume can be reached does not change once it is said, but for the names of labels.
    private func affinityChange(from old: PersistentVolume) -> [FieldError] {
        guard var before = old.spec.nodeAffinity, before != spec.nodeAffinity else { return [] }
        let wanted = spec.nodeAffinity?.required?.nodeSelectorTerms ?? []
        for (index, term) in (before.required?.nodeSelectorTerms ?? []).enumerated() where index < wanted.count {
            for (number, requirement) in term.matchExpressions.enumerated()
            where number < wanted[index].matchExpressions.count {
                let name = wanted[index].matchExpressions[number].key
                guard Self.successors[requirement.key] == name else { continue }
                before.required?.nodeSelectorTerms[index].matchExpressions[number].key = name
            }
        }
        return ValueRules.immutable(spec.nodeAffinity, before, FieldPath("nodeAffinity")) {
            InternalForm.json($0, "core/v1.VolumeNodeAffinity")
        }.map { error in
            var error = error
            error.detail = "field is immutable, except for updating from beta label to GA"
            return error
        }
    }

    public func validateStatus(from old: PersistentVolume) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
    }
}

/// What a volume says of itself, alone or within an attachment.
enum PersistentVolumeRules {
    static func volume(_ spec: PersistentVolumeSpec, named name: String, _ path: FieldPath) -> [FieldError] {
        var errors = accessModes(spec, path)
        errors += capacity(spec, path.child("capacity"))
        if !spec.persistentVolumeReclaimPolicy.isEmpty {
            errors += ValueRules.oneOf(
                spec.persistentVolumeReclaimPolicy, ["Delete", "Recycle", "Retain"],
                path.child("persistentVolumeReclaimPolicy"))
        }
        errors += affinity(spec.nodeAffinity, path.child("nodeAffinity"))
        errors += PersistentVolumeSourceRules.source(spec, named: name, path)
        errors += recycledRoot(spec, path)
        let classPath = path.child("storageClassName")
        errors += ValueRules.optionalName(spec.storageClassName, classPath, NameRules.dns1123Subdomain)
        errors += ValueRules.oneOf(spec.volumeMode, ["Block", "Filesystem"], path.child("volumeMode"))
        return errors + attributesClass(spec, path)
    }

    /// A volume within an attachment: only of CSI, and with nothing that binds it.
    static func inline(_ spec: PersistentVolumeSpec, _ path: FieldPath) -> [FieldError] {
        let text = "may not be specified in the context of inline volumes"
        var errors: [FieldError] = []
        if spec.claimRef != nil { errors.append(.forbidden(path.child("claimRef"), text)) }
        if !spec.capacity.isEmpty { errors.append(.forbidden(path.child("capacity"), text)) }
        if spec.persistentVolumeSource.csi == nil {
            let missing = "has to be specified in the context of inline volumes"
            errors.append(.required(path.child("csi"), missing))
        }
        errors += accessModes(spec, path)
        if !spec.persistentVolumeReclaimPolicy.isEmpty, spec.persistentVolumeReclaimPolicy != "Retain" {
            let only = "may only be Retain in the context of inline volumes"
            errors.append(.forbidden(path.child("persistentVolumeReclaimPolicy"), only))
        }
        if spec.nodeAffinity != nil { errors.append(.forbidden(path.child("nodeAffinity"), text)) }
        errors += PersistentVolumeSourceRules.source(spec, named: "", path)
        errors += recycledRoot(spec, path)
        if !spec.storageClassName.isEmpty { errors.append(.forbidden(path.child("storageClassName"), text)) }
        if let mode = spec.volumeMode, mode != "Filesystem" {
            let only = "may not specify volumeMode other than Filesystem in the context of inline volumes"
            errors.append(.forbidden(path.child("volumeMode"), only))
        }
        return errors
    }

    private static func accessModes(_ spec: PersistentVolumeSpec, _ path: FieldPath) -> [FieldError] {
        let at = path.child("accessModes")
        return (spec.accessModes.isEmpty ? [.required(at)] : []) + ClaimRules.accessModes(spec.accessModes, at)
    }

    private static func capacity(_ spec: PersistentVolumeSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.capacity.isEmpty { errors.append(.required(path)) }
        if spec.capacity["storage"] == nil || spec.capacity.count > 1 {
            let shown: JSONValue = spec.capacity.isEmpty ? .null : JSONValue(encoding: spec)["capacity"] ?? .null
            errors.append(.notSupported(path, shown, ["storage"]))
        }
        for (name, amount) in spec.capacity.sorted(by: { $0.key < $1.key }) {
            if amount < Quantity() {
                errors.append(.invalid(path.key(name), amount.value, "must be a valid resource quantity"))
            }
            if amount <= Quantity() {
                errors.append(.invalid(path.key(name), amount.text, "must be greater than zero"))
            }
        }
        return errors
    }

    private static func affinity(_ affinity: VolumeNodeAffinity?, _ path: FieldPath) -> [FieldError] {
        guard let affinity else { return [] }
        guard let required = affinity.required else {
            return [.required(path.child("required"), "must specify required node constraints")]
        }
        return SchedulingRules.nodeSelector(required, path.child("required"))
    }

    /// Nobody wants the whole node wiped.
    private static func recycledRoot(_ spec: PersistentVolumeSpec, _ path: FieldPath) -> [FieldError] {
        guard let host = spec.persistentVolumeSource.hostPath, spec.persistentVolumeReclaimPolicy == "Recycle",
            ValueRules.isRoot(host.path)
        else { return [] }
        let text = "may not be 'recycle' for a hostPath mount of '/'"
        return [.forbidden(path.child("persistentVolumeReclaimPolicy"), text)]
    }

    private static func attributesClass(_ spec: PersistentVolumeSpec, _ path: FieldPath) -> [FieldError] {
        guard let name = spec.volumeAttributesClassName else { return [] }
        let at = path.child("volumeAttributesClassName")
        var errors: [FieldError] = []
        if name.isEmpty {
            errors.append(.required(at, "an empty string is disallowed"))
        } else {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(at, name, $0) }
        }
        if spec.persistentVolumeSource.csi == nil {
            let text = "has to be specified when using volumeAttributesClassName"
            errors.append(.required(path.child("csi"), text))
        }
        return errors
    }
}
