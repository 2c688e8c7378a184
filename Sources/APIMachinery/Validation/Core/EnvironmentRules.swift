// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The environment of containers.
enum EnvironmentRules {
    static func validate(_ variables: [EnvVar], _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, variable) in variables.enumerated() {
            errors += ValueRules.name(variable.name, path().index(index).child("name"), NameRules.environmentName)
            if let source = variable.valueFrom {
                errors += self.source(source, variable, path().index(index).child("valueFrom"))
            }
        }
        return errors
    }

    private static func source(_ source: EnvVarSource, _ variable: EnvVar, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var count = 0
        let next = { (faults: [FieldError]) in
            count += 1
            errors += faults
        }
        if let reference = source.fieldRef { next(field(reference, environmentFields, path.child("fieldRef"))) }
        if let reference = source.resourceFieldRef { next(resourceField(reference, path.child("resourceFieldRef"))) }
        if let reference = source.configMapKeyRef {
            next(key(reference.localObjectReference.name, reference.key, path.child("configMapKeyRef")))
        }
        if let reference = source.secretKeyRef {
            next(key(reference.localObjectReference.name, reference.key, path.child("secretKeyRef")))
        }
        if let reference = source.fileKeyRef { next(fileKey(reference, path.child("fileKeyRef"))) }
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

    private static func fileKey(_ reference: FileKeySelector, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.name(reference.key, path.child("key"), NameRules.environmentName)
        errors += ValueRules.name(reference.volumeName, path.child("volumeName"), NameRules.dns1123Label)
        return errors + VolumeRules.localPath(reference.path, path.child("path"))
    }

    static func sources(_ sources: [EnvFromSource], _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        if sources.isEmpty { return [] }
        let path = path()
        var errors: [FieldError] = []
        for (index, source) in sources.enumerated() {
            let at = path.index(index)
            errors += ValueRules.optionalName(source.prefix, at.child("prefix"), NameRules.environmentName)
            var count = 0
            if let map = source.configMapRef {
                count += 1
                errors += name(map.localObjectReference.name, at.child("configMapRef", "name"))
            }
            if let secret = source.secretRef {
                count += 1
                errors += name(secret.localObjectReference.name, at.child("secretRef", "name"))
            }
            if count == 0 {
                errors.append(.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
            } else if count > 1 {
                errors.append(.invalid(path, "", "may not have more than one field specified at a time"))
            }
        }
        return errors
    }

    private static func name(_ name: String, _ path: FieldPath) -> [FieldError] {
        ValueRules.name(name, path) { ObjectMetaRules.subdomainName($0, true) }
    }

    private static let environmentFields = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]

    /// Fields of a pod that volumes can show.
    static let volumeFields = [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
    ]

    /// Every field of a pod that can be named at all.
    private static let allFields: Set<String> = Set(environmentFields).union(volumeFields).union([
        "spec.restartPolicy", "spec.schedulerName", "status.phase",
    ])

    /// A reference to a field of the pod, of which `known` can be named, or an entry of its labels or annotations.
    static func field(_ reference: ObjectFieldSelector, _ known: [String], _ path: FieldPath) -> [FieldError] {
        if reference.apiVersion.isEmpty { return [.required(path.child("apiVersion"))] }
        if reference.fieldPath.isEmpty { return [.required(path.child("fieldPath"))] }
        let fieldPath = path.child("fieldPath")
        func refuse(_ text: String) -> [FieldError] {
            [.invalid(fieldPath, reference.fieldPath, "error converting fieldPath: " + text)]
        }
        guard reference.apiVersion == "v1" else { return refuse("unsupported pod version: \(reference.apiVersion)") }
        if let (whole, key) = subscripted(reference.fieldPath) {
            switch whole {
            case "metadata.annotations":
                let name = key.lowercased()
                return LabelRules.qualifiedName(name).map { .invalid(path, name, $0) }
            case "metadata.labels": return LabelRules.qualifiedName(key).map { .invalid(path, key, $0) }
            default:
                guard allFields.contains(whole) else { return refuse("field label not supported: \(whole)") }
                return [.invalid(path, whole, "does not support subscript")]
            }
        }
        let name = reference.fieldPath == "spec.host" ? "spec.nodeName" : reference.fieldPath
        guard allFields.contains(name) else { return refuse("field label not supported: \(name)") }
        return ValueRules.oneOf(name, known, fieldPath)
    }

    /// `metadata.labels` and `app` for `metadata.labels['app']`.
    private static func subscripted(_ text: String) -> (String, String)? {
        guard text.hasSuffix("']"), let open = text.firstIndex(of: "[") else { return nil }
        let inner = text[open...].dropLast(2)
        guard inner.hasPrefix("['"), open > text.startIndex else { return nil }
        return (String(text[..<open]), String(inner.dropFirst(2)))
    }

    private static let containerResources = [
        "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
        "requests.memory",
    ]

    /// A reference to what a container asks for; `needsContainer` where it is not the one that refers.
    static func resourceField(
        _ reference: ResourceFieldSelector, needsContainer: Bool = false, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let resource = reference.resource
        if needsContainer, reference.containerName.isEmpty {
            errors.append(.required(path.child("containerName")))
        } else if resource.isEmpty {
            errors.append(.required(path.child("resource")))
        } else if !isHugePages(resource) {
            errors += ValueRules.oneOf(resource, containerResources, path.child("resource"))
        }
        return errors + divisor(reference, path.child("divisor"))
    }

    private static func isHugePages(_ resource: String) -> Bool {
        resource.hasPrefix("limits.hugepages-") || resource.hasPrefix("requests.hugepages-")
    }

    private static let divisors = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]

    private static func divisor(_ reference: ResourceFieldSelector, _ path: FieldPath) -> [FieldError] {
        let resource = reference.resource
        guard !reference.divisor.isZero else { return [] }
        let text = reference.divisor.text
        switch resource {
        case "limits.cpu", "requests.cpu":
            let message = "only divisor's values 1m and 1 are supported with the cpu resource"
            return text == "1" || text == "1m" ? [] : [.invalid(path, resource, message)]
        case "limits.memory", "requests.memory": return wholeDivisor(text, "memory", resource, path)
        case "limits.ephemeral-storage", "requests.ephemeral-storage":
            return wholeDivisor(text, "local ephemeral storage", resource, path)
        default: return isHugePages(resource) ? wholeDivisor(text, "hugepages", resource, path) : []
        }
    }

    private static func wholeDivisor(
        _ text: String, _ kind: String, _ resource: String, _ path: FieldPath
    ) -> [FieldError] {
        guard !divisors.contains(text) else { return [] }
        let message =
            "only divisor's values \(divisors.joined(separator: ", ")) are supported with the \(kind) resource"
        return [.invalid(path, resource, message)]
    }
}
