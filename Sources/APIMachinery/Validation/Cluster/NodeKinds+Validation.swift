// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension RuntimeClass: Validated {
    public func validateBody() -> [FieldError] {
        var errors = NameRules.dns1123Label(handler).map { FieldError.invalid(FieldPath("handler"), handler, $0) }
        if let overhead {
            var resources = ResourceRequirements()
            resources.limits = overhead.podFixed
            // upstream looks at it as at the limits of a container
            errors += ResourceRules.container(resources, FieldPath("overhead"))
        }
        guard let scheduling else { return errors }
        let path = FieldPath("scheduling")
        errors += LabelRules.labels(scheduling.nodeSelector, at: path.child("nodeSelector"))
        errors += SchedulingRules.tolerations(scheduling.tolerations, path.child("tolerations"))
        for (index, toleration) in scheduling.tolerations.enumerated()
        where scheduling.tolerations[..<index].contains(toleration) {
            let shown: JSONValue = [
                "Key": .string(toleration.key), "Operator": .string(toleration.operator),
                "Value": .string(toleration.value),
                "Effect": .string(toleration.effect),
                "TolerationSeconds": toleration.tolerationSeconds.map { .int($0) } ?? .null,
            ]
            errors.append(.duplicate(path.child("tolerations").index(index), shown))
        }
        return errors
    }

    public func validateChange(from old: RuntimeClass) -> [FieldError] {
        handler == old.handler ? [] : [.invalid(FieldPath("handler"), handler, ObjectMetaRules.immutableText)]
    }
}

extension CSIDriver: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        let modes = ["Persistent", "Ephemeral"]
        for mode in spec.volumeLifecycleModes where !modes.contains(mode) {
            errors.append(.notSupported(path.child("volumeLifecycleModes"), mode, modes))
        }
        let policies = ["ReadWriteOnceWithFSType", "File", "None"]
        errors += ValueRules.oneOf(spec.fsGroupPolicy, policies, path.child("fsGroupPolicy"))
        if let seconds = spec.nodeAllocatableUpdatePeriodSeconds, seconds < 10 {
            let at = path.child("nodeAllocatableUpdatePeriodSeconds")
            errors.append(.invalid(at, seconds, "must be greater than or equal to 10 seconds"))
        }
        return errors
    }

    public func validateChange(from old: CSIDriver) -> [FieldError] {
        guard spec.volumeLifecycleModes != old.spec.volumeLifecycleModes else { return [] }
        let shown = ValueRules.json(spec.volumeLifecycleModes)
        return [.invalid(FieldPath("spec", "volumeLifecycleModes"), shown, ObjectMetaRules.immutableText)]
    }
}

extension CSINode: Validated {
    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, driver) in spec.drivers.enumerated() {
            let path = FieldPath("spec", "drivers").index(index)
            errors += ValueRules.name(driver.name, path.child("name")) { NameRules.dns1123Subdomain($0.lowercased()) }
            if driver.nodeID.isEmpty { errors.append(.required(path.child("nodeID"))) }
            if let count = driver.allocatable?.count {
                errors += ValueRules.nonNegative(count, path.child("allocatable", "count"))
            }
            var keys: Set<String> = []
            for key in driver.topologyKeys {
                if key.isEmpty { errors.append(.required(path)) }
                if !keys.insert(key).inserted { errors.append(.duplicate(path, key)) }
                errors += LabelRules.qualifiedName(key).map { .invalid(path, key, $0) }
            }
            if !names.insert(driver.name).inserted { errors.append(.duplicate(path.child("name"), driver.name)) }
        }
        return errors
    }
}

extension VolumeAttachment: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = ValueRules.name(spec.attacher, path.child("attacher")) {
            NameRules.dns1123Subdomain($0.lowercased())
        }
        let source = path.child("source")
        switch (spec.source.persistentVolumeName, spec.source.inlineVolumeSpec) {
        case (nil, nil):
            errors.append(.required(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName"))
        case (.some, .some):
            let text = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
            errors.append(.forbidden(source, text))
        case (let name?, nil):
            let at = source.child("persistentVolumeName")
            if name.isEmpty { errors.append(.required(at, "must specify non empty persistentVolumeName")) }
            errors += NameRules.dns1123Subdomain(name).map { .invalid(at, name, $0) }
        case (nil, .some): break
        }
        let node = path.child("nodeName")
        return errors + NameRules.dns1123Subdomain(spec.nodeName).map { .invalid(node, spec.nodeName, $0) }
    }

    public func validateChange(from old: VolumeAttachment) -> [FieldError] {
        guard spec != old.spec else { return [] }
        return [.invalid(FieldPath("spec"), JSONValue(encoding: spec), ObjectMetaRules.immutableText)]
    }
}
