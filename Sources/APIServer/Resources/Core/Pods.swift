// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == Pod {
    static var pods: Self {
        Self().countingGenerations().with {
            $0.returnsDeletedObject = true
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (pod, context) throws(APIStatusError) in
                try create(&pod, context)
                PodAppArmor.applyAnnotations(to: &pod)
                pod.status = PodStatus()
                pod.status.phase = PodPhase.pending
                pod.status.qosClass = PodQOS.classify(pod.spec)
                if !pod.spec.schedulingGates.isEmpty { pod.status.conditions = [gated] }
            }
            let update = $0.faces[""] ?? Face()
            $0.faces[""] = Face(prepare: { (new, old, context) throws(APIStatusError) in
                new.status = old.status
                try update.prepare(&new, old, context)
            })
            $0.faces[""]?.fields = .dropping(["status"])
            $0.faces["status"] = Face(prepare: { (new, old, _) throws(APIStatusError) in
                let status = new.status
                var metadata = new.metadata
                metadata.ownerReferences = old.metadata.ownerReferences
                metadata.deletionTimestamp = old.metadata.deletionTimestamp
                new = old
                new.metadata = metadata
                new.status = status
                if new.status.qosClass.isEmpty { new.status.qosClass = old.status.qosClass }
            })
            $0.faces["status"]?.fields = .dropping(
                ["spec"], ["metadata", "deletionTimestamp"], ["metadata", "ownerReferences"])
            // what `pods/binding` writes: the node, a condition, labels and annotations
            $0.faces["binding"] = Face()
            $0.faces["ephemeralcontainers"] = Face(prepare: { (new, old, _) throws(APIStatusError) in
                let added = new.spec.ephemeralContainers
                Self.keep(old, in: &new)
                new.spec.ephemeralContainers = added
                Self.count(&new, old)
            })
            $0.faces["ephemeralcontainers"]?.fields = .keeping([["spec", "ephemeralContainers"]])
            $0.faces["resize"] = Face(prepare: { (new, old, _) throws(APIStatusError) in
                let wanted = new.spec
                Self.keep(old, in: &new)
                PodResize.apply(wanted, to: &new.spec)
                Self.count(&new, old)
            })
            $0.faces["resize"]?.fields = .keeping(
                ["containers", "initContainers"].flatMap { list in
                    ["resources", "resizePolicy"].map { ["spec", list, nil, $0] }
                })
            $0.gracePeriod = { pod, options in
                let asked = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
                let isOver = pod.status.phase == PodPhase.failed || pod.status.phase == PodPhase.succeeded
                if pod.spec.nodeName.isEmpty || isOver { return 0 }
                return asked < 0 ? 1 : asked
            }
        }
    }

    /// What a pod says that must not be scheduled yet.
    private static let gated = PodCondition {
        $0.type = "PodScheduled"
        $0.status = ConditionStatus.false
        $0.reason = "SchedulingGated"
        $0.message = "Scheduling is blocked due to non-empty scheduling gates"
    }

    /// Everything but the resource version and who owns what is as it was.
    private static func keep(_ old: Pod, in new: inout Pod) {
        let (version, owners) = (new.metadata.resourceVersion, new.metadata.managedFields)
        new = old
        new.metadata.resourceVersion = version
        new.metadata.managedFields = owners
    }

    private static func count(_ new: inout Pod, _ old: Pod) {
        if new.spec != old.spec { new.metadata.generation = old.metadata.generation + 1 }
    }
}

/// What the `resize` subresource may change.
enum PodResize {
    /// Takes over resources and resize policies of the containers of the same name.
    static func apply(_ wanted: PodSpec, to spec: inout PodSpec) {
        merge(wanted.containers, into: &spec.containers)
        merge(wanted.initContainers, into: &spec.initContainers)
    }

    private static func merge(_ wanted: [Container], into containers: inout [Container]) {
        for index in containers.indices {
            guard let other = wanted.first(where: { $0.name == containers[index].name }) else { continue }
            containers[index].resources = other.resources
            containers[index].resizePolicy = other.resizePolicy
        }
    }
}

/// The quality of service class of a pod.
///
/// - SeeAlso: `ComputePodQOS` of Kubernetes' `pkg/apis/core/v1/helper/qos`.
enum PodQOS {
    static func classify(_ spec: PodSpec) -> String {
        var hasAny = false
        var isGuaranteed = true
        for container in spec.containers + spec.initContainers {
            for name in ["cpu", "memory"] {
                let request = container.resources.requests[name]
                let limit = container.resources.limits[name]
                let isSet = (request.map { !$0.isZero } ?? false) || (limit.map { !$0.isZero } ?? false)
                hasAny = hasAny || isSet
                guard let limit, !limit.isZero else {
                    isGuaranteed = false
                    continue
                }
                if let request, request != limit { isGuaranteed = false }
            }
        }
        if !hasAny { return PodQOSClass.bestEffort }
        return isGuaranteed ? PodQOSClass.guaranteed : PodQOSClass.burstable
    }
}
