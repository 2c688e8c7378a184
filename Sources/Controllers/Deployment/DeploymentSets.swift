// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// The ReplicaSets of a Deployment: the one of its present template, and those of earlier ones.
struct DeploymentSets {
    static let revision = "deployment.kubernetes.io/revision"
    static let revisionHistory = "deployment.kubernetes.io/revision-history"
    static let desiredReplicas = "deployment.kubernetes.io/desired-replicas"
    static let maxReplicas = "deployment.kubernetes.io/max-replicas"
    /// Annotations of a Deployment that its ReplicaSets do not take over.
    static let notInherited: Set<String> = [
        revision, revisionHistory, desiredReplicas, maxReplicas, "kubectl.kubernetes.io/last-applied-configuration",
        "deprecated.deployment.rollback.to",
    ]

    var current: ReplicaSet?
    /// Oldest first.
    var old: [ReplicaSet]

    init(of deployment: Deployment, _ sets: [ReplicaSet]) {
        let ordered = sets.sorted {
            ($0.metadata.creationTimestamp, $0.metadata.name) < ($1.metadata.creationTimestamp, $1.metadata.name)
        }
        current = ordered.first { DeploymentHash.areEqual($0.spec.template, deployment.spec.template) }
        let uid = current?.metadata.uid
        old = ordered.filter { $0.metadata.uid != uid }
    }

    var all: [ReplicaSet] { old + (current.map { [$0] } ?? []) }

    /// Pods asked for by all sets.
    static func replicas(_ sets: [ReplicaSet]) -> Int { sets.reduce(0) { $0 + Int($1.spec.replicas ?? 0) } }
    static func actual(_ sets: [ReplicaSet]) -> Int { sets.reduce(0) { $0 + Int($1.status.replicas) } }
    static func ready(_ sets: [ReplicaSet]) -> Int { sets.reduce(0) { $0 + Int($1.status.readyReplicas) } }
    static func available(_ sets: [ReplicaSet]) -> Int { sets.reduce(0) { $0 + Int($1.status.availableReplicas) } }

    /// The highest revision among sets, 0 for none.
    static func maxRevision(_ sets: [ReplicaSet]) -> Int64 { sets.map(revisionNumber).max() ?? 0 }

    static func revisionNumber(_ set: ReplicaSet) -> Int64 {
        set.metadata.annotations[revision].flatMap(Int64.init) ?? 0
    }
}

extension Deployment {
    var wantedReplicas: Int { Int(spec.replicas ?? 1) }

    var isRollingUpdate: Bool { spec.strategy.type != DeploymentStrategyType.recreate }

    /// How many pods there may be beyond those wanted.
    var maxSurge: Int { isRollingUpdate ? bounds.surge : 0 }

    /// How many of the wanted pods may be missing.
    var maxUnavailable: Int { isRollingUpdate ? min(bounds.unavailable, wantedReplicas) : 0 }

    /// Surge rounds up, unavailable rounds down; where both come to 0 one may be unavailable, or nothing could ever move.
    private var bounds: (surge: Int, unavailable: Int) {
        let rolling = spec.strategy.rollingUpdate
        let surge = (rolling?.maxSurge ?? "25%").scaled(of: wantedReplicas, roundingUp: true) ?? 0
        let unavailable = (rolling?.maxUnavailable ?? "25%").scaled(of: wantedReplicas, roundingUp: false) ?? 0
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable)
    }
}
