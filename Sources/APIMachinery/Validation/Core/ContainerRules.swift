// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The containers of a pod.
struct ContainerRules {
    let spec: PodSpec
    /// The names of the pod's volumes.
    let volumes: Set<String>
    /// Volumes that can be block devices.
    let blockVolumes: Set<String>

    init(_ spec: PodSpec) {
        self.spec = spec
        // a volume with more than one source is no volume: mounts of it are not found, as upstream reports
        let sound = spec.volumes.filter { VolumeRules.sourceCount($0.volumeSource) <= 1 }
        volumes = Set(sound.map(\.name))
        blockVolumes = Set(
            sound.filter { $0.volumeSource.persistentVolumeClaim != nil || $0.volumeSource.ephemeral != nil }.map(
                \.name))
    }

    func containers(_ path: FieldPath) -> [FieldError] {
        guard !spec.containers.isEmpty else { return [.required(path)] }
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, container) in spec.containers.enumerated() {
            let at = path.index(index)
            errors += common(container, at)
            if !container.name.isEmpty, !names.insert(container.name).inserted {
                errors.append(.duplicate(at.child("name"), container.name))
            }
            errors += ProbeRules.validate(container, gracePeriod: spec.terminationGracePeriodSeconds, at)
            if let policy = container.restartPolicy {
                errors += ValueRules.oneOf(policy, ["Always", "OnFailure", "Never"], at.child("restartPolicy"))
            }
        }
        return errors + hostPortConflicts(spec.containers, path)
    }

    func initContainers(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var names = Set(spec.containers.map(\.name))
        for (index, container) in spec.initContainers.enumerated() {
            let at = path.index(index)
            errors += common(container, at)
            if !container.name.isEmpty, !names.insert(container.name).inserted {
                errors.append(.duplicate(at.child("name"), container.name))
            }
            if container.restartPolicy == "Always" {
                errors += ProbeRules.validate(container, gracePeriod: spec.terminationGracePeriodSeconds, at)
                continue
            }
            let text = "may not be set for init containers without restartPolicy=Always"
            let set = [
                ("lifecycle", container.lifecycle != nil), ("livenessProbe", container.livenessProbe != nil),
                ("readinessProbe", container.readinessProbe != nil), ("startupProbe", container.startupProbe != nil),
            ]
            errors += set.filter(\.1).map { .forbidden(at.child($0.0), text) }
        }
        return errors
    }

    private func common(_ container: Container, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.name(container.name, path.child("name"), NameRules.dns1123Label)
        errors += image(container.image, path.child("image"))
        errors += ValueRules.oneOf(
            container.terminationMessagePolicy, ["File", "FallbackToLogsOnError"],
            path.child("terminationMessagePolicy"))
        errors += ports(container.ports, path.child("ports"))
        errors += EnvironmentRules.validate(container.env, path.child("env"))
        errors += EnvironmentRules.sources(container.envFrom, path.child("envFrom"))
        errors += mounts(container, path)
        errors += devices(container, path.child("volumeDevices"))
        errors += ValueRules.oneOf(
            container.imagePullPolicy, ["Always", "IfNotPresent", "Never"], path.child("imagePullPolicy"))
        errors += ResourceRules.container(container.resources, path.child("resources"))
        errors += resizePolicies(container.resizePolicy, path.child("resizePolicy"))
        if let context = container.securityContext {
            errors += SecurityContextRules.container(context, hostUsers: spec.hostUsers, path.child("securityContext"))
        }
        return errors
    }

    private func image(_ image: String, _ path: FieldPath) -> [FieldError] {
        if image.isEmpty { return [.required(path)] }
        let isPadded = image.first?.isWhitespace == true || image.last?.isWhitespace == true
        return isPadded ? [.invalid(path, image, "must not have leading or trailing whitespace")] : []
    }

    private func ports(_ ports: [ContainerPort], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let at = path.index(index)
            if !port.name.isEmpty {
                let faults = NameRules.portName(port.name)
                errors += faults.map { .invalid(at.child("name"), port.name, $0) }
                if faults.isEmpty, !names.insert(port.name).inserted {
                    errors.append(.duplicate(at.child("name"), port.name))
                }
            }
            if port.containerPort == 0 {
                errors.append(.required(at.child("containerPort")))
            } else {
                errors += number(port.containerPort, at.child("containerPort"))
            }
            if port.hostPort != 0 {
                errors += number(port.hostPort, at.child("hostPort"))
                if spec.hostNetwork, port.hostPort != port.containerPort {
                    let text = "must match `containerPort` when `hostNetwork` is true"
                    errors.append(.invalid(at.child("hostPort"), port.hostPort, text))
                }
            }
            if port.protocol.isEmpty {
                errors.append(.required(at.child("protocol")))
            } else {
                errors += ValueRules.oneOf(port.protocol, ["SCTP", "TCP", "UDP"], at.child("protocol"))
            }
            if !port.hostIP.isEmpty { errors += ValueRules.ipAddress(port.hostIP, at.child("hostIP")) }
        }
        return errors
    }

    private func number(_ port: Int32, _ path: FieldPath) -> [FieldError] {
        NameRules.portNumber(Int(port)).map { .invalid(path, port, $0) }
    }

    private func hostPortConflicts(_ containers: [Container], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, container) in containers.enumerated() {
            for (number, port) in container.ports.enumerated() where port.hostPort != 0 {
                let text = "\(port.protocol)/\(port.hostIP)/\(port.hostPort)"
                if !seen.insert(text).inserted {
                    errors.append(.duplicate(path.index(index).child("ports").index(number).child("hostPort"), text))
                }
            }
        }
        return errors
    }

    private func mounts(_ container: Container, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var paths: Set<String> = []
        let devices = container.volumeDevices
        for (index, mount) in container.volumeMounts.enumerated() {
            let at = path.child("volumeMounts").index(index)
            if mount.name.isEmpty { errors.append(.required(at.child("name"))) }
            if devices.contains(where: { $0.name == mount.name }) {
                errors.append(.invalid(at.child("name"), mount.name, "must not already exist in volumeDevices"))
            }
            if !volumes.contains(mount.name) { errors.append(.notFound(at.child("name"), .string(mount.name))) }
            if mount.mountPath.isEmpty {
                errors.append(.required(at.child("mountPath")))
            } else if !paths.insert(mount.mountPath).inserted {
                errors.append(.invalid(at.child("mountPath"), mount.mountPath, "must be unique"))
            }
            if devices.contains(where: { $0.devicePath == mount.mountPath }) {
                let text = "must not already exist as a path in volumeDevices"
                errors.append(.invalid(at.child("mountPath"), mount.mountPath, text))
            }
            errors += details(of: mount, at, path.child("volumeMounts"))
        }
        return errors
    }

    /// Upstream names some fields of mounts without the index: `list` is the path of the whole list.
    private func details(of mount: VolumeMount, _ path: FieldPath, _ list: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if !mount.subPath.isEmpty { errors += ValueRules.relativePath(mount.subPath, list.child("subPath")) }
        if !mount.subPathExpr.isEmpty {
            if !mount.subPath.isEmpty {
                let text = "subPathExpr and subPath are mutually exclusive"
                errors.append(.invalid(path.child("subPathExpr"), mount.subPathExpr, text))
            }
            errors += ValueRules.relativePath(mount.subPathExpr, list.child("subPathExpr"))
        }
        if let propagation = mount.mountPropagation {
            let known = ["Bidirectional", "HostToContainer", "None"]
            errors += ValueRules.oneOf(propagation, known, list.child("mountPropagation"))
        }
        if let mode = mount.recursiveReadOnly {
            let at = list.child("recursiveReadOnly")
            if mode != "Disabled", !mount.readOnly {
                errors.append(.forbidden(at, "may only be specified when readOnly is true"))
            }
            errors += ValueRules.oneOf(mode, ["Disabled", "IfPossible", "Enabled"], at)
        }
        return errors
    }

    private func devices(_ container: Container, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var (names, paths): (Set<String>, Set<String>) = ([], [])
        for (index, device) in container.volumeDevices.enumerated() {
            let at = path.index(index)
            if device.name.isEmpty { errors.append(.required(at.child("name"))) }
            if !names.insert(device.name).inserted {
                errors.append(.invalid(at.child("name"), device.name, "must be unique"))
            }
            if !volumes.contains(device.name) {
                errors.append(.notFound(at.child("name"), .string(device.name)))
            } else if !blockVolumes.contains(device.name) {
                let text = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
                errors.append(.invalid(at.child("name"), device.name, text))
            }
            if device.devicePath.isEmpty { errors.append(.required(at.child("devicePath"))) }
            if !paths.insert(device.devicePath).inserted {
                errors.append(.invalid(at.child("devicePath"), device.devicePath, "must be unique"))
            }
            errors += ValueRules.noBacksteps(device.devicePath, at.child("devicePath"))
            let mounts = container.volumeMounts
            if mounts.contains(where: { $0.name == device.name }) {
                errors.append(.invalid(at.child("name"), device.name, "must not already exist in volumeMounts"))
            }
            if mounts.contains(where: { $0.mountPath == device.devicePath }) {
                let text = "must not already exist as a path in volumeMounts"
                errors.append(.invalid(at.child("devicePath"), device.devicePath, text))
            }
        }
        return errors
    }

    private func resizePolicies(_ policies: [ContainerResizePolicy], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for policy in policies {
            errors += ValueRules.oneOf(policy.resourceName, ["cpu", "memory"], path)
            if !names.insert(policy.resourceName).inserted { errors.append(.duplicate(path, policy.resourceName)) }
            if policy.restartPolicy.isEmpty {
                errors.append(.required(path))
            } else {
                errors += ValueRules.oneOf(policy.restartPolicy, ["NotRequired", "RestartContainer"], path)
            }
        }
        return errors
    }
}
