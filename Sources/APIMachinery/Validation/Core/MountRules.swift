// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The mounts and block devices of one container.
struct MountRules {
    let container: Container
    let volumes: [String: VolumeSource]

    func mounts(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var paths: Set<String> = []
        let devices = container.volumeDevices
        for (index, mount) in container.volumeMounts.enumerated() {
            func at(_ field: String) -> FieldPath { path.index(index).child(field) }
            if mount.name.isEmpty { errors.append(.required(at("name"))) }
            if volumes[mount.name] == nil { errors.append(.notFound(at("name"), .string(mount.name))) }
            if mount.mountPath.isEmpty { errors.append(.required(at("mountPath"))) }
            if !paths.insert(mount.mountPath).inserted {
                errors.append(.invalid(at("mountPath"), mount.mountPath, "must be unique"))
            }
            if devices.contains(where: { $0.name == mount.name }) {
                errors.append(.invalid(at("name"), mount.name, "must not already exist in volumeDevices"))
            }
            if devices.contains(where: { $0.devicePath == mount.mountPath }) {
                let text = "must not already exist as a path in volumeDevices"
                errors.append(.invalid(at("mountPath"), mount.mountPath, text))
            }
            errors += details(of: mount, path.index(index), path)
        }
        return errors
    }

    /// Upstream names some fields of mounts without the index: `list` is the path of the whole list.
    private func details(
        of mount: VolumeMount, _ path: @autoclosure () -> FieldPath, _ list: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if !mount.subPath.isEmpty { errors += ValueRules.relativePath(mount.subPath, list.child("subPath")) }
        if !mount.subPathExpr.isEmpty {
            if !mount.subPath.isEmpty {
                let text = "subPathExpr and subPath are mutually exclusive"
                errors.append(.invalid(path().child("subPathExpr"), mount.subPathExpr, text))
            }
            errors += ValueRules.relativePath(mount.subPathExpr, list.child("subPathExpr"))
        }
        if let propagation = mount.mountPropagation {
            let at = list.child("mountPropagation")
            errors += ValueRules.oneOf(propagation, ["Bidirectional", "HostToContainer", "None"], at)
            if propagation == "Bidirectional", container.securityContext?.privileged != true {
                let text = "Bidirectional mount propagation is available only to privileged containers"
                errors.append(.forbidden(at, text))
            }
        }
        if let mode = mount.recursiveReadOnly { errors += recursiveReadOnly(mode, mount, list) }
        return errors
    }

    private func recursiveReadOnly(_ mode: String, _ mount: VolumeMount, _ list: FieldPath) -> [FieldError] {
        let at = list.child("recursiveReadOnly")
        guard mode == "Enabled" || mode == "IfPossible" else {
            return ValueRules.oneOf(mode, ["Disabled", "Enabled", "IfPossible"], at)
        }
        var errors: [FieldError] = []
        if !mount.readOnly { errors.append(.forbidden(at, "may only be specified when readOnly is true")) }
        if let propagation = mount.mountPropagation, propagation != "None" {
            errors.append(.forbidden(at, "may only be specified when mountPropagation is None or not specified"))
        }
        return errors
    }

    func devices(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var (names, paths): (Set<String>, Set<String>) = ([], [])
        for (index, device) in container.volumeDevices.enumerated() {
            let at = path.index(index)
            if device.name.isEmpty {
                errors.append(.required(at.child("name")))
            } else if !names.insert(device.name).inserted {
                errors.append(.invalid(at.child("name"), device.name, "must be unique"))
            }
            if let source = volumes[device.name] {
                if source.persistentVolumeClaim == nil, source.ephemeral == nil {
                    let text = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
                    errors.append(.invalid(at.child("name"), device.name, text))
                }
            } else {
                errors.append(.notFound(at.child("name"), .string(device.name)))
            }
            if device.devicePath.isEmpty { errors.append(.required(at.child("devicePath"))) }
            if paths.contains(device.devicePath) {
                errors.append(.invalid(at.child("devicePath"), device.devicePath, "must be unique"))
            }
            if ValueRules.noBacksteps(device.devicePath, at).isEmpty {
                paths.insert(device.devicePath)
            } else {
                let text = "can not contain backsteps ('..')"
                errors.append(.invalid(at.child("devicePath"), device.devicePath, text))
            }
            errors += overlaps(of: device, at)
        }
        return errors
    }

    private func overlaps(of device: VolumeDevice, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let mounts = container.volumeMounts
        if mounts.contains(where: { $0.name == device.name }) {
            errors.append(.invalid(path.child("name"), device.name, "must not already exist in volumeMounts"))
        }
        if mounts.contains(where: { $0.mountPath == device.devicePath }) {
            let text = "must not already exist as a path in volumeMounts"
            errors.append(.invalid(path.child("devicePath"), device.devicePath, text))
        }
        return errors
    }
}
