// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension ResourceSlice: Validated {
    private static let devicesLimit = 128
    /// How many devices a slice may have where some have taints, counters or lists of values.
    private static let advancedDevicesLimit = 64
    private static let counterSetsLimit = 8

    public func validateBody() -> [FieldError] { body(replacing: nil) }

    public func validateUpdate(from old: ResourceSlice) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + body(replacing: old)
    }

    private func body(replacing old: ResourceSlice?) -> [FieldError] {
        let path = FieldPath("spec")
        var errors = StorageRules.driverName(spec.driver, path.child("driver"))
        errors += pool(path.child("pool"))
        if let old = old?.spec {
            errors += ValueRules.immutable(spec.pool.name, old.pool.name, path.child("pool", "name"))
            errors += ValueRules.immutable(spec.driver, old.driver, path.child("driver"))
            errors += ValueRules.immutable(spec.nodeName, old.nodeName, path.child("nodeName"))
        }
        errors += place(path)
        if !spec.sharedCounters.isEmpty, !spec.devices.isEmpty {
            errors.append(.invalid(path, "", "only one of `sharedCounters` or `devices` is allowed"))
        }
        let limit = isAdvanced ? Self.advancedDevicesLimit : Self.devicesLimit
        let before = Dictionary(
            (old?.spec.devices ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        errors += DeviceListRules.set(
            spec.devices, limit: limit, path.child("devices"), key: { .string($0.name) }
        ) { device, at in
            DeviceRules(device: device, old: before[device.name], hasPlace: spec.perDeviceNodeSelection == true)
                .validate(at)
        }
        return errors
            + DeviceListRules.set(
                spec.sharedCounters, limit: Self.counterSetsLimit, path.child("sharedCounters"),
                key: { .string($0.name) }
            ) { set, at in
                DeviceRules.counters(set.name, "name", set.counters, at)
            }
    }

    private func pool(_ path: FieldPath) -> [FieldError] {
        var errors = DeviceNameRules.pool(spec.pool.name, path.child("name"))
        if spec.pool.resourceSliceCount <= 0 {
            let at = path.child("resourceSliceCount")
            errors.append(.invalid(at, spec.pool.resourceSliceCount, "must be greater than zero"))
        }
        if spec.pool.generation < 0 {
            let at = path.child("generation")
            errors.append(.invalid(at, spec.pool.generation, "must be greater than or equal to zero"))
        }
        return errors
    }

    /// Where the devices are: said in exactly one way.
    private func place(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var fields: [String] = []
        if let name = spec.nodeName {
            let at = path.child("nodeName")
            if name.isEmpty {
                errors.append(.invalid(at, name, "must be either unset or set to a non-empty string"))
            } else {
                fields.append("`nodeName`")
                errors += NameRules.dns1123Subdomain(name).map { .invalid(at, name, $0) }
            }
        }
        if let selector = spec.nodeSelector {
            fields.append("`nodeSelector`")
            let at = path.child("nodeSelector")
            errors += SchedulingRules.nodeSelector(selector, at)
            if selector.nodeSelectorTerms.count != 1 {
                let shown: JSONValue =
                    selector.nodeSelectorTerms.isEmpty
                    ? .null : InternalForm.json(selector.nodeSelectorTerms, "core/v1.NodeSelectorTerm")
                let text = "must have exactly one node selector term"
                errors.append(.invalid(at.child("nodeSelectorTerms"), shown, text))
            }
        }
        for (field, flag) in [("allNodes", spec.allNodes), ("perDeviceNodeSelection", spec.perDeviceNodeSelection)] {
            if flag == true { fields.append("`\(field)`") }
            if flag == false {
                errors.append(.invalid(path.child(field), false, "must be either unset or set to true"))
            }
        }
        let text =
            "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
        if fields.isEmpty { errors.append(.required(path, text)) }
        if fields.count > 1 {
            let shown = "{" + fields.joined(separator: ", ") + "}"
            errors.append(.invalid(path, shown, text + ", but multiple fields are set"))
        }
        return errors
    }

    private var isAdvanced: Bool {
        spec.devices.contains { device in
            !device.taints.isEmpty || !device.consumesCounters.isEmpty
                || device.attributes.values.contains { DeviceRules.listCount($0) > 0 }
        }
    }
}
