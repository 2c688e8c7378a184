// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// How objects of a resource count against quotas.
public enum QuotaKind: Sendable, Equatable {
    case pods, services, claims, resourceClaims
    /// One for each object, by these names.
    case counted([String])

    private static let storageClassSuffix = ".storageclass.storage.k8s.io/"

    /// - Returns: nil for resources that no quota counts: those without a namespace, and events.
    public init?(_ resource: ResourceInfo) {
        guard resource.isNamespaced, resource.plural != "events" else { return nil }
        switch (resource.group, resource.plural) {
        case ("", "pods"): self = .pods
        case ("", "services"): self = .services
        case ("", "persistentvolumeclaims"): self = .claims
        case ("resource.k8s.io", "resourceclaims"): self = .resourceClaims
        case ("", "configmaps"), ("", "resourcequotas"), ("", "replicationcontrollers"), ("", "secrets"):
            self = .counted([Self.countName(resource), resource.plural])
        default: self = .counted([Self.countName(resource)])
        }
    }

    /// `count/deployments.apps`.
    public static func countName(_ resource: ResourceInfo) -> String {
        resource.group.isEmpty ? "count/\(resource.plural)" : "count/\(resource.plural).\(resource.group)"
    }

    /// Whether a limited resource is one that objects of this kind use.
    public func tracks(_ name: String) -> Bool {
        switch self {
        case .pods: PodQuota.tracks(name)
        case .services:
            name == "count/services" || name == ResourceName.services || name == ResourceName.servicesNodeports
                || name == ResourceName.servicesLoadbalancers
        case .claims:
            name == "count/persistentvolumeclaims" || Self.claimNames.contains(name)
                || Self.claimNames.contains { name.hasSuffix(Self.storageClassSuffix + $0) }
        case .resourceClaims:
            name == ResourceClaimQuota.countName || name.hasSuffix(ResourceClaimQuota.deviceSuffix)
        case .counted(let names): names.contains(name)
        }
    }

    private static let claimNames = [ResourceName.persistentvolumeclaims, ResourceName.requestsStorage]

    /// The name of a resource of claims of one storage class.
    static func ofStorageClass(_ storageClass: String, _ name: String) -> String {
        storageClass + storageClassSuffix + name
    }
}
