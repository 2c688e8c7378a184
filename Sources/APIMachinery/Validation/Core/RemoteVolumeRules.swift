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
        case "flocker": source.flocker.map { flocker($0, path.child("flocker")) } ?? []
        case "cinder":
            source.cinder.map { volume in
                ValueRules.required(volume.volumeID, path.child("cinder", "volumeID"))
                    + secret(volume.secretRef, path.child("cinder"))
            } ?? []
        case "fc": source.fc.map { fibreChannel($0, path.child("fc")) } ?? []
        case "flexVolume":
            source.flexVolume.map { flex($0.driver, $0.options, path.child("flexVolume")) } ?? []
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
        case "azureDisk": source.azureDisk.map { azureDisk($0, path.child("azureDisk")) } ?? []
        case "quobyte": source.quobyte.map { quobyte($0, path.child("quobyte")) } ?? []
        case "storageos": source.storageos.map { storageOS($0, path.child("storageos")) } ?? []
        case "scaleIO":
            source.scaleIO.map { volume in
                ValueRules.required(volume.gateway, path.child("scaleIO", "gateway"))
                    + ValueRules.required(volume.system, path.child("scaleIO", "system"))
                    + ValueRules.required(volume.volumeName, path.child("scaleIO", "volumeName"))
            } ?? []
        default: []
        }
    }

    private static func secret(_ reference: LocalObjectReference?, _ path: FieldPath) -> [FieldError] {
        reference.map { ValueRules.required($0.name, path.child("secretRef", "name")) } ?? []
    }

    private static func flocker(_ volume: FlockerVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if volume.datasetName.isEmpty, volume.datasetUUID.isEmpty {
            errors.append(.required(path, "one of datasetName and datasetUUID is required"))
        }
        if !volume.datasetName.isEmpty, !volume.datasetUUID.isEmpty {
            let text = "datasetName and datasetUUID can not be specified simultaneously"
            errors.append(.invalid(path, "resource", text))
        }
        if volume.datasetName.contains("/") {
            errors.append(.invalid(path.child("datasetName"), volume.datasetName, "must not contain '/'"))
        }
        return errors
    }

    private static func fibreChannel(_ volume: FCVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let names = path.child("targetWWNs")
        if volume.targetWWNs.isEmpty, volume.wwids.isEmpty {
            errors.append(.required(names, "must specify either targetWWNs or wwids, but not both"))
        }
        if !volume.targetWWNs.isEmpty, !volume.wwids.isEmpty {
            let text = "targetWWNs and wwids can not be specified simultaneously"
            errors.append(.invalid(names, ValueRules.json(volume.targetWWNs), text))
        }
        guard !volume.targetWWNs.isEmpty else { return errors }
        guard let lun = volume.lun else {
            return errors + [.required(path.child("lun"), "lun is required if targetWWNs is specified")]
        }
        if lun < 0 || lun > 255 { errors.append(.invalid(path.child("lun"), lun, NameRules.range(0, 255))) }
        return errors
    }

    /// A driver of the user's own; options with names of Kubernetes are reserved.
    static func flex(_ driver: String, _ options: [String: String], _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(driver, path.child("driver"))
        for key in options.keys.sorted() {
            let namespace = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let name = "." + (namespace.first ?? "").lowercased()
            guard name.hasSuffix(".kubernetes.io") || name.hasSuffix(".k8s.io") else { continue }
            let text = "kubernetes.io and k8s.io namespaces are reserved"
            errors.append(.invalid(path.child("options").key(key), key, text))
        }
        return errors
    }

    private static func azureDisk(_ disk: AzureDiskVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(disk.diskName, path.child("diskName"))
        let uri = path.child("diskURI")
        errors += ValueRules.required(disk.diskURI, uri)
        errors += ValueRules.oneOf(disk.cachingMode, ["None", "ReadOnly", "ReadWrite"], path.child("cachingMode"))
        errors += ValueRules.oneOf(disk.kind, ["Dedicated", "Managed", "Shared"], path.child("kind"))
        if disk.kind == "Managed", !disk.diskURI.hasPrefix("/subscriptions/") {
            let form =
                "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
            errors.append(.notSupported(uri, disk.diskURI, [form]))
        }
        if let kind = disk.kind, kind != "Managed", !disk.diskURI.hasPrefix("https://") {
            let form = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
            errors.append(.notSupported(uri, disk.diskURI, [form]))
        }
        return errors
    }

    private static func quobyte(_ volume: QuobyteVolumeSource, _ path: FieldPath) -> [FieldError] {
        let registry = path.child("registry")
        let text = "must be a host:port pair or multiple pairs separated by commas"
        var errors: [FieldError] = []
        if volume.registry.isEmpty {
            errors.append(.required(registry, text))
        } else if volume.tenant.utf8.count >= 65 {
            let text = "must be a UUID and may not exceed a length of 64 characters"
            errors.append(.required(path.child("tenant"), text))
        } else {
            for pair in volume.registry.split(separator: ",", omittingEmptySubsequences: false) {
                let isPair =
                    pair.hasPrefix("[") ? pair.contains("]:") : pair.utf8.count { $0 == UInt8(ascii: ":") } == 1
                if !isPair { errors.append(.invalid(registry, volume.registry, text)) }
            }
        }
        return errors + ValueRules.required(volume.volume, path.child("volume"))
    }

    private static func storageOS(_ volume: StorageOSVolumeSource, _ path: FieldPath) -> [FieldError] {
        ValueRules.name(volume.volumeName, path.child("volumeName"), NameRules.dns1123Label)
            + ValueRules.optionalName(volume.volumeNamespace, path.child("volumeNamespace"), NameRules.dns1123Label)
            + secret(volume.secretRef, path)
    }

    private static func partition(_ number: Int32, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        number < 0 || number > 255 ? [.invalid(path(), number, NameRules.range(1, 255))] : []
    }

    static func nfs(_ volume: NFSVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(volume.server, path.child("server"))
        if volume.path.isEmpty { errors.append(.required(path.child("path"))) }
        if !volume.path.hasPrefix("/") {
            errors.append(.invalid(path.child("path"), volume.path, "must be an absolute path"))
        }
        return errors
    }

    private static func iscsi(_ volume: ISCSIVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(volume.targetPortal, path.child("targetPortal"))
        errors += volume.iqn.isEmpty ? [.required(path.child("iqn"))] : initiator(volume.iqn, path.child("iqn"))
        if volume.lun < 0 || volume.lun > 255 {
            errors.append(.invalid(path.child("lun"), volume.lun, NameRules.range(0, 255)))
        }
        if (volume.chapAuthDiscovery || volume.chapAuthSession), volume.secretRef == nil {
            errors.append(.required(path.child("secretRef")))
        }
        if let name = volume.initiatorName { errors += initiator(name, path.child("initiatorname")) }
        return errors
    }

    private static func initiator(_ name: String, _ path: FieldPath) -> [FieldError] {
        if !["iqn", "eui", "naa"].contains(where: name.hasPrefix) {
            return [.invalid(path, name, "must be valid format starting with iqn, eui, or naa")]
        }
        return isInitiator(name) ? [] : [.invalid(path, name, "must be valid format")]
    }

    /// Whether a name is `iqn.2001-04.com.example:disk1`, or `eui.` or `naa.` with that many letters and digits.
    private static func isInitiator(_ name: String) -> Bool {
        let isAlnum = { (byte: UInt8) in NameRules.isLetter(byte) || NameRules.isDigit(byte) }
        let code = Array(name.utf8.dropFirst(4))
        switch name.prefix(3) {
        case "eui": return name.utf8.count >= 20 && code.count == 16 && code.allSatisfy(isAlnum)
        case "naa": return code.count == 32 && code.allSatisfy(isAlnum)
        case "iqn":
            let parts = code.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard name.hasPrefix("iqn."), parts.count == 2, !parts[1].isEmpty else { return false }
            let date = Array(parts[0].prefix(8))
            guard date.count == 8, date[4] == UInt8(ascii: "-"), date[7] == UInt8(ascii: "."),
                [0, 1, 2, 3, 5, 6].allSatisfy({ NameRules.isDigit(date[$0]) })
            else { return false }
            let authority = parts[0].dropFirst(8)
            let isHost = !authority.isEmpty && authority.allSatisfy { isAlnum($0) || "-.".utf8.contains($0) }
            return isHost && !parts[1].contains { ",;*&$| \t\n\r".utf8.contains($0) }
        default: return false
        }
    }
}
