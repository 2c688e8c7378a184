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
        "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports",
        "services.loadbalancers",
    ]

    /// The faults of a container's resources.
    static func container(_ resources: ResourceRequirements, _ path: FieldPath) -> [FieldError] {
        requirements(resources, path, name: containerResourceName)
    }

    private static func requirements(
        _ resources: ResourceRequirements, _ path: FieldPath, name rule: (String, FieldPath) -> [FieldError]
    ) -> [FieldError] {
        if resources.limits.isEmpty, resources.requests.isEmpty { return [] }
        let (limits, requests) = (path.child("limits"), path.child("requests"))
        var errors: [FieldError] = []
        for (name, limit) in sorted(resources.limits) {
            let at = limits.key(name)
            errors += rule(name, at) + quantity(limit, of: name, at)
            errors += hugePages(limit, of: name, at)
        }
        for (name, request) in sorted(resources.requests) {
            let at = requests.key(name)
            errors += rule(name, at) + quantity(request, of: name, at)
            if let limit = resources.limits[name] {
                if request != limit, !isOvercommitAllowed(name) {
                    errors.append(.invalid(requests, request.text, "must be equal to \(name) limit of \(limit.text)"))
                } else if request > limit {
                    let text = "must be less than or equal to \(name) limit of \(limit.text)"
                    errors.append(.invalid(requests, request.text, text))
                }
            } else if !isOvercommitAllowed(name) {
                errors.append(.required(limits, "Limit must be set for non overcommitable resources"))
            }
            errors += hugePages(request, of: name, at)
        }
        let isAsked = { (name: String) in resources.limits[name] != nil || resources.requests[name] != nil }
        let hasHugePages = resources.limits.keys.contains(where: isHugePages)
        if hasHugePages || resources.requests.keys.contains(where: isHugePages), !isAsked("cpu"), !isAsked("memory") {
            errors.append(.forbidden(path, "HugePages require cpu or memory"))
        }
        return errors
    }

    /// Huge pages come in whole pages.
    private static func hugePages(_ amount: Quantity, of name: String, _ path: FieldPath) -> [FieldError] {
        guard isHugePages(name) else { return [] }
        // a name that tells no size has no multiples
        if let size = Quantity(String(name.dropFirst("hugepages-".count))), size.value > 0,
            amount.value % size.value == 0, amount.value >= 0
        {
            return []
        }
        return [.invalid(path, amount.text, "\(amount.text) is not positive integer multiple of \(name)")]
    }

    /// The faults of the resources of a whole pod: cpu, memory and huge pages alone, and at least what its containers ask for.
    static func pod(_ resources: ResourceRequirements, of spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        if spec.os?.name == "windows" { return [.forbidden(path, "may not be set for a windows pod")] }
        var errors: [FieldError] = []
        if !resources.claims.isEmpty {
            errors.append(.forbidden(path.child("claims"), "claims cannot be set for Resources at pod-level"))
        }
        errors += requirements(resources, path) { name, at in
            let faults = resourceName(name, at)
            guard faults.isEmpty, !PodResources.isSupported(name) else { return faults }
            return [.notSupported(at, name, ["cpu", "hugepages-", "memory"])]
        }
        for (name, sum) in sorted(PodResources.containerRequests(spec)) where PodResources.isSupported(name) {
            guard let whole = resources.requests[name], sum > whole else { continue }
            let text = "must be greater than or equal to aggregate container requests of \(sum.text)"
            errors.append(.invalid(path.child("requests").key(name), whole.text, text))
        }
        for (name, sum) in sorted(PodResources.containerLimits(spec)) where isHugePages(name) {
            guard let whole = resources.limits[name], sum > whole else { continue }
            let text = "must be greater than or equal to aggregate container limits of \(sum.text)"
            errors.append(.invalid(path.child("limits").key(name), whole.text, text))
        }
        for (index, container) in spec.containers.enumerated() {
            for (name, limit) in sorted(container.resources.limits) {
                guard let whole = resources.limits[name], limit > whole else { continue }
                let at = path.child("containers").index(index).key(name).child("limits")
                errors.append(.invalid(at, limit.text, "must be less than or equal to pod limits of \(whole.text)"))
            }
        }
        return errors
    }

    /// The claims that a container uses must be claims of its pod.
    static func claims(
        _ claims: [CoreResourceClaim], of pod: Set<String>, _ path: @autoclosure () -> FieldPath
    ) -> [FieldError] {
        if claims.isEmpty { return [] }
        let path = path()
        var errors: [FieldError] = []
        var used: Set<String> = []
        for (index, claim) in claims.enumerated() {
            let at = path.index(index)
            guard !claim.name.isEmpty else {
                errors.append(.required(at))
                continue
            }
            if used.contains(claim.name) {
                errors.append(.duplicate(at, claim.name))
            } else {
                errors += request(of: claim, &used, at)
            }
            guard !pod.contains(claim.name) else { continue }
            var missing = FieldError.notFound(at, .string(claim.name))
            missing.detail = "must be one of the names in pod.spec.resourceClaims"
            missing.detail += pod.isEmpty ? " which is empty" : ": " + pod.sorted().joined(separator: ", ")
            errors.append(missing)
        }
        return errors
    }

    private static func request(of claim: CoreResourceClaim, _ used: inout Set<String>, _ path: FieldPath)
        -> [FieldError]
    {
        let key = claim.request.isEmpty ? claim.name : claim.name + "/" + claim.request
        var errors = ValueRules.optionalName(claim.request, path.child("request"), NameRules.dns1123Label)
        if used.contains(key) {
            errors.append(.duplicate(path, key))
        } else if claim.request.isEmpty, used.contains(where: { $0.hasPrefix(claim.name + "/") }) {
            errors.append(.duplicate(path, claim.name))
        }
        used.insert(key)
        return errors
    }

    private static func sorted(_ amounts: [String: Quantity]) -> [(key: String, value: Quantity)] {
        amounts.count < 2 ? Array(amounts) : amounts.sorted { $0.key < $1.key }
    }

    /// The faults of the name of a resource of a container.
    static func containerResourceName(_ name: String, _ path: FieldPath) -> [FieldError] {
        if standardForContainers.contains(name) { return [] }
        var errors = resourceName(name, path)
        if !name.contains("/") {
            if !isHugePages(name) {
                errors.append(.invalid(path, name, "must be a standard resource for containers"))
            }
        } else if !isNative(name), !isExtended(name) {
            errors.append(.invalid(path, name, "doesn't follow extended resource name standard"))
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

    private static let zero = Quantity()

    /// The faults of an amount: negative, or a part of something that cannot be parted.
    static func quantity(_ amount: Quantity, of name: String, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if amount < zero { errors.append(.invalid(path, amount.text, ValueRules.notNegative)) }
        if isInteger(name), amount.milliValue % 1000 != 0 {
            errors.append(.invalid(path, amount.text, "must be an integer"))
        }
        return errors
    }

    static func isHugePages(_ name: String) -> Bool { name.hasPrefix("hugepages-") }

    private static func isNative(_ name: String) -> Bool {
        !name.utf8.contains(UInt8(ascii: "/"))
            || name.split(separator: "/").first.map { $0.hasSuffix("kubernetes.io") } ?? false
    }

    static func isOvercommitAllowed(_ name: String) -> Bool { isNative(name) && !isHugePages(name) }

    /// What is counted: objects, and whatever somebody else defines.
    private static let counted: Set<String> = [
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
        "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
    ]

    private static func isInteger(_ name: String) -> Bool { counted.contains(name) || isExtended(name) }

    /// Whether a name is of a resource that nodes have and Kubernetes does not know.
    private static func isExtended(_ name: String) -> Bool {
        !isNative(name) && !name.hasPrefix("requests.") && LabelRules.qualifiedName("requests." + name).isEmpty
    }
}
