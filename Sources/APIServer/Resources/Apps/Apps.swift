// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == Deployment {
    static var deployments: Self {
        Self().separatingStatus(keepingLabels: true).countingGenerations {
            // kubectl's rollout history reads annotations, so a change of them counts too
            $0.spec != $1.spec || $0.metadata.annotations != $1.metadata.annotations
        }.scalable()
    }
}

extension ResourceDefinition where Object == ReplicaSet {
    static var replicaSets: Self {
        Self().separatingStatus(keepingLabels: true).countingGenerations().scalable()
    }
}

extension ResourceDefinition where Object == StatefulSet {
    static var statefulSets: Self {
        Self().separatingStatus(keepingLabels: true).countingGenerations().scalable()
    }
}

extension ResourceDefinition where Object == DaemonSet {
    static var daemonSets: Self {
        Self().separatingStatus(keepingLabels: true).countingGenerations()
    }
}

extension ResourceDefinition where Object == ControllerRevision {
    static var controllerRevisions: Self {
        Self()
    }
}
