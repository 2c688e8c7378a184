// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Volumes of particular storage systems.
enum RemoteVolumeRules {
    static func validate(_ source: VolumeSource, _ kind: String, _ path: FieldPath) -> [FieldError] {
        switch kind {
        case "nfs": source.nfs.map { nfs($0, path.child("nfs")) } ?? []
        case "iscsi": source.iscsi.map { iscsi($0, path.child("iscsi")) } ?? []
        case "rbd":
            source.rbd.map { rbd in
                (rbd.monitors.isEmpty ? [.required(path.child("rbd", "monitors"))] : [])
                    + ValueRules.required(rbd.image, path.child("rbd", "image"))
            } ?? []
        case "cephFS":
            source.cephfs.map { $0.monitors.isEmpty ? [.required(path.child("cephfs", "monitors"))] : [] } ?? []
        case "awsElasticBlockStore":
            source.awsElasticBlockStore.map { volume in
                ValueRules.required(volume.volumeID, path.child("awsElasticBlockStore", "volumeID"))
                    + partition(volume.partition, path.child("awsElasticBlockStore", "partition"))
            } ?? []
        case "gcePersistentDisk":
            source.gcePersistentDisk.map { volume in
                ValueRules.required(volume.pdName, path.child("persistentDisk", "pdName"))
                    + partition(volume.partition, path.child("persistentDisk", "partition"))
            } ?? []
        case "gitRepo":
            source.gitRepo.map { repository in
                ValueRules.required(repository.repository, path.child("gitRepo", "repository"))
                    + ValueRules.relativePath(repository.directory, path.child("gitRepo", "directory"))
            } ?? []
        default: other(source, kind, path)
        }
    }

    private static func other(_ source: VolumeSource, _ kind: String, _ path: FieldPath) -> [FieldError] {
        switch kind {
        case "glusterfs":
            source.glusterfs.map { volume in
                ValueRules.required(volume.endpoints, path.child("glusterfs", "endpoints"))
                    + ValueRules.required(volume.path, path.child("glusterfs", "path"))
            } ?? []
        case "cinder": ValueRules.required(source.cinder?.volumeID ?? "", path.child("cinder", "volumeID"))
        case "flexVolume": ValueRules.required(source.flexVolume?.driver ?? "", path.child("flexVolume", "driver"))
        case "azureFile":
            source.azureFile.map { volume in
                ValueRules.required(volume.secretName, path.child("azureFile", "secretName"))
                    + ValueRules.required(volume.shareName, path.child("azureFile", "shareName"))
            } ?? []
        case "vsphereVolume":
            ValueRules.required(source.vsphereVolume?.volumePath ?? "", path.child("vsphereVolume", "volumePath"))
        case "photonPersistentDisk":
            ValueRules.required(source.photonPersistentDisk?.pdID ?? "", path.child("photonPersistentDisk", "pdID"))
        case "portworxVolume":
            ValueRules.required(source.portworxVolume?.volumeID ?? "", path.child("portworxVolume", "volumeID"))
        case "azureDisk":
            source.azureDisk.map { disk in
                ValueRules.required(disk.diskName, path.child("azureDisk", "diskName"))
                    + ValueRules.required(disk.diskURI, path.child("azureDisk", "diskURI"))
            } ?? []
        case "quobyte":
            source.quobyte.map { volume in
                ValueRules.required(volume.registry, path.child("quobyte", "registry"))
                    + ValueRules.required(volume.volume, path.child("quobyte", "volume"))
            } ?? []
        default: []
        }
    }

    private static func partition(_ number: Int32, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        number < 0 || number > 255 ? [.invalid(path(), number, NameRules.range(1, 255))] : []
    }

    static func nfs(_ volume: NFSVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(volume.server, path.child("server"))
        if volume.path.isEmpty { errors.append(.required(path.child("path"))) }
        if !volume.path.isEmpty, !volume.path.hasPrefix("/") {
            errors.append(.invalid(path.child("path"), volume.path, "must be an absolute path"))
        }
        return errors
    }

    private static func iscsi(_ volume: ISCSIVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(volume.targetPortal, path.child("targetPortal"))
        if volume.iqn.isEmpty {
            errors.append(.required(path.child("iqn")))
        } else if !["iqn", "eui", "naa"].contains(where: volume.iqn.hasPrefix) {
            errors.append(
                .invalid(path.child("iqn"), volume.iqn, "must be valid format starting with iqn, eui, or naa"))
        }
        if volume.lun < 0 || volume.lun > 255 {
            errors.append(.invalid(path.child("lun"), volume.lun, NameRules.range(0, 255)))
        }
        if (volume.chapAuthDiscovery || volume.chapAuthSession), volume.secretRef == nil {
            errors.append(.required(path.child("secretRef")))
        }
        return errors
    }
}
