// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Whether pods bear the taints of nodes.
enum Tolerations {
    /// - SeeAlso: `ToleratesTaint` of `core/v1`; KEP-5471 for `Lt` and `Gt`.
    static func tolerates(_ toleration: Toleration, _ taint: Taint) -> Bool {
        if !toleration.effect.isEmpty && toleration.effect != taint.effect { return false }
        if !toleration.key.isEmpty && toleration.key != taint.key { return false }
        switch toleration.operator {
        case "", "Equal": return toleration.value == taint.value
        case "Exists": return true
        case "Lt", "Gt":
            guard let bound = Int64(toleration.value), let value = Int64(taint.value) else { return false }
            return toleration.operator == "Lt" ? value < bound : value > bound
        default: return false
        }
    }

    /// The first taint that keeps a pod off a node.
    static func firstUntolerated(_ taints: [Taint], _ tolerations: [Toleration]) -> Taint? {
        taints.first { taint in
            (taint.effect == TaintEffect.noSchedule || taint.effect == TaintEffect.noExecute)
                && !tolerations.contains { tolerates($0, taint) }
        }
    }

    /// How many `PreferNoSchedule` taints a pod does not bear.
    static func countUnpreferred(_ taints: [Taint], _ tolerations: [Toleration]) -> Int64 {
        var count: Int64 = 0
        for taint in taints where taint.effect == TaintEffect.preferNoSchedule {
            let isBorne = tolerations.contains {
                ($0.effect.isEmpty || $0.effect == TaintEffect.preferNoSchedule) && tolerates($0, taint)
            }
            if !isBorne { count += 1 }
        }
        return count
    }

    /// The taint of a node that is `spec.unschedulable`.
    static let unschedulable = {
        var taint = Taint()
        taint.key = "node.kubernetes.io/unschedulable"
        taint.effect = TaintEffect.noSchedule
        return taint
    }()
}
