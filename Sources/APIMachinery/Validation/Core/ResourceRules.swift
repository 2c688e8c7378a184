// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What containers and pods may ask for.
enum ResourceRules {
    private static let standardForContainers: Set<String> = ["cpu", "memory", "ephemeral-storage"]
    private static let standard: Set<String> = [
        "cpu", "memory", "ephemeral-storage", "storage", "pods", "requests.cpu", "requests.memory",
        "requests.ephemeral-storage",
        "limits.cpu", "limits.memory", "limits.ephemeral-storage", "requests.storage", "services",
        "replicationcontrollers",
        "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
        "resourcequotas",
    ]

    /// The faults of a container's resources.
    static func container(_ resources: ResourceRequirements, _ path: FieldPath) -> [FieldError] {
        var errors = list(resources.limits, path.child("limits"))
        let requests = path.child("requests")
        errors += list(resources.requests, requests)
        for (name, request) in sorted(resources.requests) {
            if let limit = resources.limits[name] {
                if request != limit, !isOvercommitAllowed(name) {
                    errors.append(.invalid(requests, request.text, "must be equal to \(name) limit of \(limit.text)"))
                } else if request > limit {
                    let text = "must be less than or equal to \(name) limit of \(limit.text)"
                    errors.append(.invalid(requests, request.text, text))
                }
            } else if !isOvercommitAllowed(name) {
                errors.append(.required(path.child("limits"), "Limit must be set for non overcommitable resources"))
            }
        }
        let names = Set(resources.limits.keys).union(resources.requests.keys)
        if names.contains(where: isHugePages), names.isDisjoint(with: ["cpu", "memory"]) {
            errors.append(.forbidden(path, "HugePages require cpu or memory"))
        }
        return errors
    }

    /// The faults of the resources of a whole pod: cpu, memory and huge pages alone, and at least what its containers ask for.
    static func pod(_ resources: ResourceRequirements, of spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (part, amounts) in [("limits", resources.limits), ("requests", resources.requests)] {
            for (name, _) in sorted(amounts) where name != "cpu" && name != "memory" && !isHugePages(name) {
                errors.append(.notSupported(path.child(part).key(name), name, ["cpu", "hugepages-", "memory"]))
            }
        }
        for (name, whole) in sorted(resources.requests) {
            let asked = spec.containers.compactMap { $0.resources.requests[name] }
            let sum = asked.reduce(Quantity()) { $0 + $1 }
            if sum > whole {
                let text = "must be greater than or equal to aggregate container requests of \(sum.text)"
                errors.append(.invalid(path.child("requests").key(name), whole.text, text))
            }
        }
        for (name, request) in sorted(resources.requests) {
            guard let limit = resources.limits[name], request > limit else { continue }
            let text = "must be less than or equal to \(name) limit of \(limit.text)"
            errors.append(.invalid(path.child("requests").key(name), request.text, text))
        }
        return errors
    }

    private static func sorted(_ amounts: [String: Quantity]) -> [(key: String, value: Quantity)] {
        amounts.count < 2 ? Array(amounts) : amounts.sorted { $0.key < $1.key }
    }

    private static func list(_ amounts: [String: Quantity], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (name, amount) in sorted(amounts) {
            if !standardForContainers.contains(name) { errors += containerResourceName(name, path.key(name)) }
            errors += quantity(amount, of: name, path.key(name))
            if isHugePages(name), let size = Quantity(String(name.dropFirst("hugepages-".count))), size.value > 0 {
                if amount.value % size.value != 0 || amount.value < 0 {
                    let text = "\(amount.text) is not positive integer multiple of \(name)"
                    errors.append(.invalid(path.key(name), amount.text, text))
                }
            }
        }
        return errors
    }

    /// The faults of the name of a resource of a container.
    static func containerResourceName(_ name: String, _ path: FieldPath) -> [FieldError] {
        var errors = resourceName(name, path)
        if !name.contains("/"), !standardForContainers.contains(name), !isHugePages(name) {
            errors.append(.invalid(path, name, "must be a standard resource for containers"))
        }
        return errors
    }

    /// The faults of the name of any resource.
    static func resourceName(_ name: String, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = LabelRules.qualifiedName(name).map { .invalid(path, name, $0) }
        if errors.isEmpty, !name.contains("/"), !standard.contains(name), !isHugePages(name) {
            errors.append(.invalid(path, name, "must be a standard resource type or fully qualified"))
        }
        return errors
    }

    /// The faults of an amount: negative, or a part of something that cannot be parted.
    static func quantity(_ amount: Quantity, of name: String, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if amount < Quantity() { errors.append(.invalid(path, amount.text, ValueRules.notNegative)) }
        if isInteger(name), amount.milliValue % 1000 != 0 {
            errors.append(.invalid(path, amount.text, "must be an integer"))
        }
        return errors
    }

    static func isHugePages(_ name: String) -> Bool { name.hasPrefix("hugepages-") }

    private static func isNative(_ name: String) -> Bool {
        !name.contains("/") || name.split(separator: "/").first.map { $0.hasSuffix("kubernetes.io") } ?? false
    }

    static func isOvercommitAllowed(_ name: String) -> Bool { isNative(name) && !isHugePages(name) }

    private static func isInteger(_ name: String) -> Bool { !isNative(name) || name == "pods" || isHugePages(name) }
}
