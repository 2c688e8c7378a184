// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Where the bytes of a persistent volume are.
enum PersistentVolumeSourceRules {
    private typealias Candidate = (name: String, errors: (FieldPath) -> [FieldError])

    /// Exactly one source, whose fields are right.
    static func source(_ spec: PersistentVolumeSpec, named name: String, _ path: FieldPath) -> [FieldError] {
        let source = spec.persistentVolumeSource
        let candidates = common(source) + network(source, named: name) + vendors(source) + others(source, spec)
        var errors: [FieldError] = []
        for (index, candidate) in candidates.enumerated() {
            if index > 0, candidate.name != "flexVolume" {
                errors.append(.forbidden(path.child(candidate.name), "may not specify more than 1 volume type"))
            } else {
                errors += candidate.errors(path)
            }
        }
        return candidates.isEmpty ? [.required(path, "must specify a volume type")] : errors
    }

    private static func common(_ source: PersistentVolumeSource) -> [Candidate] {
        var found: [Candidate] = []
        if let volume = source.hostPath {
            found.append(("hostPath", { VolumeRules.hostPath(volume, $0.child("hostPath")) }))
        }
        if let disk = source.gcePersistentDisk {
            found.append(("gcePersistentDisk", { gce(disk, $0.child("persistentDisk")) }))
        }
        if let disk = source.awsElasticBlockStore {
            found.append(("awsElasticBlockStore", { aws(disk, $0.child("awsElasticBlockStore")) }))
        }
        if let volume = source.glusterfs {
            found.append(("glusterfs", { glusterfs(volume, $0.child("glusterfs")) }))
        }
        if let volume = source.flocker { found.append(("flocker", { flocker(volume, $0.child("flocker")) })) }
        if let volume = source.nfs { found.append(("nfs", { nfs(volume, $0.child("nfs")) })) }
        return found
    }

    private static func network(_ source: PersistentVolumeSource, named name: String) -> [Candidate] {
        var found: [Candidate] = []
        if let volume = source.rbd {
            found.append(
                (
                    "rbd",
                    {
                        let at = $0.child("rbd")
                        return (volume.monitors.isEmpty ? [.required(at.child("monitors"))] : [])
                            + ValueRules.required(volume.image, at.child("image"))
                    }
                ))
        }
        if let volume = source.quobyte { found.append(("quobyte", { quobyte(volume, $0.child("quobyte")) })) }
        if let volume = source.cephfs {
            let isComplete = !volume.monitors.isEmpty
            found.append(("cephFS", { isComplete ? [] : [.required($0.child("cephfs", "monitors"))] }))
        }
        if let volume = source.iscsi {
            found.append(("iscsi", { ISCSIRules.volume(volume, named: name, $0.child("iscsi")) }))
        }
        if let volume = source.cinder {
            found.append(
                (
                    "cinder",
                    {
                        let at = $0.child("cinder")
                        return ValueRules.required(volume.volumeID, at.child("volumeID"))
                            + reference(volume.secretRef, at.child("secretRef"))
                    }
                ))
        }
        if let volume = source.fc { found.append(("fc", { fibreChannel(volume, $0.child("fc")) })) }
        return found
    }

    private static func vendors(_ source: PersistentVolumeSource) -> [Candidate] {
        var found: [Candidate] = []
        if let volume = source.flexVolume {
            found.append(("flexVolume", { flex(volume.driver, volume.options, $0.child("flexVolume")) }))
        }
        if let volume = source.azureFile { found.append(("azureFile", { azureFile(volume, $0.child("azureFile")) })) }
        if let volume = source.vsphereVolume {
            found.append(
                (
                    "vsphereVolume", { ValueRules.required(volume.volumePath, $0.child("vsphereVolume", "volumePath")) }
                ))
        }
        if let disk = source.photonPersistentDisk {
            found.append(
                (
                    "photonPersistentDisk", { ValueRules.required(disk.pdID, $0.child("photonPersistentDisk", "pdID")) }
                ))
        }
        if let volume = source.portworxVolume {
            found.append(
                (
                    "portworxVolume", { ValueRules.required(volume.volumeID, $0.child("portworxVolume", "volumeID")) }
                ))
        }
        if let disk = source.azureDisk { found.append(("azureDisk", { azureDisk(disk, $0.child("azureDisk")) })) }
        return found
    }

    private static func others(_ source: PersistentVolumeSource, _ spec: PersistentVolumeSpec) -> [Candidate] {
        var found: [Candidate] = []
        if let volume = source.scaleIO {
            found.append(
                (
                    "scaleIO",
                    {
                        let at = $0.child("scaleIO")
                        return ValueRules.required(volume.gateway, at.child("gateway"))
                            + ValueRules.required(volume.system, at.child("system"))
                            + ValueRules.required(volume.volumeName, at.child("volumeName"))
                    }
                ))
        }
        if let volume = source.local {
            let isPlaced = spec.nodeAffinity != nil
            found.append(
                (
                    "local",
                    {
                        let errors = local(volume, $0.child("local"))
                        guard !isPlaced else { return errors }
                        return errors + [.required($0.child("nodeAffinity"), "Local volume requires node affinity")]
                    }
                ))
        }
        if let volume = source.storageos { found.append(("storageos", { storageOS(volume, $0.child("storageos")) })) }
        if let volume = source.csi { found.append(("csi", { csi(volume, $0.child("csi")) })) }
        return found
    }

    // MARK: one kind each

    private static func partition(_ number: Int32, _ path: FieldPath) -> [FieldError] {
        number < 0 || number > 255 ? [.invalid(path, number, NameRules.range(1, 255))] : []
    }

    private static func gce(_ disk: GCEPersistentDiskVolumeSource, _ path: FieldPath) -> [FieldError] {
        ValueRules.required(disk.pdName, path.child("pdName")) + partition(disk.partition, path.child("partition"))
    }

    private static func aws(_ disk: AWSElasticBlockStoreVolumeSource, _ path: FieldPath) -> [FieldError] {
        ValueRules.required(disk.volumeID, path.child("volumeID")) + partition(disk.partition, path.child("partition"))
    }

    private static func nfs(_ volume: NFSVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(volume.server, path.child("server"))
        errors += ValueRules.required(volume.path, path.child("path"))
        if !volume.path.hasPrefix("/") {
            errors.append(.invalid(path.child("path"), volume.path, "must be an absolute path"))
        }
        return errors
    }

    private static func glusterfs(_ volume: GlusterfsPersistentVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(volume.endpoints, path.child("endpoints"))
        errors += ValueRules.required(volume.path, path.child("path"))
        guard let namespace = volume.endpointsNamespace else { return errors }
        let text = "if the endpointnamespace is set, it must be a valid namespace name"
        let faults = namespace.isEmpty ? [text] : NameRules.dns1123Label(namespace)
        return errors + faults.map { .invalid(path.child("endpointsNamespace"), namespace, $0) }
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

    private static func quobyte(_ volume: QuobyteVolumeSource, _ path: FieldPath) -> [FieldError] {
        let form = "must be a host:port pair or multiple pairs separated by commas"
        var errors: [FieldError] = []
        if volume.registry.isEmpty {
            errors.append(.required(path.child("registry"), form))
        } else if volume.tenant.utf8.count >= 65 {
            let text = "must be a UUID and may not exceed a length of 64 characters"
            errors.append(.required(path.child("tenant"), text))
        } else {
            for pair in volume.registry.split(separator: ",", omittingEmptySubsequences: false)
            where !isHostAndPort(pair) {
                errors.append(.invalid(path.child("registry"), volume.registry, form))
            }
        }
        return errors + ValueRules.required(volume.volume, path.child("volume"))
    }

    /// Whether Go's `net.SplitHostPort` takes a text apart.
    private static func isHostAndPort(_ text: Substring) -> Bool {
        guard let colon = text.lastIndex(of: ":") else { return false }
        let host = text[..<colon]
        if host.hasPrefix("[") { return host.hasSuffix("]") && !host.dropFirst().dropLast().contains(where: isBracket) }
        return !host.contains(":") && !text.contains(where: isBracket)
    }

    private static func isBracket(_ character: Character) -> Bool { character == "[" || character == "]" }

    private static func fibreChannel(_ volume: FCVolumeSource, _ path: FieldPath) -> [FieldError] {
        let names = path.child("targetWWNs")
        var errors: [FieldError] = []
        if volume.targetWWNs.isEmpty, volume.wwids.isEmpty {
            errors.append(.required(names, "must specify either targetWWNs or wwids, but not both"))
        }
        if !volume.targetWWNs.isEmpty, !volume.wwids.isEmpty {
            let text = "targetWWNs and wwids can not be specified simultaneously"
            errors.append(.invalid(names, ValueRules.json(volume.targetWWNs), text))
        }
        guard !volume.targetWWNs.isEmpty else { return errors }
        if let lun = volume.lun {
            if lun < 0 || lun > 255 { errors.append(.invalid(path.child("lun"), lun, NameRules.range(0, 255))) }
        } else {
            errors.append(.required(path.child("lun"), "lun is required if targetWWNs is specified"))
        }
        return errors
    }

    private static func flex(_ driver: String, _ options: [String: String], _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(driver, path.child("driver"))
        for key in options.keys.sorted() {
            let domain = "." + (key.split(separator: "/", maxSplits: 1).first ?? "").lowercased()
            guard domain.hasSuffix(".kubernetes.io") || domain.hasSuffix(".k8s.io") else { continue }
            let text = "kubernetes.io and k8s.io namespaces are reserved"
            errors.append(.invalid(path.child("options").key(key), key, text))
        }
        return errors
    }

    private static func azureFile(_ volume: AzureFilePersistentVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(volume.secretName, path.child("secretName"))
        errors += ValueRules.required(volume.shareName, path.child("shareName"))
        if let namespace = volume.secretNamespace {
            errors += ValueRules.required(namespace, path.child("secretNamespace"))
        }
        return errors
    }

    private static func azureDisk(_ disk: AzureDiskVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(disk.diskName, path.child("diskName"))
        errors += ValueRules.required(disk.diskURI, path.child("diskURI"))
        errors += ValueRules.oneOf(disk.cachingMode, ["None", "ReadOnly", "ReadWrite"], path.child("cachingMode"))
        errors += ValueRules.oneOf(disk.kind, ["Dedicated", "Managed", "Shared"], path.child("kind"))
        guard let kind = disk.kind else { return errors }
        let managed =
            "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
        let blob = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
        let (prefix, form) = kind == "Managed" ? ("/subscriptions/", managed) : ("https://", blob)
        if !disk.diskURI.hasPrefix(prefix) {
            errors.append(.notSupported(path.child("diskURI"), disk.diskURI, [form]))
        }
        return errors
    }

    private static func local(_ volume: LocalVolumeSource, _ path: FieldPath) -> [FieldError] {
        if volume.path.isEmpty { return [.required(path.child("path"))] }
        return ValueRules.noBacksteps(volume.path, path.child("path"))
    }

    private static func storageOS(_ volume: StorageOSPersistentVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.name(volume.volumeName, path.child("volumeName"), NameRules.dns1123Label)
        let namespace = path.child("volumeNamespace")
        errors += ValueRules.optionalName(volume.volumeNamespace, namespace, NameRules.dns1123Label)
        guard let secret = volume.secretRef else { return errors }
        errors += ValueRules.required(secret.name, path.child("secretRef", "name"))
        return errors + ValueRules.required(secret.namespace, path.child("secretRef", "namespace"))
    }

    private static func reference(_ secret: SecretReference?, _ path: FieldPath) -> [FieldError] {
        guard let secret else { return [] }
        return ValueRules.required(secret.name, path.child("name"))
            + ValueRules.required(secret.namespace, path.child("namespace"))
    }

    private static func csi(_ volume: CSIPersistentVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = StorageRules.driverName(volume.driver, path.child("driver"))
        errors += ValueRules.required(volume.volumeHandle, path.child("volumeHandle"))
        let secrets = [
            ("controllerPublishSecretRef", volume.controllerPublishSecretRef),
            ("controllerExpandSecretRef", volume.controllerExpandSecretRef),
            ("nodePublishSecretRef", volume.nodePublishSecretRef), ("nodeExpandSecretRef", volume.nodeExpandSecretRef),
        ]
        for (field, secret) in secrets {
            guard let secret else { continue }
            let at = path.child(field)
            errors += ValueRules.name(secret.name, at.child("name"), NameRules.dns1123Subdomain)
            errors += ValueRules.name(secret.namespace, at.child("namespace"), NameRules.dns1123Label)
        }
        return errors
    }
}
