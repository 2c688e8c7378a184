// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Fills in requests and limits of containers from the namespace's LimitRanges, and holds pods and claims to them.
///
/// - SeeAlso: Kubernetes' admission plugin of that name.
struct LimitRanger: AdmissionPlugin {
    static let name = "LimitRanger"

    let ranges: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Pod.self) { pod, _, context in
            guard context.operation == .create, context.subresource.isEmpty else { return }
            for range in try await limits(context.namespace) { LimitRules.fill(&pod, from: range) }
        }
        hooks.validate(Pod.self) { pod, _, context in
            guard context.operation == .create, context.subresource.isEmpty else { return }
            let faults = try await limits(context.namespace).flatMap { LimitRules.faults(pod, $0) }
            try Self.refuse(faults, Pod.resource, pod.metadata.name)
        }
        hooks.validate(PersistentVolumeClaim.self) { claim, _, context in
            guard context.operation != .delete, context.subresource.isEmpty else { return }
            let faults = try await limits(context.namespace).flatMap { LimitRules.faults(claim, $0) }
            try Self.refuse(faults, PersistentVolumeClaim.resource, claim.metadata.name)
        }
    }

    private static func refuse(_ faults: [String], _ resource: ResourceInfo, _ name: String) throws(APIStatusError) {
        guard let first = faults.first else { return }
        let text = faults.count == 1 ? first : "[" + faults.joined(separator: ", ") + "]"
        throw .forbidden(resource, name, text)
    }

    private func limits(_ namespace: String) async throws -> [LimitRange] {
        try await ranges.snapshot().objects(ObjectSelection(namespace: namespace))
            .map { try JSONCoding.decode(LimitRange.self, from: $0.bytes) }
    }
}

/// What LimitRanges ask for and fill in.
enum LimitRules {
    /// Gives containers the defaults they lack, and says so in an annotation.
    static func fill(_ pod: inout Pod, from range: LimitRange) {
        let items = range.spec.limits.filter { $0.type == LimitType.container }
        var requests: [String: Quantity] = [:]
        var limits: [String: Quantity] = [:]
        for item in items {
            requests.merge(item.defaultRequest) { $1 }
            limits.merge(item.default) { $1 }
        }
        guard !requests.isEmpty || !limits.isEmpty else { return }
        var notes: [String] = []
        for index in pod.spec.containers.indices {
            notes += fill(&pod.spec.containers[index], requests, limits, "container")
        }
        for index in pod.spec.initContainers.indices {
            notes += fill(&pod.spec.initContainers[index], requests, limits, "init container")
        }
        guard !notes.isEmpty else { return }
        pod.metadata.annotations["kubernetes.io/limit-ranger"] =
            "LimitRanger plugin set: " + notes.joined(separator: "; ")
    }

    private static func fill(
        _ container: inout Container, _ requests: [String: Quantity], _ limits: [String: Quantity], _ what: String
    ) -> [String] {
        let newLimits = limits.keys.filter { container.resources.limits[$0] == nil }.sortedByUTF8()
        let newRequests = requests.keys.filter { container.resources.requests[$0] == nil }.sortedByUTF8()
        for name in newLimits { container.resources.limits[name] = limits[name] }
        for name in newRequests { container.resources.requests[name] = requests[name] }
        var notes: [String] = []
        if !newRequests.isEmpty {
            notes.append("\(newRequests.joined(separator: ", ")) request for \(what) \(container.name)")
        }
        if !newLimits.isEmpty {
            notes.append("\(newLimits.joined(separator: ", ")) limit for \(what) \(container.name)")
        }
        return notes
    }

    static func faults(_ pod: Pod, _ range: LimitRange) -> [String] {
        var faults: [String] = []
        for item in range.spec.limits {
            switch item.type {
            case LimitType.container:
                for container in pod.spec.containers + pod.spec.initContainers {
                    faults += self.faults(item, container.resources.requests, container.resources.limits)
                }
            case LimitType.pod:
                faults += self.faults(item, sum(pod, \.requests), sum(pod, \.limits))
            default: break
            }
        }
        return faults
    }

    static func faults(_ claim: PersistentVolumeClaim, _ range: LimitRange) -> [String] {
        range.spec.limits.filter { $0.type == LimitType.persistentVolumeClaim }.flatMap { item in
            minimumFaults(item, claim.spec.resources.requests, [:])
                + item.max.keys.sortedByUTF8().compactMap { name in
                    guard let limit = item.max[name], let request = claim.spec.resources.requests[name], request > limit
                    else { return nil }
                    return "maximum \(name) usage per \(item.type) is \(limit), but request is \(request)"
                }
        }
    }

    /// What a pod asks for: the sum over its containers, or its largest init container.
    private static func sum(_ pod: Pod, _ list: KeyPath<ResourceRequirements, [String: Quantity]>) -> [String: Quantity]
    {
        var total: [String: Quantity] = [:]
        for container in pod.spec.containers { total.merge(container.resources[keyPath: list]) { $0 + $1 } }
        for container in pod.spec.initContainers { total.merge(container.resources[keyPath: list]) { max($0, $1) } }
        return total
    }

    private static func faults(
        _ item: LimitRangeItem, _ requests: [String: Quantity], _ limits: [String: Quantity]
    ) -> [String] {
        minimumFaults(item, requests, limits) + maximumFaults(item, requests, limits)
            + ratioFaults(item, requests, limits)
    }

    private static func minimumFaults(
        _ item: LimitRangeItem, _ requests: [String: Quantity], _ limits: [String: Quantity]
    ) -> [String] {
        item.min.keys.sortedByUTF8().compactMap { name in
            guard let bound = item.min[name] else { return nil }
            guard let request = requests[name] else {
                return "minimum \(name) usage per \(item.type) is \(bound).  No request is specified"
            }
            if request < bound {
                return "minimum \(name) usage per \(item.type) is \(bound), but request is \(request)"
            }
            if let limit = limits[name], limit < bound {
                return "minimum \(name) usage per \(item.type) is \(bound), but limit is \(limit)"
            }
            return nil
        }
    }

    private static func maximumFaults(
        _ item: LimitRangeItem, _ requests: [String: Quantity], _ limits: [String: Quantity]
    ) -> [String] {
        item.max.keys.sortedByUTF8().compactMap { name in
            guard let bound = item.max[name] else { return nil }
            guard let limit = limits[name] else {
                return "maximum \(name) usage per \(item.type) is \(bound).  No limit is specified"
            }
            if limit > bound { return "maximum \(name) usage per \(item.type) is \(bound), but limit is \(limit)" }
            if let request = requests[name], request > bound {
                return "maximum \(name) usage per \(item.type) is \(bound), but request is \(request)"
            }
            return nil
        }
    }

    private static func ratioFaults(
        _ item: LimitRangeItem, _ requests: [String: Quantity], _ limits: [String: Quantity]
    ) -> [String] {
        item.maxLimitRequestRatio.keys.sortedByUTF8().compactMap { name in
            guard let bound = item.maxLimitRequestRatio[name] else { return nil }
            guard let request = requests[name], let limit = limits[name], !request.isZero else {
                return
                    "\(name) max limit to request ratio per \(item.type) is \(bound), but no request is specified or request is 0."
            }
            let ratio = Double(limit.milliValue) / Double(max(request.milliValue, 1))
            guard ratio > Double(bound.milliValue) / 1000 else { return nil }
            guard ratio < 1e12 else {
                return "\(name) max limit to request ratio per \(item.type) is \(bound), but the ratio is too large"
            }
            let milli = Int64((ratio * 1_000_000).rounded())
            let text = "\(milli / 1_000_000).\(String(milli % 1_000_000 + 1_000_000).dropFirst())"
            return "\(name) max limit to request ratio per \(item.type) is \(bound), but provided ratio is \(text)"
        }
    }
}
