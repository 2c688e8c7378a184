// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The volumes of a pod.
enum VolumeRules {
    /// The faults of volumes, and those volumes that have none: mounts of others are not found.
    ///
    /// - Parameter pod: the metadata of the pod; nil for a template.
    static func validate(
        _ volumes: [Volume], of pod: ObjectMeta?, _ path: FieldPath
    ) -> (errors: [FieldError], sound: [String: VolumeSource]) {
        var errors: [FieldError] = []
        var sound: [String: VolumeSource] = [:]
        for (index, volume) in volumes.enumerated() {
            let at = path.index(index)
            var faults = source(volume.volumeSource, of: pod, volume.name, at)
            faults += ValueRules.name(volume.name, at.child("name"), NameRules.dns1123Label)
            if sound[volume.name] != nil { faults.append(.duplicate(at.child("name"), volume.name)) }
            if faults.isEmpty { sound[volume.name] = volume.volumeSource }
            errors += faults
            guard pod != nil else { continue }
            errors += createdClaim(volume, among: volumes, of: pod, at)
        }
        return (errors, sound)
    }

    /// The names of the claims that are made for the ephemeral volumes of a pod.
    private static func created(by volumes: [Volume], of pod: ObjectMeta?) -> Set<String> {
        guard let pod, !pod.name.isEmpty else { return [] }
        return Set(volumes.filter { $0.volumeSource.ephemeral != nil }.map { pod.name + "-" + $0.name })
    }

    private static func createdClaim(
        _ volume: Volume, among volumes: [Volume], of pod: ObjectMeta?, _ path: FieldPath
    ) -> [FieldError] {
        guard let name = volume.volumeSource.persistentVolumeClaim?.claimName,
            created(by: volumes, of: pod).contains(name)
        else { return [] }
        let text = "must not reference a PVC that gets created for an ephemeral volume"
        return [.invalid(path.child("persistentVolumeClaim", "claimName"), name, text)]
    }

    /// The kinds of source that are there, in upstream's order of looking.
    private static func present(_ source: VolumeSource) -> [String] {
        var kinds: [String] = []
        if source.emptyDir != nil { kinds.append("emptyDir") }
        if source.hostPath != nil { kinds.append("hostPath") }
        if source.gitRepo != nil { kinds.append("gitRepo") }
        if source.gcePersistentDisk != nil { kinds.append("gcePersistentDisk") }
        if source.awsElasticBlockStore != nil { kinds.append("awsElasticBlockStore") }
        if source.secret != nil { kinds.append("secret") }
        if source.nfs != nil { kinds.append("nfs") }
        if source.iscsi != nil { kinds.append("iscsi") }
        if source.glusterfs != nil { kinds.append("glusterfs") }
        if source.flocker != nil { kinds.append("flocker") }
        if source.persistentVolumeClaim != nil { kinds.append("persistentVolumeClaim") }
        if source.rbd != nil { kinds.append("rbd") }
        if source.cinder != nil { kinds.append("cinder") }
        if source.cephfs != nil { kinds.append("cephFS") }
        if source.quobyte != nil { kinds.append("quobyte") }
        if source.downwardAPI != nil { kinds.append("downwardAPI") }
        if source.fc != nil { kinds.append("fc") }
        if source.flexVolume != nil { kinds.append("flexVolume") }
        if source.configMap != nil { kinds.append("configMap") }
        if source.azureFile != nil { kinds.append("azureFile") }
        if source.vsphereVolume != nil { kinds.append("vsphereVolume") }
        if source.photonPersistentDisk != nil { kinds.append("photonPersistentDisk") }
        if source.portworxVolume != nil { kinds.append("portworxVolume") }
        if source.azureDisk != nil { kinds.append("azureDisk") }
        if source.storageos != nil { kinds.append("storageos") }
        if source.projected != nil { kinds.append("projected") }
        if source.scaleIO != nil { kinds.append("scaleIO") }
        if source.csi != nil { kinds.append("csi") }
        if source.ephemeral != nil { kinds.append("ephemeral") }
        if source.image != nil { kinds.append("image") }
        return kinds
    }

    private static func source(
        _ source: VolumeSource, of pod: ObjectMeta?, _ name: String, _ path: FieldPath
    ) -> [FieldError] {
        let kinds = present(source)
        guard let first = kinds.first else { return [.required(path, "must specify a volume type")] }
        var errors = content(source, first, isPod: pod != nil, path)
        if first == "ephemeral", let pod, !pod.name.isEmpty, !name.isEmpty {
            let claim = pod.name + "-" + name
            errors += NameRules.dns1123Subdomain(claim).map {
                .invalid(path.child("name"), name, "PVC name \(GoText.quote(claim)): " + $0)
            }
        }
        for kind in kinds.dropFirst() {
            // upstream leaves out a letter here
            let field = kind == "downwardAPI" ? "downwarAPI" : kind
            errors.append(.forbidden(path.child(field), "may not specify more than 1 volume type"))
        }
        if let volume = source.iscsi, volume.initiatorName != nil,
            name.utf8.count + 1 + volume.targetPortal.utf8.count > 64
        {
            errors.append(.invalid(path.child("name"), name, ISCSIRules.lengthMessage))
        }
        return errors
    }

    private static func content(
        _ source: VolumeSource, _ kind: String, isPod: Bool, _ path: FieldPath
    ) -> [FieldError] {
        switch kind {
        case "emptyDir": return source.emptyDir.map { emptyDir($0, path.child("emptyDir")) } ?? []
        case "hostPath": return source.hostPath.map { hostPath($0, path.child("hostPath")) } ?? []
        case "secret":
            return source.secret.map { secret in
                ValueRules.required(secret.secretName, path.child("secret", "secretName"))
                    + files(secret.items, secret.defaultMode, path.child("secret"))
            } ?? []
        case "configMap":
            return source.configMap.map { map in
                ValueRules.required(map.localObjectReference.name, path.child("configMap", "name"))
                    + files(map.items, map.defaultMode, path.child("configMap"))
            } ?? []
        case "persistentVolumeClaim":
            let name = source.persistentVolumeClaim?.claimName ?? ""
            return ValueRules.required(name, path.child("persistentVolumeClaim", "claimName"))
        case "downwardAPI":
            return source.downwardAPI.map { volume in
                mode(volume.defaultMode, path.child("downwardAPI", "defaultMode"))
                    + volume.items.flatMap { downwardFile($0, path.child("downwardAPI")) }
            } ?? []
        case "projected":
            return source.projected.map { ProjectedVolumeRules.validate($0, path.child("projected")) } ?? []
        case "ephemeral": return source.ephemeral.map { ephemeral($0, path.child("ephemeral")) } ?? []
        case "csi": return source.csi.map { csi($0, path.child("csi")) } ?? []
        case "image":
            let image = source.image ?? ImageVolumeSource()
            let at = path.child("image")
            return (isPod ? ValueRules.required(image.reference, at.child("reference")) : [])
                + ValueRules.oneOf(image.pullPolicy, ["Always", "IfNotPresent", "Never"], at.child("pullPolicy"))
        default: return RemoteVolumeRules.validate(source, kind, path)
        }
    }

    private static func emptyDir(
        _ volume: EmptyDirVolumeSource, _ path: @autoclosure () -> FieldPath
    ) -> [FieldError] {
        guard let limit = volume.sizeLimit, limit < Quantity() else { return [] }
        return [.forbidden(path().child("sizeLimit"), "SizeLimit field must be a valid resource quantity")]
    }

    private static let hostPathTypes = [
        "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket",
    ]

    static func hostPath(_ volume: HostPathVolumeSource, _ path: FieldPath) -> [FieldError] {
        if volume.path.isEmpty { return [.required(path.child("path"))] }
        return ValueRules.noBacksteps(volume.path, path.child("path"))
            + ValueRules.oneOf(volume.type, hostPathTypes, path.child("type"))
    }

    /// A mode of files: 0 to 0777.
    static func mode(_ mode: Int32?, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        guard let mode, mode < 0 || mode > 0o777 else { return [] }
        return [.invalid(path(), mode, "must be a number between 0 and 0777 (octal), both inclusive")]
    }

    private static func files(
        _ items: [KeyToPath], _ defaultMode: Int32?, _ path: @autoclosure () -> FieldPath
    ) -> [FieldError] {
        mode(defaultMode, path().child("defaultMode")) + keys(items, path().child("items"))
    }

    /// The files that keys of a ConfigMap or Secret become.
    static func keys(_ items: [KeyToPath], _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        items.enumerated().flatMap { key($1, path().index($0)) }
    }

    /// The file that one key becomes.
    static func key(_ item: KeyToPath, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        ValueRules.required(item.key, path().child("key")) + localPath(item.path, path().child("path"))
            + mode(item.mode, path().child("mode"))
    }

    /// A path below the volume that does not begin with two dots.
    static func localPath(_ text: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        if text.isEmpty { return [.required(path())] }
        let errors = ValueRules.relativePath(text, path())
        guard text.hasPrefix(".."), !text.hasPrefix("../") else { return errors }
        return errors + [.invalid(path(), text, "must not start with '..'")]
    }

    /// One file of a downward API volume.
    static func downwardFile(_ file: DownwardAPIVolumeFile, _ path: FieldPath) -> [FieldError] {
        var errors = localPath(file.path, path.child("path"))
        switch (file.fieldRef, file.resourceFieldRef) {
        case (let field?, let resource):
            errors += EnvironmentRules.field(field, EnvironmentRules.volumeFields, path.child("fieldRef"))
            if resource != nil {
                errors.append(
                    .invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"))
            }
        case (nil, let resource?):
            errors += EnvironmentRules.resourceField(resource, needsContainer: true, path.child("resourceFieldRef"))
        case (nil, nil): errors.append(.required(path, "one of fieldRef and resourceFieldRef is required"))
        }
        return errors + mode(file.mode, path.child("mode"))
    }

    private static func ephemeral(_ volume: EphemeralVolumeSource, _ path: FieldPath) -> [FieldError] {
        guard let template = volume.volumeClaimTemplate else { return [.required(path.child("volumeClaimTemplate"))] }
        let at = path.child("volumeClaimTemplate")
        return LabelRules.annotations(template.metadata.annotations, at: at.child("metadata", "annotations"))
            + LabelRules.labels(template.metadata.labels, at: at.child("metadata", "labels"))
            + templateMetadata(template.metadata, at.child("metadata"))
            + ClaimRules.spec(template.spec, at.child("spec"))
    }

    /// A template of a claim has labels and annotations, and nothing else of metadata.
    private static func templateMetadata(_ meta: ObjectMeta, _ path: FieldPath) -> [FieldError] {
        let set: [(String, Bool)] = [
            ("name", !meta.name.isEmpty), ("generateName", !meta.generateName.isEmpty),
            ("namespace", !meta.namespace.isEmpty), ("selfLink", !meta.selfLink.isEmpty), ("uID", !meta.uid.isEmpty),
            ("resourceVersion", !meta.resourceVersion.isEmpty), ("generation", meta.generation != 0),
            ("creationTimestamp", !meta.creationTimestamp.isZero), ("deletionTimestamp", meta.deletionTimestamp != nil),
            ("deletionGracePeriodSeconds", meta.deletionGracePeriodSeconds != nil),
            ("ownerReferences", !meta.ownerReferences.isEmpty), ("finalizers", !meta.finalizers.isEmpty),
            ("managedFields", !meta.managedFields.isEmpty),
        ]
        return set.filter(\.1).map { .forbidden(path.child($0.0), "cannot be set") }
    }

    private static func csi(_ volume: CSIVolumeSource, _ path: FieldPath) -> [FieldError] {
        let errors = StorageRules.driverName(volume.driver, path.child("driver"))
        guard let secret = volume.nodePublishSecretRef else { return errors }
        if secret.name.isEmpty { return errors + [.required(path.child("nodePublishSecretRef", "name"))] }
        // upstream names a bad name elsewhere than a missing one
        return errors + NameRules.dns1123Subdomain(secret.name).map { .invalid(path.child("name"), secret.name, $0) }
    }
}
