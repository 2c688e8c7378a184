// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The environment of containers.
enum EnvironmentRules {
    static func validate(_ variables: [EnvVar], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, variable) in variables.enumerated() {
            let at = path.index(index)
            errors += ValueRules.name(variable.name, at.child("name"), NameRules.environmentName)
            if let source = variable.valueFrom { errors += self.source(source, variable, at.child("valueFrom")) }
        }
        return errors
    }

    private static func source(_ source: EnvVarSource, _ variable: EnvVar, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var count = 0
        if let reference = source.fieldRef {
            count += 1
            errors += field(reference, environmentFields, path.child("fieldRef"))
        }
        if let reference = source.resourceFieldRef {
            count += 1
            errors += resourceField(reference, path.child("resourceFieldRef"))
        }
        if let reference = source.configMapKeyRef {
            count += 1
            let (name, key) = (reference.localObjectReference.name, reference.key)
            errors += self.key(name, key, path.child("configMapKeyRef"))
        }
        if let reference = source.secretKeyRef {
            count += 1
            let (name, key) = (reference.localObjectReference.name, reference.key)
            errors += self.key(name, key, path.child("secretKeyRef"))
        }
        if let reference = source.fileKeyRef {
            count += 1
            errors += ValueRules.required(reference.volumeName, path.child("fileKeyRef", "volumeName"))
            errors += ValueRules.required(reference.path, path.child("fileKeyRef", "path"))
            errors += ValueRules.required(reference.key, path.child("fileKeyRef", "key"))
        }
        if count == 0 {
            let text =
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
            return [.invalid(path, "", text)]
        }
        if !variable.value.isEmpty {
            errors.append(.invalid(path, "", "may not be specified when `value` is not empty"))
        } else if count > 1 {
            errors.append(.invalid(path, "", "may not have more than one field specified at a time"))
        }
        return errors
    }

    private static func key(_ name: String, _ key: String, _ path: FieldPath) -> [FieldError] {
        var errors = NameRules.dns1123Subdomain(name).map { FieldError.invalid(path.child("name"), name, $0) }
        errors += ValueRules.name(key, path.child("key"), NameRules.configMapKey)
        return errors
    }

    static func sources(_ sources: [EnvFromSource], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, source) in sources.enumerated() {
            let at = path.index(index)
            errors += ValueRules.optionalName(source.prefix, at.child("prefix"), NameRules.environmentName)
            switch (source.configMapRef, source.secretRef) {
            case (nil, nil): errors.append(.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
            case (.some, .some):
                errors.append(.invalid(path, "", "may not have more than one field specified at a time"))
            case (let map?, nil):
                let name = map.localObjectReference.name
                errors += NameRules.dns1123Subdomain(name).map { .invalid(at.child("configMapRef", "name"), name, $0) }
            case (nil, let secret?):
                let name = secret.localObjectReference.name
                errors += NameRules.dns1123Subdomain(name).map { .invalid(at.child("secretRef", "name"), name, $0) }
            }
        }
        return errors
    }

    private static let environmentFields = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs", "status.podIP", "status.podIPs",
    ]

    /// Fields of a pod that volumes can show.
    static let volumeFields = [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
    ]

    /// A reference to a field of the pod, of which `known` can be named, or an entry of its labels or annotations.
    static func field(_ reference: ObjectFieldSelector, _ known: [String], _ path: FieldPath) -> [FieldError] {
        if reference.apiVersion.isEmpty { return [.required(path.child("apiVersion"))] }
        if reference.fieldPath.isEmpty { return [.required(path.child("fieldPath"))] }
        let fieldPath = path.child("fieldPath")
        guard reference.apiVersion == "v1" else {
            let text = "error converting fieldPath: unsupported pod version: \(reference.apiVersion)"
            return [.invalid(fieldPath, reference.fieldPath, text)]
        }
        for prefix in ["metadata.annotations['", "metadata.labels['"] where reference.fieldPath.hasPrefix(prefix) {
            guard reference.fieldPath.hasSuffix("']") else { break }
            let key = String(reference.fieldPath.dropFirst(prefix.count).dropLast(2))
            let text = prefix.hasPrefix("metadata.annotations") ? key.lowercased() : key
            return LabelRules.qualifiedName(text).map { .invalid(fieldPath, key, $0) }
        }
        return ValueRules.oneOf(reference.fieldPath, known, fieldPath)
    }

    private static let containerResources = [
        "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
        "requests.memory",
    ]

    /// A reference to what a container asks for; `needsContainer` where it is not the one that refers.
    static func resourceField(
        _ reference: ResourceFieldSelector, needsContainer: Bool = false, _ path: FieldPath
    ) -> [FieldError] {
        if needsContainer, reference.containerName.isEmpty { return [.required(path.child("containerName"))] }
        if reference.resource.isEmpty { return [.required(path.child("resource"))] }
        let resource = reference.resource
        let isHugePages = resource.hasPrefix("limits.hugepages-") || resource.hasPrefix("requests.hugepages-")
        var errors = isHugePages ? [] : ValueRules.oneOf(resource, containerResources, path.child("resource"))
        errors += divisor(reference, path.child("divisor"))
        return errors
    }

    private static func divisor(_ reference: ResourceFieldSelector, _ path: FieldPath) -> [FieldError] {
        let divisor = reference.divisor
        guard !divisor.isZero else { return [] }
        let resource = reference.resource
        if resource.hasSuffix(".cpu") {
            let fits = divisor == Quantity(1) || divisor == Quantity(milli: 1)
            return fits
                ? [] : [.invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource")]
        }
        let units = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
        guard !units.contains(divisor.text), resource.contains(".") else { return [] }
        let kind =
            resource.hasSuffix("memory")
            ? "memory" : resource.hasSuffix("storage") ? "local ephemeral storage" : "hugepages"
        let text =
            "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the \(kind) resource"
        return [.invalid(path, resource, text)]
    }
}
