// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// An object as quotas see it.
///
/// - SeeAlso: the evaluators of Kubernetes' `pkg/quota/v1`.
public enum QuotaItem: Sendable {
    case pod(Pod)
    case service(Service)
    case claim(PersistentVolumeClaim)
    case resourceClaim(ResourceClaim)
    /// Any other object: one more of its kind, by `count/...` and, for some kinds, an older name.
    case counted([String])

    /// What the object uses.
    ///
    /// - Parameter now: decides whether a pod that is being deleted still counts.
    public func usage(now: Time) -> ResourceAmounts {
        switch self {
        case .pod(let pod): PodQuota.usage(pod, now: now)
        case .service(let service): Self.usage(service)
        case .claim(let claim): ClaimQuota.usage(claim)
        case .resourceClaim(let claim): ResourceClaimQuota.usage(claim)
        case .counted(let names): Dictionary(uniqueKeysWithValues: names.map { ($0, Quantity(1)) })
        }
    }

    /// Whether the object is one of those that a scope selects.
    public func matches(_ scope: ScopedResourceSelectorRequirement) -> Bool {
        switch self {
        case .pod(let pod): PodQuota.matches(pod, scope)
        case .claim(let claim): ClaimQuota.matches(claim, scope)
        case .service, .resourceClaim, .counted: false
        }
    }

    /// Whether a quota counts the object at all: all scopes select it, and a resource of its kind is limited.
    ///
    /// - Parameter hard: the limits that count; those of the status at admission, those of the specification for the controller.
    public func isCounted(by spec: ResourceQuotaSpec, hard: ResourceAmounts) -> Bool {
        guard hard.keys.contains(where: kind.tracks) else { return false }
        return spec.allScopes.allSatisfy(matches)
    }

    /// What the object must name but does not; nil where nothing is missing.
    ///
    /// - Parameter required: the limited resources of the object's kind.
    public func missing(_ required: Set<String>) -> String? {
        guard case .pod(let pod) = self else { return nil }
        return PodQuota.missing(required, pod)
    }

    public var kind: QuotaKind {
        switch self {
        case .pod: .pods
        case .service: .services
        case .claim: .claims
        case .resourceClaim: .resourceClaims
        case .counted(let names): .counted(names)
        }
    }

    private static func usage(_ service: Service) -> ResourceAmounts {
        var amounts: ResourceAmounts = [
            "count/services": Quantity(1), ResourceName.services: Quantity(1),
            ResourceName.servicesLoadbalancers: Quantity(), ResourceName.servicesNodeports: Quantity(),
        ]
        let ports = service.spec.ports
        switch service.spec.type {
        case ServiceType.nodePort: amounts[ResourceName.servicesNodeports] = Quantity(Int64(ports.count))
        case ServiceType.loadBalancer:
            // ports are allocated later, so the intent counts
            let isSuppressed = service.spec.allocateLoadBalancerNodePorts == false
            let count = isSuppressed ? ports.count { $0.nodePort != 0 } : ports.count
            amounts[ResourceName.servicesNodeports] = Quantity(Int64(count))
            amounts[ResourceName.servicesLoadbalancers] = Quantity(1)
        default: break
        }
        return amounts
    }
}

extension ResourceQuotaSpec {
    /// Scopes of both forms.
    public var allScopes: [ScopedResourceSelectorRequirement] {
        scopes.map { name in
            ScopedResourceSelectorRequirement {
                $0.scopeName = name
                $0.`operator` = ScopeSelectorOperator.exists
            }
        } + (scopeSelector?.matchExpressions ?? [])
    }
}

extension ScopedResourceSelectorRequirement {
    /// Whether one of the values is selected; no value at all stands for an object that has none.
    func selects(_ candidates: Set<String>) -> Bool {
        switch `operator` {
        case ScopeSelectorOperator.exists: !candidates.isEmpty
        case ScopeSelectorOperator.doesNotExist: candidates.isEmpty
        case ScopeSelectorOperator.in: !candidates.isDisjoint(with: values)
        case ScopeSelectorOperator.notIn: candidates.isEmpty || candidates.contains { !values.contains($0) }
        default: false
        }
    }
}
