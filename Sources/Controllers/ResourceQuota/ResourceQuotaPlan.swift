// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Wire

/// What a quota's status should say. Pure.
///
/// - SeeAlso: `CalculateUsage` of `k8s.io/apiserver/pkg/quota/v1`; `pkg/controller/resourcequota` of Kubernetes.
enum ResourceQuotaPlan {
    /// What there is in a quota's namespace of the kinds that it limits.
    struct Inventory: Sendable {
        /// Pods, Services and claims.
        var items: [QuotaItem] = []
        /// How many objects there are, by `count/...`.
        var counts: [String: Int] = [:]
    }

    /// The kinds of which a quota limits something.
    static func kinds(_ quota: ResourceQuota) -> [QuotaKind] {
        let special: [QuotaKind] = [.pods, .services, .claims, .resourceClaims]
        return special.filter { kind in quota.spec.hard.keys.contains(where: kind.tracks) }
    }

    /// The resources that a quota counts by number alone.
    static func counted(_ quota: ResourceQuota, among resources: [ResourceInfo]) -> [ResourceInfo] {
        resources.filter { resource in
            guard case .counted(let names)? = QuotaKind(resource) else { return false }
            return names.contains { quota.spec.hard[$0] != nil }
        }
    }

    /// The status that the quota should have.
    static func status(_ quota: ResourceQuota, _ inventory: Inventory, now: Time) -> ResourceQuotaStatus {
        let hard = quota.spec.hard
        var used: ResourceAmounts = [:]
        for kind in kinds(quota) {
            for name in hard.keys where kind.tracks(name) { used[name] = Quantity() }
        }
        for item in inventory.items where item.isCounted(by: quota.spec, hard: hard) {
            used = used.adding(item.usage(now: now).masked(by: Set(hard.keys.filter(item.kind.tracks))))
        }
        for (name, count) in inventory.counts where hard[name] != nil {
            // scopes are about pods and claims: they select nothing else
            used[name] = Quantity(quota.spec.allScopes.isEmpty ? Int64(count) : 0)
        }
        return ResourceQuotaStatus {
            $0.hard = hard
            $0.used = used
        }
    }

    /// Whether an object stopped using something, so that its quotas have to be looked at again.
    static func releases(_ old: QuotaItem, _ new: QuotaItem, now: Time) -> Bool {
        let after = new.usage(now: now)
        return old.usage(now: now).contains { name, amount in (after[name] ?? Quantity()) < amount }
    }
}
