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
        Self().separatingStatus(keepingLabels: true).droppingOptional {
            // the feature MaxUnavailableStatefulSet is off
            $0.spec.updateStrategy.rollingUpdate?.maxUnavailable
        } drop: {
            $0.spec.updateStrategy.rollingUpdate?.maxUnavailable = nil
        }.countingGenerations().scalable()
    }
}

extension ResourceDefinition where Object == DaemonSet {
    static var daemonSets: Self {
        Self().separatingStatus(keepingLabels: true).countingGenerations().with {
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (set, context) throws(APIStatusError) in
                try create(&set, context)
                set.templateGeneration = max(set.templateGeneration ?? 0, 1)
            }
            let update = $0.faces[""] ?? Face()
            $0.faces[""] = Face(prepare: { (new, old, context) throws(APIStatusError) in
                try update.prepare(&new, old, context)
                let count = old.templateGeneration ?? 0
                new.templateGeneration = new.spec.template == old.spec.template ? count : count &+ 1
            })
            let status = $0.faces["status"] ?? Face()
            $0.faces["status"] = Face(prepare: { (new, old, context) throws(APIStatusError) in
                try status.prepare(&new, old, context)
                new.templateGeneration = old.templateGeneration ?? 0
            })
        }
    }
}

extension DaemonSet {
    /// How often the template has changed. What was a field of old versions of the API lives on as an annotation.
    fileprivate var templateGeneration: Int64? {
        get { metadata.annotations["deprecated.daemonset.template.generation"].flatMap { Int64($0) } }
        set { metadata.annotations["deprecated.daemonset.template.generation"] = newValue.map { String($0) } }
    }
}

extension ResourceDefinition where Object == ControllerRevision {
    static var controllerRevisions: Self {
        Self()
    }
}
