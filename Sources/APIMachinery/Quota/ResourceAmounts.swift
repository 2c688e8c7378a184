// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// Amounts by resource name: `ResourceList`.
public typealias ResourceAmounts = [String: Quantity]

/// Arithmetic on amounts.
///
/// - SeeAlso: `k8s.io/apiserver/pkg/quota/v1`.
extension ResourceAmounts {
    /// The sums; what only one of the two has is taken as it is.
    public func adding(_ other: ResourceAmounts) -> ResourceAmounts { merging(other) { $0 + $1 } }

    /// The larger of each two amounts; what only one of the two has is taken as it is.
    public func maximum(_ other: ResourceAmounts) -> ResourceAmounts { merging(other) { $0 < $1 ? $1 : $0 } }

    /// The differences, but nothing below zero; what only the other has is zero.
    public func subtractingToZero(_ other: ResourceAmounts) -> ResourceAmounts {
        var result: ResourceAmounts = [:]
        for (name, amount) in self {
            let rest = other[name].map { amount - $0 } ?? amount
            result[name] = rest > Quantity() ? rest : Quantity()
        }
        for name in other.keys where result[name] == nil { result[name] = Quantity() }
        return result
    }

    /// The amounts of some names alone.
    public func masked(by names: Set<String>) -> ResourceAmounts { filter { names.contains($0.key) } }

    /// Without the amounts that are zero.
    public var withoutZeros: ResourceAmounts { filter { !$0.value.isZero } }

    /// The names whose amount is above that of `limits`; names that `limits` lacks have no limit.
    public func exceeding(_ limits: ResourceAmounts) -> Set<String> {
        Set(compactMap { name, amount in limits[name].flatMap { amount > $0 ? name : nil } })
    }

    /// `cpu=1,memory=2Gi`: sorted by name, as messages about quotas write amounts.
    public var quotaText: String {
        sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { "\($0.key)=\($0.value)" }
            .joined(separator: ",")
    }
}
