// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// What an environment can be made from.
struct EnvironmentSources: Sendable {
    /// ConfigMaps of the pod's namespace by name; nil values are known to be missing.
    var configMaps: [String: ConfigMap] = [:]
    var secrets: [String: Secret] = [:]
    /// Variables for the services; see `ServiceEnvironment`.
    var services: [(name: String, value: String)] = []
    var podIPs: [String] = []
    var hostIPs: [String] = []
    var node = ""
    var allocatable: [String: Quantity] = [:]
}

/// The environment of a container.
///
/// Order and precedence are those of Kubernetes: services, then `envFrom`, then `env`, a later one replacing an earlier one of its name.
struct EnvironmentRules {
    var pod: Pod
    var container: Container
    var sources: EnvironmentSources

    private struct Builder {
        var order: [String] = []
        var values: [String: String] = [:]

        mutating func set(_ name: String, _ value: String) {
            if values.updateValue(value, forKey: name) == nil { order.append(name) }
        }
    }

    /// The variables in the order of their first mention.
    ///
    /// - Throws: `WiringError` when an object or key that is not optional is missing: CreateContainerConfigError.
    func environment() throws(WiringError) -> [CRI.EnvironmentVariable] {
        var builder = Builder()
        for (name, value) in sources.services { builder.set(name, value) }
        for source in container.envFrom { try add(source, to: &builder) }
        for variable in container.env {
            guard let value = try value(of: variable, known: builder.values) else { continue }
            builder.set(variable.name, value)
        }
        return builder.order.map { CRI.EnvironmentVariable($0, builder.values[$0] ?? "") }
    }

    private func add(_ source: EnvFromSource, to builder: inout Builder) throws(WiringError) {
        if let reference = source.configMapRef {
            let name = reference.localObjectReference.name
            guard let map = sources.configMaps[name] else {
                if reference.optional == true { return }
                throw WiringError("configmap \"\(name)\" not found")
            }
            for (key, value) in map.data.sorted(by: { $0.key < $1.key }) { builder.set(source.prefix + key, value) }
        }
        if let reference = source.secretRef {
            let name = reference.localObjectReference.name
            guard let secret = sources.secrets[name] else {
                if reference.optional == true { return }
                throw WiringError("secret \"\(name)\" not found")
            }
            for (key, value) in secret.data.sorted(by: { $0.key < $1.key }) {
                builder.set(source.prefix + key, String(decoding: value, as: UTF8.self))
            }
        }
    }

    private func value(of variable: EnvVar, known: [String: String]) throws(WiringError) -> String? {
        guard let source = variable.valueFrom else { return VariableExpansion.expand(variable.value, known) }
        if let field = source.fieldRef {
            return try FieldReference.value(
                field.fieldPath, of: pod, hostIPs: sources.hostIPs, podIPs: sources.podIPs, node: sources.node)
        }
        if let resource = source.resourceFieldRef {
            return try FieldReference.value(resource, of: pod, in: container.name, allocatable: sources.allocatable)
        }
        if let key = source.configMapKeyRef { return try value(of: key) }
        if let key = source.secretKeyRef { return try value(of: key) }
        return ""
    }

    private func value(of selector: ConfigMapKeySelector) throws(WiringError) -> String? {
        let name = selector.localObjectReference.name
        guard let map = sources.configMaps[name] else {
            if selector.optional == true { return nil }
            throw WiringError("configmap \"\(name)\" not found")
        }
        if let value = map.data[selector.key] { return value }
        if selector.optional == true { return nil }
        throw WiringError("couldn't find key \(selector.key) in ConfigMap \(pod.metadata.namespace)/\(name)")
    }

    private func value(of selector: SecretKeySelector) throws(WiringError) -> String? {
        let name = selector.localObjectReference.name
        guard let secret = sources.secrets[name] else {
            if selector.optional == true { return nil }
            throw WiringError("secret \"\(name)\" not found")
        }
        if let value = secret.data[selector.key] { return String(decoding: value, as: UTF8.self) }
        if selector.optional == true { return nil }
        throw WiringError("couldn't find key \(selector.key) in Secret \(pod.metadata.namespace)/\(name)")
    }
}

/// Which objects of its namespace a pod refers to.
struct ObjectReferences: Sendable, Equatable {
    var configMaps = Set<String>()
    var secrets = Set<String>()

    init() {}

    /// What the environment of a container needs.
    init(environmentOf container: Container) {
        for source in container.envFrom {
            if let reference = source.configMapRef { configMaps.insert(reference.localObjectReference.name) }
            if let reference = source.secretRef { secrets.insert(reference.localObjectReference.name) }
        }
        for variable in container.env {
            if let key = variable.valueFrom?.configMapKeyRef { configMaps.insert(key.localObjectReference.name) }
            if let key = variable.valueFrom?.secretKeyRef { secrets.insert(key.localObjectReference.name) }
        }
    }
}
