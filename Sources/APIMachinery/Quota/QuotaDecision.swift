// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// What quotas say of a write: nothing, that they are charged, or that it is refused. Pure.
///
/// - SeeAlso: `CheckRequest` of `k8s.io/apiserver/pkg/admission/plugin/resourcequota`.
public enum QuotaDecision: Sendable {
    /// No quota counts it, or not more than before.
    case free
    /// The quotas with their new use, in the given order; only those that changed.
    case charge([ResourceQuota])
    /// Why not, as the text after `is forbidden: `.
    case refuse(String)

    /// - Parameters:
    ///   - quotas: all of the namespace.
    ///   - item: the object as it would be stored.
    ///   - old: the object as it is, for an update: only what is used in addition is charged.
    ///   - now: the time of the request.
    public static func decide(_ quotas: [ResourceQuota], _ item: QuotaItem, old: QuotaItem?, now: Time) -> QuotaDecision
    {
        let counting = quotas.filter { item.isCounted(by: $0.spec, hard: $0.status.hard) }
        for quota in counting {
            let names = Set(quota.status.hard.keys.filter(item.kind.tracks))
            if let missing = item.missing(names) {
                return .refuse("failed quota: \(quota.metadata.name): \(missing)")
            }
            if names.contains(where: { quota.status.used[$0] == nil }) {
                let text = names.sorted().joined(separator: ",")
                return .refuse("status unknown for quota: \(quota.metadata.name), resources: \(text)")
            }
        }
        guard !counting.isEmpty else { return .free }
        let usage = item.usage(now: now)
        let negative = usage.filter { $0.value < Quantity() }.keys.sorted()
        guard negative.isEmpty else {
            return .refuse("quota usage is negative for resource(s): \(negative.joined(separator: ","))")
        }
        return charge(counting, usage, old, now)
    }

    private static func charge(
        _ quotas: [ResourceQuota], _ usage: ResourceAmounts, _ old: QuotaItem?, _ now: Time
    ) -> QuotaDecision {
        var changed: [ResourceQuota] = []
        for quota in quotas {
            var delta = usage
            if let old, old.isCounted(by: quota.spec, hard: quota.status.hard) {
                delta = usage.subtractingToZero(old.usage(now: now))
            }
            let hard = quota.status.hard
            let requested = delta.withoutZeros.masked(by: Set(hard.keys))
            guard !requested.isEmpty else { continue }
            let sums = quota.status.used.adding(requested)
            let exceeded = sums.masked(by: Set(requested.keys)).exceeding(hard)
            guard exceeded.isEmpty else {
                return .refuse(
                    "exceeded quota: \(quota.metadata.name), requested: \(requested.masked(by: exceeded).quotaText), "
                        + "used: \(quota.status.used.masked(by: exceeded).quotaText), "
                        + "limited: \(hard.masked(by: exceeded).quotaText)")
            }
            var next = quota
            next.status.used = sums
            changed.append(next)
        }
        return changed.isEmpty ? .free : .charge(changed)
    }
}
