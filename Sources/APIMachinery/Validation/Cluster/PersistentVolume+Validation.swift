// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension PersistentVolume: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if spec.accessModes.isEmpty { errors.append(.required(path.child("accessModes"))) }
        errors += ClaimRules.accessModes(spec.accessModes, path.child("accessModes"))
        errors += capacity(path.child("capacity"))
        let policies = ["Delete", "Recycle", "Retain"]
        errors += ValueRules.oneOf(
            spec.persistentVolumeReclaimPolicy, policies, path.child("persistentVolumeReclaimPolicy"))
        errors += affinity(path.child("nodeAffinity"))
        errors += source(path)
        let classPath = path.child("storageClassName")
        errors += ValueRules.optionalName(spec.storageClassName, classPath, NameRules.dns1123Subdomain)
        errors += ValueRules.oneOf(spec.volumeMode, ["Block", "Filesystem"], path.child("volumeMode"))
        return errors
    }

    private func capacity(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.capacity.isEmpty { errors.append(.required(path)) }
        if spec.capacity["storage"] == nil || spec.capacity.count > 1 {
            let shown: JSONValue = spec.capacity.isEmpty ? .null : JSONValue(encoding: spec)["capacity"] ?? .null
            errors.append(.notSupported(path, shown, ["storage"]))
        }
        for (name, amount) in spec.capacity where amount <= Quantity() {
            errors.append(.invalid(path.key(name), amount.text, "must be greater than zero"))
        }
        return errors
    }

    private func affinity(_ path: FieldPath) -> [FieldError] {
        guard let affinity = spec.nodeAffinity else { return [] }
        guard let required = affinity.required else {
            return [.required(path.child("required"), "must specify required node constraints")]
        }
        return SchedulingRules.nodeSelector(required, path.child("required"))
    }

    private func source(_ path: FieldPath) -> [FieldError] {
        let source = spec.persistentVolumeSource
        if source == PersistentVolumeSource() { return [.required(path, "must specify a volume type")] }
        var errors: [FieldError] = []
        if let hostPath = source.hostPath { errors += VolumeRules.hostPath(hostPath, path.child("hostPath")) }
        if let nfs = source.nfs { errors += RemoteVolumeRules.nfs(nfs, path.child("nfs")) }
        if let local = source.local {
            errors += ValueRules.required(local.path, path.child("local", "path"))
            errors += ValueRules.noBacksteps(local.path, path.child("local", "path"))
            if spec.nodeAffinity == nil {
                errors.append(.required(path.child("nodeAffinity"), "Local volume requires node affinity"))
            }
        }
        if let csi = source.csi { errors += self.csi(csi, path.child("csi")) }
        if let cephfs = source.cephfs, cephfs.monitors.isEmpty {
            errors.append(.required(path.child("cephfs", "monitors")))
        }
        if let file = source.azureFile {
            errors += ValueRules.required(file.secretName, path.child("azureFile", "secretName"))
            errors += ValueRules.required(file.shareName, path.child("azureFile", "shareName"))
        }
        if let iscsi = source.iscsi { errors += self.iscsi(iscsi, path.child("iscsi")) }
        return errors
    }

    private func csi(_ csi: CSIPersistentVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(csi.driver, path.child("driver"))
        errors += ValueRules.required(csi.volumeHandle, path.child("volumeHandle"))
        let secrets = [
            ("controllerPublishSecretRef", csi.controllerPublishSecretRef),
            ("nodePublishSecretRef", csi.nodePublishSecretRef),
            ("controllerExpandSecretRef", csi.controllerExpandSecretRef),
            ("nodeExpandSecretRef", csi.nodeExpandSecretRef),
        ]
        for (name, secret) in secrets {
            guard let secret else { continue }
            errors += ValueRules.required(secret.name, path.child(name, "name"))
            errors += ValueRules.required(secret.namespace, path.child(name, "namespace"))
        }
        return errors
    }

    private func iscsi(_ iscsi: ISCSIPersistentVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(iscsi.targetPortal, path.child("targetPortal"))
        if iscsi.iqn.isEmpty {
            errors.append(.required(path.child("iqn")))
        } else if !["iqn", "eui", "naa"].contains(where: iscsi.iqn.hasPrefix) {
            errors.append(.invalid(path.child("iqn"), iscsi.iqn, "must be valid format"))
        }
        if iscsi.lun < 0 || iscsi.lun > 255 {
            errors.append(.invalid(path.child("lun"), iscsi.lun, NameRules.range(0, 255)))
        }
        return errors
    }

    public func validateChange(from old: PersistentVolume) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.persistentVolumeSource != old.spec.persistentVolumeSource {
            let text = "spec.persistentvolumesource is immutable after creation"
            errors.append(.forbidden(FieldPath("spec", "persistentvolumesource"), text))
        }
        if spec.volumeMode != old.spec.volumeMode {
            let shown = spec.volumeMode.map { JSONValue.string($0) } ?? .null
            errors.append(.invalid(FieldPath("spec", "volumeMode"), shown, ObjectMetaRules.immutableText))
        }
        return errors
    }
}
