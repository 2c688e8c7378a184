// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// Rules that several kinds of `storage.k8s.io` share.
enum StorageRules {
    /// All keys and values of the parameters of one class together, in bytes.
    private static let parametersSizeLimit = 256 * 1024
    private static let parametersCountLimit = 512

    /// Who makes the volumes of a class.
    static func provisioner(_ name: String, _ path: FieldPath) -> [FieldError] {
        ValueRules.name(name.lowercased(), path, LabelRules.qualifiedName)
    }

    static func parameters(_ parameters: [String: String], _ path: FieldPath) -> [FieldError] {
        if parameters.count > parametersCountLimit { return [.tooLong(path, limit: parametersCountLimit)] }
        var errors: [FieldError] = []
        if parameters.keys.contains("") { errors.append(.invalid(path, "", "field can not be empty.")) }
        if size(parameters) > parametersSizeLimit { errors.append(.tooLong(path, limit: parametersSizeLimit)) }
        return errors
    }

    /// The bytes of all keys and values.
    static func size(_ map: [String: String]) -> Int { map.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } }

    /// The name of a CSI driver.
    static func driverName(_ name: String, _ path: FieldPath) -> [FieldError] {
        if name.isEmpty { return [.required(path)] }
        let errors: [FieldError] = name.utf8.count > 63 ? [.tooLong(path, limit: 63)] : []
        return errors + NameRules.dns1123Subdomain(name.lowercased()).map { .invalid(path, name, $0) }
    }
}

extension StorageClass: Validated {
    public func validateBody() -> [FieldError] {
        var errors = StorageRules.provisioner(provisioner, FieldPath("provisioner"))
        errors += StorageRules.parameters(parameters, FieldPath("parameters"))
        if let policy = reclaimPolicy, !policy.isEmpty {
            errors += ValueRules.oneOf(policy, ["Delete", "Retain"], FieldPath("reclaimPolicy"))
        }
        let modes = ["Immediate", "WaitForFirstConsumer"]
        errors += ValueRules.oneOf(volumeBindingMode, modes, FieldPath("volumeBindingMode"))
        return errors + topologies(FieldPath("allowedTopologies"))
    }

    private func topologies(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var terms: [[String: Set<String>]] = []
        for (index, term) in allowedTopologies.enumerated() {
            let at = path.index(index).child("matchLabelExpressions")
            var keys: [String: Set<String>] = [:]
            for (number, expression) in term.matchLabelExpressions.enumerated() {
                errors += self.expression(expression, at.index(number))
                if keys.updateValue(Set(expression.values), forKey: expression.key) != nil {
                    errors.append(.duplicate(at.index(number).child("key"), expression.key))
                }
            }
            errors += terms.filter { $0 == keys }.map { _ in .duplicate(at, "") }
            terms.append(keys)
        }
        return errors
    }

    private func expression(_ expression: TopologySelectorLabelRequirement, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let values = path.child("values")
        if expression.values.isEmpty { errors.append(.required(values)) }
        var seen: Set<String> = []
        for (index, value) in expression.values.enumerated() where !seen.insert(value).inserted {
            errors.append(.duplicate(values.index(index), value))
        }
        return errors + LabelRules.qualifiedName(expression.key).map { .invalid(path.child("key"), expression.key, $0) }
    }

    /// What a class says of new volumes never changes.
    public func validateUpdate(from old: StorageClass) -> [FieldError] {
        var errors = validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        if parameters != old.parameters {
            let shown = parameters.isEmpty ? JSONValue.null : ValueRules.json(parameters)
            errors.append(.invalid(FieldPath("parameters"), shown, ObjectMetaRules.immutableText))
        }
        errors += ValueRules.immutable(provisioner, old.provisioner, FieldPath("provisioner"))
        errors += ValueRules.immutable(reclaimPolicy, old.reclaimPolicy, FieldPath("reclaimPolicy"))
        return errors + ValueRules.immutable(volumeBindingMode, old.volumeBindingMode, FieldPath("volumeBindingMode"))
    }
}

extension VolumeAttributesClass: Validated {
    public func validateBody() -> [FieldError] {
        var errors = StorageRules.provisioner(driverName, FieldPath("driverName"))
        errors += StorageRules.parameters(parameters, FieldPath("parameters"))
        if parameters.isEmpty {
            errors.append(.required(FieldPath("parameters"), "must contain at least one key/value pair"))
        }
        return errors
    }

    /// The metadata is looked at as that of a change, then the class as a new one.
    public func validateUpdate(from old: VolumeAttributesClass) -> [FieldError] {
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        if driverName != old.driverName {
            errors.append(.forbidden(FieldPath("driverName"), "updates to driverName are forbidden."))
        }
        if parameters != old.parameters {
            errors.append(.forbidden(FieldPath("parameters"), "updates to parameters are forbidden."))
        }
        return errors + validateAsNew()
    }
}

extension CSIStorageCapacity: Validated {
    public func validateBody() -> [FieldError] {
        var errors = LabelSelectorRules.validate(nodeTopology, at: FieldPath("nodeTopology"))
        errors += NameRules.dns1123Subdomain(storageClassName).map {
            .invalid(FieldPath("storageClassName"), storageClassName, $0)
        }
        if let capacity, capacity < Quantity() {
            errors.append(.invalid(FieldPath("capacity"), capacity.text, ValueRules.notNegative))
        }
        return errors
    }

    public func validateUpdate(from old: CSIStorageCapacity) -> [FieldError] {
        var errors = validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        if nodeTopology != old.nodeTopology {
            let shown = nodeTopology.map { JSONValue(encoding: $0) } ?? .null
            errors.append(.invalid(FieldPath("nodeTopology"), shown, ObjectMetaRules.immutableText))
        }
        return errors + ValueRules.immutable(storageClassName, old.storageClassName, FieldPath("storageClassName"))
    }
}
