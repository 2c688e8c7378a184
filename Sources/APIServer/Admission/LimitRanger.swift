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
        hooks.validate(Pod.self) { pod, old, context in
            let isResize = context.operation == .update && context.subresource == "resize"
            guard isResize || (context.operation == .create && context.subresource.isEmpty),
                old?.metadata.deletionTimestamp == nil
            else { return }
            for range in try await limits(context.namespace) {
                try Self.refuse(LimitRules.faults(pod, range), Pod.resource, pod.metadata.admissionName)
            }
        }
        hooks.validate(PersistentVolumeClaim.self) { claim, old, context in
            guard context.subresource.isEmpty, old?.metadata.deletionTimestamp == nil else { return }
            for range in try await limits(context.namespace) {
                try Self.refuse(
                    LimitRules.faults(claim, range), PersistentVolumeClaim.resource, claim.metadata.admissionName)
            }
        }
    }

    private static func refuse(_ faults: [String], _ resource: ResourceInfo, _ name: String) throws(APIStatusError) {
        // what several containers do is told once
        let unique = faults.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        guard let first = unique.first else { return }
        let text = unique.count == 1 ? first : "[" + unique.joined(separator: ", ") + "]"
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
                faults += self.faults(
                    item, PodAmounts.requests(pod, countsOverhead: false), PodAmounts.limits(pod, countsOverhead: false)
                )
            default: break
            }
        }
        return faults
    }

    static func faults(_ claim: PersistentVolumeClaim, _ range: LimitRange) -> [String] {
        range.spec.limits.filter { $0.type == LimitType.persistentVolumeClaim }.flatMap { item in
            minimumFaults(item, claim.spec.resources.requests, [:])
                + item.max.keys.sortedByUTF8().compactMap { name in
                    guard let bound = item.max[name] else { return nil }
                    guard let request = claim.spec.resources.requests[name] else {
                        return "maximum \(name) usage per \(item.type) is \(bound).  No request is specified"
                    }
                    guard request > bound else { return nil }
                    return "maximum \(name) usage per \(item.type) is \(bound), but request is \(request)"
                }
        }
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
            let what = "\(name) max limit to request ratio per \(item.type) is \(bound), but "
            guard let request = requests[name], !request.isZero else {
                return what + "no request is specified or request is 0"
            }
            guard let limit = limits[name], !limit.isZero else { return what + "no limit is specified or limit is 0" }
            let ratio = Double(limit.milliValue) / Double(max(request.milliValue, 1))
            guard ratio > Double(bound.milliValue) / 1000 else { return nil }
            guard ratio < 1e12 else {
                return what + "the ratio is too large"
            }
            let milli = Int64((ratio * 1_000_000).rounded())
            let text = "\(milli / 1_000_000).\(String(milli % 1_000_000 + 1_000_000).dropFirst())"
            return what + "provided ratio is \(text)"
        }
    }
}
