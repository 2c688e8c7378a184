// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

/// Where the class of a volume stood before it had a field.
private let classAnnotation = "volume.beta.kubernetes.io/storage-class"

extension PersistentVolumeClaim: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Status"), TableColumn("Volume"), TableColumn("Capacity"), TableColumn("Access Modes"),
        TableColumn("StorageClass"), TableColumn("VolumeAttributesClass"), .age, .wide("VolumeMode"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        let isBound = !spec.volumeName.isEmpty
        let phase = metadata.deletionTimestamp == nil ? status.phase : "Terminating"
        return [
            nameCell, .string(phase), .string(spec.volumeName),
            .string(isBound ? status.capacity["storage"]?.text ?? "0" : ""),
            .string(isBound ? CellText.accessModes(status.accessModes) : ""),
            .string(metadata.annotations[classAnnotation] ?? spec.storageClassName ?? ""),
            .string(spec.volumeAttributesClassName ?? "<unset>"), age(now), .string(spec.volumeMode ?? "<unset>"),
        ]
    }
}

extension PersistentVolume: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Capacity"), TableColumn("Access Modes"), TableColumn("Reclaim Policy"),
        TableColumn("Status"),
        TableColumn("Claim"), TableColumn("StorageClass"), TableColumn("VolumeAttributesClass"), TableColumn("Reason"),
        .age,
        .wide("VolumeMode"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        let phase = metadata.deletionTimestamp == nil ? status.phase : "Terminating"
        return [
            nameCell, .string(spec.capacity["storage"]?.text ?? "0"), .string(CellText.accessModes(spec.accessModes)),
            .string(spec.persistentVolumeReclaimPolicy), .string(phase),
            .string(spec.claimRef.map { $0.namespace + "/" + $0.name } ?? ""),
            .string(metadata.annotations[classAnnotation] ?? spec.storageClassName),
            .string(spec.volumeAttributesClassName ?? "<unset>"), .string(status.reason), age(now),
            .string(spec.volumeMode ?? "<unset>"),
        ]
    }
}

extension StorageClass: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Provisioner"), TableColumn("ReclaimPolicy"), TableColumn("VolumeBindingMode"),
        TableColumn("AllowVolumeExpansion"), .age,
    ]

    public func cells(now: Time) -> [JSONValue] {
        let isDefault = [
            "storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class",
        ]
        .contains { metadata.annotations[$0] == "true" }
        return [
            .string(metadata.name + (isDefault ? " (default)" : "")), .string(provisioner),
            .string(reclaimPolicy ?? "Delete"),
            .string(volumeBindingMode ?? "Immediate"), .bool(allowVolumeExpansion ?? false), age(now),
        ]
    }
}

extension CSIDriver: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("AttachRequired", "boolean"), TableColumn("PodInfoOnMount", "boolean"),
        TableColumn("StorageCapacity", "boolean"), TableColumn("TokenRequests"),
        TableColumn("RequiresRepublish", "boolean"),
        TableColumn("Modes"), .age,
    ]

    public func cells(now: Time) -> [JSONValue] {
        let audiences = spec.tokenRequests.map(\.audience).joined(separator: ",")
        return [
            nameCell, .bool(spec.attachRequired ?? true), .bool(spec.podInfoOnMount ?? false),
            .bool(spec.storageCapacity ?? false),
            .string(spec.tokenRequests.isEmpty ? "<unset>" : audiences), .bool(spec.requiresRepublish ?? false),
            CellText.list(spec.volumeLifecycleModes), age(now),
        ]
    }
}

extension CSINode: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .integer("Drivers"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .int(spec.drivers.count), age(now)] }
}

extension CSIStorageCapacity: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .createdAt]

    public func cells(now _: Time) -> [JSONValue] { [nameCell, createdAtCell] }
}

extension VolumeAttachment: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Attacher", format: "name"), TableColumn("PV"), TableColumn("Node"),
        TableColumn("Attached", "boolean"),
        .age,
    ]

    public func cells(now: Time) -> [JSONValue] {
        [
            nameCell, .string(spec.attacher), .string(spec.source.persistentVolumeName ?? ""), .string(spec.nodeName),
            .bool(status.attached), age(now),
        ]
    }
}

extension VolumeAttributesClass: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("DriverName"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .string(driverName), age(now)] }
}
