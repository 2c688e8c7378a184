// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Wire

/// A pod, with all that scheduling asks of it worked out once. It never changes.
///
/// It holds no more of the pod than that: there is one for each pod of the cluster.
package final class PodInfo: Sendable {
    let resourceVersion: String
    let generation: Int64
    /// The condition `PodScheduled`, as it was last set.
    let scheduledCondition: PodCondition?
    /// Seconds since 1970; far in the future for a pod that has not started.
    let startedAt: Int64
    let namespace: String
    let name: String
    let uid: String
    let labels: [String: String]
    let priority: Int32
    let nodeName: String
    let nominatedNodeName: String
    let isTerminating: Bool
    let requests: PodRequests
    let hostPorts: [HostPort]
    let tolerations: [Toleration]
    let requiredNodeAffinity: RequiredNodeAffinity
    let preferredNodeTerms: [(weight: Int64, term: NodeTermMatcher)]
    let affinity: PodAffinityTerms
    /// `DoNotSchedule`.
    let hardSpread: [SpreadConstraint]
    /// `ScheduleAnyway`.
    let softSpread: [SpreadConstraint]
    /// The image of each container, with a tag.
    let images: [String]
    /// The names of the claims that the pod uses, and whether the pod owns them (ephemeral volumes).
    let claims: [(name: String, isEphemeral: Bool)]
    /// The UID of the controller that made the pod; empty for none.
    let controllerUID: String
    let isGated: Bool
    /// Whether the pod may make room for itself.
    let mayPreempt: Bool

    package init(_ pod: Pod) {
        let spec = pod.spec
        let status = pod.status
        let metadata = pod.metadata
        resourceVersion = metadata.resourceVersion
        generation = metadata.generation
        scheduledCondition = status.conditions.first { $0.type == PodConditionType.podScheduled }
        startedAt = status.startTime?.seconds ?? Int64(Int32.max) * 4
        namespace = metadata.namespace
        name = metadata.name
        uid = metadata.uid
        labels = metadata.labels
        priority = spec.priority ?? 0
        nodeName = spec.nodeName
        nominatedNodeName = status.nominatedNodeName
        isTerminating = metadata.deletionTimestamp != nil
        requests = PodRequests(spec)
        hostPorts = HostPort.of(spec)
        tolerations = spec.tolerations
        requiredNodeAffinity = RequiredNodeAffinity(spec)
        let preferred = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
        preferredNodeTerms = preferred.filter { $0.weight != 0 }.map {
            (Int64($0.weight), NodeTermMatcher($0.preference))
        }
        affinity = PodAffinityTerms(pod)
        let constraints = spec.topologySpreadConstraints
        hardSpread = constraints.filter { $0.whenUnsatisfiable == UnsatisfiableConstraintAction.doNotSchedule }
            .map { SpreadConstraint($0, labels: metadata.labels) }
        softSpread = constraints.filter { $0.whenUnsatisfiable != UnsatisfiableConstraintAction.doNotSchedule }
            .map { SpreadConstraint($0, labels: metadata.labels) }
        images = (spec.initContainers + spec.containers).map { Self.normalized(image: $0.image) }
        claims = Self.claims(of: spec, podName: metadata.name)
        controllerUID = metadata.ownerReferences.first { $0.controller == true }?.uid ?? ""
        isGated = !spec.schedulingGates.isEmpty
        mayPreempt = spec.preemptionPolicy != PreemptionPolicy.never
    }

    /// What events about the pod refer to.
    var reference: ObjectReference {
        ObjectReference {
            $0.apiVersion = Pod.apiVersion
            $0.kind = Pod.kind
            $0.namespace = namespace
            $0.name = name
            $0.uid = uid
            $0.resourceVersion = resourceVersion
        }
    }

    /// `namespace/name`.
    var key: String { "\(namespace)/\(name)" }

    /// Whether the pod will not run again, so that it takes nothing of its node.
    static func isFinished(_ pod: Pod) -> Bool {
        let phase = pod.status.phase
        return phase == PodPhase.succeeded || phase == PodPhase.failed
    }

    /// The image as nodes report it: with `:latest` where there is no tag.
    static func normalized(image: String) -> String {
        let lastPart = image.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return lastPart.contains(":") || image.contains("@") ? image : image + ":latest"
    }

    private static func claims(of spec: PodSpec, podName: String) -> [(name: String, isEphemeral: Bool)] {
        spec.volumes.compactMap { volume in
            let source = volume.volumeSource
            if let claim = source.persistentVolumeClaim { return (claim.claimName, false) }
            return source.ephemeral == nil ? nil : ("\(podName)-\(volume.name)", true)
        }
    }
}
