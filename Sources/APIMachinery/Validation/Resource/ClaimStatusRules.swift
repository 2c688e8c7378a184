// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives
import Wire

/// Which devices a claim has, and who uses them.
struct ClaimStatusRules {
    private static let consumersLimit = 256
    private static let resultsLimit = 32
    private static let configurationsLimit = 64
    private static let conditionsLimit = 8
    private static let addressesLimit = 16

    private let claim: ResourceClaim
    private let devices: DeviceClaimRules

    init(_ claim: ResourceClaim) {
        self.claim = claim
        devices = DeviceClaimRules(claim.spec.devices)
    }

    /// One device, or a share of one.
    private struct DeviceID: Hashable {
        var driver: String
        var pool: String
        var device: String
        var share: String?

        /// As messages show it.
        var json: JSONValue {
            .string([driver, pool, device].joined(separator: "/") + (share.map { "/" + $0 } ?? ""))
        }
    }

    func validate(from old: ResourceClaim) -> [FieldError] {
        let path = FieldPath("status")
        let status = claim.status
        var errors = DeviceListRules.set(
            status.reservedFor, limit: Self.consumersLimit, path.child("reservedFor"), key: { .string($0.uid) },
            item: consumer)
        let results = status.allocation?.devices.results ?? []
        let allocated = Set(
            results.map { DeviceID(driver: $0.driver, pool: $0.pool, device: $0.device, share: $0.shareID) })
        let id = { (device: AllocatedDeviceStatus) in
            DeviceID(driver: device.driver, pool: device.pool, device: device.device, share: device.shareID)
        }
        errors += DeviceListRules.set(
            status.devices, limit: nil, path.child("devices"), id: id, shown: { id($0).json }
        ) { device, at in
            self.device(device, id(device), isAllocated: allocated.contains(id(device)), at)
        }
        errors += reservation(from: old, path.child("reservedFor"))
        return errors + allocation(from: old, path.child("allocation"))
    }

    private func consumer(_ consumer: ResourceClaimConsumerReference, _ path: FieldPath) -> [FieldError] {
        ValueRules.required(consumer.resource, path.child("resource"))
            + ValueRules.required(consumer.name, path.child("name"))
            + ValueRules.required(consumer.uid, path.child("uid"))
    }

    private func reservation(from old: ResourceClaim, _ path: FieldPath) -> [FieldError] {
        if claim.status.reservedFor.isEmpty { return [] }
        if claim.status.allocation == nil {
            return [.forbidden(path, "may not be specified when `allocated` is not set")]
        }
        let before = old.status.reservedFor
        guard claim.metadata.deletionTimestamp != nil, !claim.status.reservedFor.allSatisfy(before.contains) else {
            return []
        }
        let text = "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set"
        return [.forbidden(path, text)]
    }

    // MARK: allocation

    private func allocation(from old: ResourceClaim, _ path: FieldPath) -> [FieldError] {
        guard let allocation = claim.status.allocation else { return [] }
        if let before = old.status.allocation {
            return ValueRules.immutable(allocation, before, path) {
                InternalForm.json($0, "resource.k8s.io/v1.AllocationResult")
            }
        }
        let at = path.child("devices")
        var errors = DeviceListRules.list(
            allocation.devices.results, limit: Self.resultsLimit, at.child("results"), item: result)
        errors += DeviceListRules.list(
            allocation.devices.config, limit: Self.configurationsLimit, at.child("config"), item: configuration)
        if let selector = allocation.nodeSelector {
            errors += SchedulingRules.nodeSelector(selector, path.child("nodeSelector"))
        }
        return errors
    }

    private func result(_ result: DeviceRequestAllocationResult, _ path: FieldPath) -> [FieldError] {
        var errors = devices.reference(result.request, path.child("request"))
        errors += StorageRules.driverName(result.driver, path.child("driver"))
        errors += DeviceNameRules.pool(result.pool, path.child("pool"))
        errors += DeviceListRules.label(result.device, path.child("device"))
        errors += BindingConditionRules.validate(result.bindingConditions, result.bindingFailureConditions, path)
        errors += DeviceTaintRules.tolerations(result.tolerations, path.child("tolerations"))
        return errors + (result.shareID.map { uid($0, path.child("shareID")) } ?? [])
    }

    private func configuration(_ config: DeviceAllocationConfiguration, _ path: FieldPath) -> [FieldError] {
        let source = path.child("source")
        let errors: [FieldError] =
            config.source.isEmpty
            ? [.required(source)] : ValueRules.oneOf(config.source, ["FromClaim", "FromClass"], source)
        return errors + devices.references(config.requests, path.child("requests"))
            + DeviceConfigurationRules.validate(config.deviceConfiguration, path)
    }

    /// A UUID in its one way of writing.
    private func uid(_ text: String, _ path: FieldPath) -> [FieldError] {
        let bytes = Array(text.utf8)
        let isDash = { (index: Int) in [8, 13, 18, 23].contains(index) }
        let isHexadecimal = { (byte: UInt8) in NameRules.isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }
        let fits = bytes.enumerated().allSatisfy { isDash($0) ? $1 == UInt8(ascii: "-") : isHexadecimal($1) }
        guard bytes.count == 36, fits else {
            let fault = bytes.count == 36 ? "invalid UUID format" : "invalid UUID length: \(bytes.count)"
            return [.invalid(path, text, "error validating uid: " + fault)]
        }
        guard text != text.lowercased() else { return [] }
        let form =
            "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters"
        return [.invalid(path, text, form)]
    }

    // MARK: what drivers say

    private func device(
        _ device: AllocatedDeviceStatus, _ id: DeviceID, isAllocated: Bool, _ path: FieldPath
    ) -> [FieldError] {
        var errors = StorageRules.driverName(device.driver, path.child("driver"))
        errors += DeviceNameRules.pool(device.pool, path.child("pool"))
        errors += DeviceListRules.label(device.device, path.child("device"))
        if let share = device.shareID { errors += uid(share, path.child("shareID")) }
        if !isAllocated { errors.append(.invalid(path, id.json, "must be an allocated device in the claim")) }
        let conditions = path.child("conditions")
        if device.conditions.count > Self.conditionsLimit {
            errors.append(.tooMany(conditions, count: device.conditions.count, limit: Self.conditionsLimit))
        }
        errors += ConditionRules.validate(device.conditions, conditions)
        if let data = device.data, !data.raw.isEmpty {
            let limit = DeviceConfigurationRules.parametersSizeLimit
            errors += DeviceConfigurationRules.object(data, limit: limit, path.child("data"))
        }
        return errors + (device.networkData.map { network($0, path.child("networkData")) } ?? [])
    }

    private func network(_ data: NetworkDeviceData, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (field, text, limit) in [
            ("interfaceName", data.interfaceName, 256), ("hardwareAddress", data.hardwareAddress, 128),
        ] where text.utf8.count > limit {
            errors.append(.tooLong(path.child(field), limit: limit))
        }
        return errors
            + DeviceListRules.set(
                data.ips, limit: Self.addressesLimit, path.child("ips"), key: { .string($0) }, item: address)
    }

    /// An address with the length of its network, written in its one way.
    private func address(_ text: String, _ path: FieldPath) -> [FieldError] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = NetworkAddress(String(parts[0])), let length = Int(parts[1]),
            (0...address.family.bitWidth).contains(length)
        else {
            let form = "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)"
            return [.invalid(path, text, form)]
        }
        let canonical = "\(address)/\(length)"
        if canonical == text { return [] }
        return [.invalid(path, text, "must be in canonical form (\(GoText.quote(canonical)))")]
    }
}

/// Conditions that a driver sets before a device can be used: both lists, or none.
enum BindingConditionRules {
    private static let limit = 4

    static func validate(_ conditions: [String], _ failures: [String], _ path: FieldPath) -> [FieldError] {
        let (first, second) = (path.child("bindingConditions"), path.child("bindingFailureConditions"))
        var errors = names(conditions, first) + names(failures, second)
        errors += duplicates(conditions, first)
        var seen: Set<String> = []
        for (index, name) in failures.enumerated() {
            if !seen.insert(name).inserted { errors.append(.duplicate(second.index(index), name)) }
            if conditions.contains(name) {
                let text = "bindingFailureConditions must not overlap with bindingConditions"
                errors.append(.invalid(second.index(index), name, text))
            }
        }
        if conditions.isEmpty, !failures.isEmpty {
            let text = "bindingConditions are required to use bindingFailureConditions"
            errors.append(.invalid(first, .null, text))
        }
        if failures.isEmpty, !conditions.isEmpty {
            let text = "bindingFailureConditions are required to use bindingConditions"
            errors.append(.invalid(second, .null, text))
        }
        return errors
    }

    private static func names(_ names: [String], _ path: FieldPath) -> [FieldError] {
        DeviceListRules.list(names, limit: limit, path) { name, at in
            LabelRules.qualifiedName(name).map { .invalid(at, name, $0) }
        }
    }

    private static func duplicates(_ names: [String], _ path: FieldPath) -> [FieldError] {
        var seen: Set<String> = []
        return names.enumerated().compactMap { seen.insert($1).inserted ? nil : .duplicate(path.index($0), $1) }
    }
}
