// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

extension Pod {
    /// Neither finished nor on its way out.
    var isActive: Bool { status.phase != PodPhase.succeeded && status.phase != PodPhase.failed && !isTerminating }

    var readyCondition: PodCondition? { status.conditions.first { $0.type == "Ready" } }

    var isReady: Bool { readyCondition?.status == "True" }

    /// Whether the pod has been ready for so many seconds.
    func isAvailable(minReadySeconds: Int32, now: Time) -> Bool {
        guard let ready = readyCondition, ready.status == "True" else { return false }
        if minReadySeconds == 0 { return true }
        return !ready.lastTransitionTime.isZero
            && now.seconds - ready.lastTransitionTime.seconds >= Int64(minReadySeconds)
    }

    /// How long until the pod, ready now, counts as available; nil where it is not ready or counts already.
    func secondsUntilAvailable(minReadySeconds: Int32, now: Time) -> Int64? {
        guard minReadySeconds > 0, let ready = readyCondition, ready.status == "True" else { return nil }
        let left = Int64(minReadySeconds) - (now.seconds - ready.lastTransitionTime.seconds)
        return left > 0 ? left : nil
    }

    var restartCount: Int32 { status.containerStatuses.map(\.restartCount).max() ?? 0 }

    /// What `controller.kubernetes.io/pod-deletion-cost` says; 0 where it says nothing that is a number.
    var deletionCost: Int32 {
        metadata.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap(Int32.init) ?? 0
    }
}

extension PodTemplateSpec {
    /// A pod of this template, controlled by `owner`, named after `prefix`.
    func pod(of owner: some KubernetesObject, namePrefix prefix: String) -> Pod {
        Pod {
            $0.metadata.generateName = prefix
            $0.metadata.namespace = owner.metadata.namespace
            $0.metadata.labels = metadata.labels
            $0.metadata.annotations = metadata.annotations
            $0.metadata.finalizers = metadata.finalizers
            $0.metadata.ownerReferences = [owner.asController()]
            $0.spec = spec
        }
    }
}
