// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension Deployment: Defaulted {
    public mutating func applyDefaults() {
        spec.template.spec.applyDefaults()
        spec.replicas.orDefault(1)
        spec.strategy.type.orDefault(DeploymentStrategyType.rollingUpdate)
        if spec.strategy.type == DeploymentStrategyType.rollingUpdate {
            spec.strategy.rollingUpdate.orDefault(RollingUpdateDeployment())
            spec.strategy.rollingUpdate?.maxUnavailable.orDefault("25%")
            spec.strategy.rollingUpdate?.maxSurge.orDefault("25%")
        }
        spec.revisionHistoryLimit.orDefault(10)
        spec.progressDeadlineSeconds.orDefault(600)
    }
}

extension ReplicaSet: Defaulted {
    public mutating func applyDefaults() {
        spec.template.spec.applyDefaults()
        spec.replicas.orDefault(1)
    }
}

extension StatefulSet: Defaulted {
    public mutating func applyDefaults() {
        spec.template.spec.applyDefaults()
        spec.podManagementPolicy.orDefault(PodManagementPolicyType.orderedReady)
        if spec.updateStrategy.type.isEmpty {
            spec.updateStrategy.type = StatefulSetUpdateStrategyType.rollingUpdate
            spec.updateStrategy.rollingUpdate.orDefault(RollingUpdateStatefulSetStrategy())
        }
        if spec.updateStrategy.type == StatefulSetUpdateStrategyType.rollingUpdate {
            spec.updateStrategy.rollingUpdate?.partition.orDefault(0)
        }
        spec.persistentVolumeClaimRetentionPolicy.orDefault(StatefulSetPersistentVolumeClaimRetentionPolicy())
        spec.persistentVolumeClaimRetentionPolicy?.whenDeleted.orDefault("Retain")
        spec.persistentVolumeClaimRetentionPolicy?.whenScaled.orDefault("Retain")
        spec.replicas.orDefault(1)
        spec.revisionHistoryLimit.orDefault(10)
        for index in spec.volumeClaimTemplates.indices {
            spec.volumeClaimTemplates[index].applyDefaults()
            spec.volumeClaimTemplates[index].isTyped = true
        }
    }
}

extension DaemonSet: Defaulted {
    public mutating func applyDefaults() {
        spec.template.spec.applyDefaults()
        spec.updateStrategy.type.orDefault(DaemonSetUpdateStrategyType.rollingUpdate)
        if spec.updateStrategy.type == DaemonSetUpdateStrategyType.rollingUpdate {
            spec.updateStrategy.rollingUpdate.orDefault(RollingUpdateDaemonSet())
            spec.updateStrategy.rollingUpdate?.maxUnavailable.orDefault(1)
            spec.updateStrategy.rollingUpdate?.maxSurge.orDefault(0)
        }
        spec.revisionHistoryLimit.orDefault(10)
    }
}
