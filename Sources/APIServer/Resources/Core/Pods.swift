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
                PodPreparation.gate(&pod, context.now)
                PodPreparation.mergeLabelKeys(&pod)
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
                new.status.keepObservedGenerations(of: old.status)
                // alpha
                if old.status.nodeAllocatableResourceClaimStatuses.isEmpty {
                    new.status.nodeAllocatableResourceClaimStatuses = []
                }
            })
            $0.faces["status"]?.fields = .dropping(
                ["spec"], ["metadata", "deletionTimestamp"], ["metadata", "ownerReferences"])
            // what `pods/binding` writes: the node, a condition, labels and annotations
            $0.faces["binding"] = Face()
            $0.faces["ephemeralcontainers"] = Face(
                prepare: { (new, old, _) throws(APIStatusError) in
                    let added = new.spec.ephemeralContainers
                    Self.keep(old, in: &new)
                    new.spec.ephemeralContainers = added
                    Self.count(&new, old)
                }, validate: { $0.validateEphemeralContainers(from: $1) })
            $0.faces["ephemeralcontainers"]?.fields = .keeping([["spec", "ephemeralContainers"]])
            $0.faces["resize"] = Face(
                prepare: { (new, old, _) throws(APIStatusError) in
                    let wanted = new.spec
                    Self.keep(old, in: &new)
                    PodResize.apply(wanted, to: &new.spec)
                    Self.count(&new, old)
                }, validate: { $0.validateResize(from: $1) })
            $0.faces["resize"]?.fields = .keeping(
                ["containers", "initContainers"].flatMap { list in
                    ["resources", "resizePolicy"].map { ["spec", list, nil, $0] }
                } + [["spec", "resources"]])
            $0.gracePeriod = { pod, options in
                let asked = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
                let isOver = pod.status.phase == PodPhase.failed || pod.status.phase == PodPhase.succeeded
                if pod.spec.nodeName.isEmpty || isOver { return 0 }
                return asked < 0 ? 1 : asked
            }
        }
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

extension PodStatus {
    /// A writer that says nothing of the generation that it saw leaves what is there.
    fileprivate mutating func keepObservedGenerations(of old: PodStatus) {
        if observedGeneration == 0 { observedGeneration = old.observedGeneration }
        // there may be several conditions of one type
        var known: [String: [Int64]] = [:]
        for condition in old.conditions.reversed() {
            known[condition.type, default: []].append(condition.observedGeneration)
        }
        for index in conditions.indices {
            let generation = known[conditions[index].type]?.popLast() ?? 0
            if conditions[index].observedGeneration == 0 { conditions[index].observedGeneration = generation }
        }
    }
}

/// What becomes of a pod before its life begins.
private enum PodPreparation {
    /// A pod with scheduling gates says from the start that it waits.
    static func gate(_ pod: inout Pod, _ now: Time) {
        guard !pod.spec.schedulingGates.isEmpty else { return }
        pod.status.conditions = [
            PodCondition {
                $0.type = PodConditionType.podScheduled
                $0.status = ConditionStatus.false
                $0.lastTransitionTime = now
                $0.reason = "SchedulingGated"
                $0.message = "Scheduling is blocked due to non-empty scheduling gates"
            }
        ]
    }

    /// Keys whose values are the pod's own labels become part of the selectors.
    static func mergeLabelKeys(_ pod: inout Pod) {
        let labels = pod.metadata.labels
        for index in pod.spec.topologySpreadConstraints.indices {
            let keys = pod.spec.topologySpreadConstraints[index].matchLabelKeys
            add(keys, "In", labels, to: &pod.spec.topologySpreadConstraints[index].labelSelector)
        }
        guard var affinity = pod.spec.affinity else { return }
        if var terms = affinity.podAffinity {
            merge(labels, &terms.requiredDuringSchedulingIgnoredDuringExecution)
            merge(labels, &terms.preferredDuringSchedulingIgnoredDuringExecution)
            affinity.podAffinity = terms
        }
        if var terms = affinity.podAntiAffinity {
            merge(labels, &terms.requiredDuringSchedulingIgnoredDuringExecution)
            merge(labels, &terms.preferredDuringSchedulingIgnoredDuringExecution)
            affinity.podAntiAffinity = terms
        }
        pod.spec.affinity = affinity
    }

    private static func merge(_ labels: [String: String], _ terms: inout [PodAffinityTerm]) {
        for index in terms.indices {
            add(terms[index].matchLabelKeys, "In", labels, to: &terms[index].labelSelector)
            add(terms[index].mismatchLabelKeys, "NotIn", labels, to: &terms[index].labelSelector)
        }
    }

    private static func merge(_ labels: [String: String], _ terms: inout [WeightedPodAffinityTerm]) {
        for index in terms.indices {
            var term = [terms[index].podAffinityTerm]
            merge(labels, &term)
            terms[index].podAffinityTerm = term[0]
        }
    }

    private static func add(
        _ keys: [String], _ relation: String, _ labels: [String: String], to selector: inout LabelSelector?
    ) {
        guard selector != nil else { return }
        for key in keys {
            guard let value = labels[key] else { continue }
            selector?.matchExpressions.append(
                LabelSelectorRequirement {
                    $0.key = key
                    $0.operator = relation
                    $0.values = [value]
                })
        }
    }
}

/// What the `resize` subresource may change.
enum PodResize {
    /// Takes over resources and resize policies of the containers of the same name; other containers than there are show as faults.
    static func apply(_ wanted: PodSpec, to spec: inout PodSpec) {
        merge(wanted.containers, into: &spec.containers)
        merge(wanted.initContainers, into: &spec.initContainers)
        spec.resources = wanted.resources
    }

    private static func merge(_ wanted: [Container], into containers: inout [Container]) {
        guard wanted.map(\.name) == containers.map(\.name) else {
            containers = wanted
            return
        }
        for index in containers.indices {
            containers[index].resources = wanted[index].resources
            containers[index].resizePolicy = wanted[index].resizePolicy
        }
    }
}
