// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension CSIDriver: Validated {
    private static let leastExpiration: Int64 = 600
    private static let mostExpiration: Int64 = 1 << 32

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        let policies = ["File", "None", "ReadWriteOnceWithFSType"]
        var errors = ValueRules.oneOf(spec.fsGroupPolicy, policies, path.child("fsGroupPolicy"))
        errors += tokenRequests(path.child("tokenRequests"))
        for mode in spec.volumeLifecycleModes {
            errors += ValueRules.oneOf(mode, ["Persistent", "Ephemeral"], path.child("volumeLifecycleModes"))
        }
        if let seconds = spec.nodeAllocatableUpdatePeriodSeconds, seconds < 10 {
            let at = path.child("nodeAllocatableUpdatePeriodSeconds")
            errors.append(.invalid(at, seconds, "must be greater than or equal to 10 seconds"))
        }
        if let isInSecrets = spec.serviceAccountTokenInSecrets, spec.tokenRequests.isEmpty {
            let text = "serviceAccountTokenInSecrets is set but no tokenRequests are specified"
            errors.append(.invalid(path.child("serviceAccountTokenInSecrets"), .bool(isInSecrets), text))
        }
        return errors
    }

    /// Each audience once, and tokens that live neither too short nor too long.
    private func tokenRequests(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var audiences: Set<String> = []
        for (index, request) in spec.tokenRequests.enumerated() {
            let at = path.index(index)
            guard audiences.insert(request.audience).inserted else {
                errors.append(.duplicate(at.child("audience"), request.audience))
                continue
            }
            guard let seconds = request.expirationSeconds else { continue }
            let field = at.child("expirationSeconds")
            if seconds < Self.leastExpiration {
                errors.append(.invalid(field, seconds, "may not specify a duration less than 10 minutes"))
            }
            if seconds > Self.mostExpiration {
                errors.append(.invalid(field, seconds, "may not specify a duration larger than 2^32 seconds"))
            }
        }
        return errors
    }

    /// Upstream looks at the new driver twice.
    public func validateUpdate(from old: CSIDriver) -> [FieldError] {
        validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateBody()
            + validateChange(from: old)
    }

    public func validateChange(from old: CSIDriver) -> [FieldError] {
        let path = FieldPath("spec")
        // upstream has the name of the field wrong
        let attach = path.child("attachedRequired")
        let modes = path.child("volumeLifecycleModes")
        return ValueRules.immutable(spec.attachRequired, old.spec.attachRequired, attach) { .bool($0) }
            + ValueRules.immutable(spec.volumeLifecycleModes, old.spec.volumeLifecycleModes, modes) {
                ValueRules.json($0)
            }
    }
}

extension CSINode: Validated {
    /// How long the name may be that a driver gives the node.
    private static let nodeIDLimit = 256

    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, driver) in spec.drivers.enumerated() {
            let path = FieldPath("spec", "drivers").index(index)
            errors += StorageRules.driverName(driver.name, path.child("name"))
            errors += nodeID(driver.nodeID, path.child("nodeID"))
            if let count = driver.allocatable?.count {
                errors += ValueRules.nonNegative(count, path.child("allocatable", "count"))
            }
            if !names.insert(driver.name).inserted { errors.append(.duplicate(path.child("name"), driver.name)) }
            errors += topologyKeys(driver.topologyKeys, path)
        }
        return errors
    }

    private func nodeID(_ text: String, _ path: FieldPath) -> [FieldError] {
        if text.utf8.count > Self.nodeIDLimit {
            return [.invalid(path, text, "must be \(Self.nodeIDLimit) characters or less")]
        }
        return ValueRules.required(text, path)
    }

    private func topologyKeys(_ keys: [String], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for key in keys {
            errors += ValueRules.required(key, path)
            if !seen.insert(key).inserted { errors.append(.duplicate(path, key)) }
            errors += LabelRules.qualifiedName(key).map { .invalid(path, key, $0) }
        }
        return errors
    }

    /// A driver that is there keeps all it said, but for how many volumes it can attach.
    public func validateUpdate(from old: CSINode) -> [FieldError] {
        // upstream looks at the new node twice
        var errors = validateAsNew() + validateAsNew()
        for before in old.spec.drivers {
            for driver in spec.drivers where driver.name == before.name {
                var (driver, before) = (driver, before)
                driver.allocatable = nil
                before.allocatable = nil
                errors += ValueRules.immutable(driver, before, FieldPath("spec", "drivers")) {
                    InternalForm.json($0, "storage.k8s.io/v1.CSINodeDriver")
                }
            }
        }
        return errors
    }
}
