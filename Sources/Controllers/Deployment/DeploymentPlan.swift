// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// How many pods each ReplicaSet of a Deployment should have next.
///
/// - SeeAlso: Kubernetes' documentation "Deployments": rolling update, recreate, proportional scaling.
struct DeploymentPlan {
    /// One ReplicaSet to be scaled.
    struct Scale: Equatable {
        var set: ReplicaSet
        var replicas: Int
    }

    let deployment: Deployment
    let sets: DeploymentSets

    /// The steps of a rolling update that may be taken now.
    func rollingUpdate() -> [Scale] {
        guard let current = sets.current else { return [] }
        if let up = scaleUpCurrent(current) { return [up] }
        return scaleDownOld(current)
    }

    /// The size of a ReplicaSet that is about to be made for the present template.
    func initialReplicas() -> Int {
        let wanted = deployment.wantedReplicas
        guard deployment.isRollingUpdate else { return wanted }
        let total = DeploymentSets.replicas(sets.old)
        let room = wanted + deployment.maxSurge - total
        return min(wanted, max(0, room))
    }

    private func scaleUpCurrent(_ current: ReplicaSet) -> Scale? {
        let wanted = deployment.wantedReplicas
        let present = Int(current.spec.replicas ?? 0)
        if present == wanted { return nil }
        if present > wanted { return Scale(set: current, replicas: wanted) }
        let room = wanted + deployment.maxSurge - DeploymentSets.replicas(sets.all)
        guard room > 0 else { return nil }
        return Scale(set: current, replicas: present + min(room, wanted - present))
    }

    private func scaleDownOld(_ current: ReplicaSet) -> [Scale] {
        var old = sets.old.filter { ($0.spec.replicas ?? 0) > 0 }
        guard !old.isEmpty else { return [] }
        let total = DeploymentSets.replicas(sets.all)
        let minimum = deployment.wantedReplicas - deployment.maxUnavailable
        let missingInCurrent = Int(current.spec.replicas ?? 0) - Int(current.status.availableReplicas)
        let mayGo = total - minimum - missingInCurrent
        guard mayGo > 0 else { return [] }
        var scales: [String: Scale] = [:]
        // Pods that do not serve go first: nobody misses them.
        var unhealthyLeft = mayGo
        for index in old.indices {
            let size = Int(old[index].spec.replicas ?? 0)
            let unhealthy = min(size - Int(old[index].status.availableReplicas), unhealthyLeft)
            guard unhealthy > 0 else { continue }
            unhealthyLeft -= unhealthy
            old[index].spec.replicas = Int32(clamping: size - unhealthy)
            scales[old[index].metadata.uid] = Scale(set: old[index], replicas: size - unhealthy)
        }
        var availableLeft = DeploymentSets.available(sets.all) - minimum
        for index in old.indices where availableLeft > 0 {
            let size = Int(old[index].spec.replicas ?? 0)
            let down = min(size, availableLeft)
            guard down > 0 else { continue }
            availableLeft -= down
            scales[old[index].metadata.uid] = Scale(set: old[index], replicas: size - down)
        }
        return sets.old.compactMap { set in scales[set.metadata.uid].map { Scale(set: set, replicas: $0.replicas) } }
    }

    /// The steps of a recreate: first all old pods go, then the new ones come.
    func recreate(hasOldPods: Bool) -> [Scale] {
        let down = sets.old.filter { ($0.spec.replicas ?? 0) > 0 }.map { Scale(set: $0, replicas: 0) }
        if !down.isEmpty || hasOldPods { return down }
        guard let current = sets.current, Int(current.spec.replicas ?? 0) != deployment.wantedReplicas else {
            return []
        }
        return [Scale(set: current, replicas: deployment.wantedReplicas)]
    }

    /// Whether `spec.replicas` changed since the sets were last scaled.
    var isScaling: Bool {
        sets.all.contains { set in
            guard (set.spec.replicas ?? 0) > 0,
                let desired = set.metadata.annotations[DeploymentSets.desiredReplicas].flatMap(Int.init)
            else { return false }
            return desired != deployment.wantedReplicas
        }
    }

    /// Spreads a change of `spec.replicas` over the sets, in proportion to their sizes while an update is under way.
    func proportional() -> [Scale] {
        let active = sets.all.filter { ($0.spec.replicas ?? 0) > 0 }
        let wanted = deployment.wantedReplicas
        if active.count <= 1 {
            guard let set = active.first ?? sets.current, Int(set.spec.replicas ?? 0) != wanted else { return [] }
            return [Scale(set: set, replicas: wanted)]
        }
        if let current = sets.current, Int(current.spec.replicas ?? 0) == wanted,
            Int(current.status.availableReplicas) == wanted
        {
            return sets.old.filter { ($0.spec.replicas ?? 0) > 0 }.map { Scale(set: $0, replicas: 0) }
        }
        guard deployment.isRollingUpdate else { return [] }
        let allowed = wanted > 0 ? wanted + deployment.maxSurge : 0
        var left = allowed - DeploymentSets.replicas(active)
        // Largest first when growing, so that rounding favours them; newest first between equals.
        let ordered = active.sorted { a, b in
            (b.spec.replicas ?? 0, b.metadata.creationTimestamp) < (a.spec.replicas ?? 0, a.metadata.creationTimestamp)
        }
        var scales = ordered.map { set -> Scale in
            let size = Int(set.spec.replicas ?? 0)
            let share = left == 0 ? 0 : fraction(of: set, allowed: allowed, left: left)
            left -= share
            return Scale(set: set, replicas: size + share)
        }
        if left != 0, !scales.isEmpty { scales[0].replicas = max(0, scales[0].replicas + left) }
        return scales
    }

    private func fraction(of set: ReplicaSet, allowed: Int, left: Int) -> Int {
        let size = Int(set.spec.replicas ?? 0)
        let before =
            set.metadata.annotations[DeploymentSets.maxReplicas].flatMap(Int.init) ?? Int(deployment.status.replicas)
        guard before > 0 else { return 0 }
        let share = Int((Double(size * allowed) / Double(before)).rounded()) - size
        return left > 0 ? min(max(share, 0), left) : max(min(share, 0), left)
    }

    /// Old sets without pods beyond the history that is kept, oldest revision first.
    func superfluous() -> [ReplicaSet] {
        guard let limit = deployment.spec.revisionHistoryLimit else { return [] }
        let idle = sets.old.filter { set in
            (set.spec.replicas ?? 0) == 0 && set.status.replicas == 0
                && set.metadata.generation <= set.status.observedGeneration
                && !set.isTerminating
        }
        let excess = sets.old.count - Int(limit)
        guard excess > 0 else { return [] }
        return Array(
            idle.sorted { DeploymentSets.revisionNumber($0) < DeploymentSets.revisionNumber($1) }.prefix(excess))
    }
}
