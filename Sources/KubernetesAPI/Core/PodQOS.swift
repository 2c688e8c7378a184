// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The quality of service class of a pod.
///
/// - SeeAlso: `ComputePodQOS` of Kubernetes' `pkg/apis/core/v1/helper/qos`.
public enum PodQOS {
    private static let resources = ["cpu", "memory"]

    /// The class that a specification has: that of the pod's own resources, where it has some, otherwise that of its containers.
    public static func classify(_ spec: PodSpec) -> String {
        if let whole = spec.resources, !whole.limits.isEmpty || !whole.requests.isEmpty { return classify([whole]) }
        return classify((spec.containers + spec.initContainers).map(\.resources))
    }

    private static func classify(_ parts: [ResourceRequirements]) -> String {
        var requests: [String: Quantity] = [:]
        var limits: [String: Quantity] = [:]
        var isLimited = true
        for part in parts {
            for name in resources {
                if let amount = part.requests[name], amount > Quantity() {
                    requests[name] = (requests[name] ?? Quantity()) + amount
                }
                if let amount = part.limits[name], amount > Quantity() {
                    limits[name] = (limits[name] ?? Quantity()) + amount
                } else {
                    isLimited = false
                }
            }
        }
        if requests.isEmpty, limits.isEmpty { return PodQOSClass.bestEffort }
        return isLimited && requests == limits ? PodQOSClass.guaranteed : PodQOSClass.burstable
    }
}
