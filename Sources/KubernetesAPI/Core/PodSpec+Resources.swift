// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension [String: Quantity] {
    /// Rounds amounts up to thousandths: finer parts mean nothing for resources.
    mutating func roundUpToMilli() {
        for (name, amount) in self {
            let rounded = Quantity(milli: amount.milliValue, format: amount.format)
            // of amounts too large for thousandths nothing has to be rounded
            if rounded > amount, amount.milliValue < .max { self[name] = rounded }
        }
    }
}

/// Resources of a whole pod.
public enum PodResources {
    /// The resources that can be asked for by a pod as a whole.
    public static func isSupported(_ name: String) -> Bool {
        name == "cpu" || name == "memory" || isHugePages(name)
    }

    static func isHugePages(_ name: String) -> Bool { name.hasPrefix("hugepages-") }

    /// What the containers ask for together: the sum of those that run at once, and at least what the largest init container needs.
    ///
    /// - SeeAlso: `AggregateContainerRequests` of Kubernetes' `component-helpers/resource`.
    public static func containerRequests(_ spec: PodSpec) -> [String: Quantity] { sum(of: spec, \.requests) }

    /// The limits of the containers together, as for ``containerRequests(_:)``.
    public static func containerLimits(_ spec: PodSpec) -> [String: Quantity] { sum(of: spec, \.limits) }

    private static func sum(
        of spec: PodSpec, _ amounts: KeyPath<ResourceRequirements, [String: Quantity]>
    ) -> [String: Quantity] {
        var sum: [String: Quantity] = [:]
        for container in spec.containers { add(container.resources[keyPath: amounts], to: &sum) }
        var sidecars: [String: Quantity] = [:]
        var largest: [String: Quantity] = [:]
        for container in spec.initContainers {
            var needed = container.resources[keyPath: amounts]
            if container.restartPolicy == "Always" {
                add(needed, to: &sum)
                add(needed, to: &sidecars)
                needed = sidecars
            } else {
                add(sidecars, to: &needed)
            }
            raise(&largest, to: needed)
        }
        raise(&sum, to: largest)
        return sum
    }

    private static func add(_ amounts: [String: Quantity], to sum: inout [String: Quantity]) {
        for (name, amount) in amounts { sum[name] = (sum[name] ?? Quantity()) + amount }
    }

    private static func raise(_ amounts: inout [String: Quantity], to others: [String: Quantity]) {
        for (name, amount) in others where (amounts[name] ?? Quantity()) < amount || amounts[name] == nil {
            amounts[name] = amount
        }
    }
}

extension PodSpec {
    /// Requests of the pod follow those of its containers, or its own limits, once it has limits.
    mutating func applyPodResources() {
        guard var whole = resources, !whole.limits.isEmpty || !whole.requests.isEmpty else { return }
        let limits = whole.limits
        for (name, amount) in PodResources.containerRequests(self)
        where !PodResources.isHugePages(name) && PodResources.isSupported(name) && whole.requests[name] == nil
            && !limits.isEmpty
        {
            whole.requests[name] = amount
        }
        for (name, amount) in limits where PodResources.isSupported(name) && whole.requests[name] == nil {
            whole.requests[name] = amount
        }
        resources = whole
    }
}
