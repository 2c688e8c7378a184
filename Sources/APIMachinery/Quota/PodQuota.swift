// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// How pods count.
///
/// - SeeAlso: `pkg/quota/v1/evaluator/core/pods.go` of Kubernetes.
enum PodQuota {
    private static let countName = "count/pods"
    private static let computeNames: Set = [
        countName, ResourceName.pods, ResourceName.cpu, ResourceName.memory, ResourceName.ephemeralStorage,
        ResourceName.requestsCpu, ResourceName.requestsMemory, ResourceName.requestsEphemeralStorage,
        ResourceName.limitsCpu, ResourceName.limitsMemory, ResourceName.limitsEphemeralStorage,
    ]
    /// Where one of them is limited, every container has to name it.
    private static let mandatoryNames: Set = [
        ResourceName.cpu, ResourceName.memory, ResourceName.requestsCpu, ResourceName.requestsMemory,
        ResourceName.limitsCpu, ResourceName.limitsMemory,
    ]

    static func tracks(_ name: String) -> Bool {
        if computeNames.contains(name) || name.hasPrefix("hugepages-") { return true }
        guard name.hasPrefix("requests.") else { return false }
        return name.hasPrefix("requests.hugepages-") || isExtended(String(name.dropFirst("requests.".count)))
    }

    /// Resources that devices bring have a domain of their own.
    private static func isExtended(_ name: String) -> Bool {
        guard let slash = name.firstIndex(of: "/"), !name.hasPrefix("requests.") else { return false }
        let domain = name[..<slash]
        return domain != "kubernetes.io" && !domain.hasSuffix(".kubernetes.io")
    }

    static func usage(_ pod: Pod, now: Time) -> ResourceAmounts {
        // every stored pod is counted; the rest only while the pod can run
        var result: ResourceAmounts = [countName: Quantity(1)]
        guard isCharged(pod, now: now) else { return result }
        result = result.adding(compute(PodAmounts.requests(pod), PodAmounts.limits(pod)))
        return result
    }

    private static func isCharged(_ pod: Pod, now: Time) -> Bool {
        if pod.status.phase == PodPhase.failed || pod.status.phase == PodPhase.succeeded { return false }
        guard let deletion = pod.metadata.deletionTimestamp, let grace = pod.metadata.deletionGracePeriodSeconds else {
            return true
        }
        let (end, isOver) = deletion.seconds.addingReportingOverflow(grace)
        return isOver || now.seconds <= end
    }

    private static func compute(_ requests: ResourceAmounts, _ limits: ResourceAmounts) -> ResourceAmounts {
        var result: ResourceAmounts = [ResourceName.pods: Quantity(1)]
        for name in [ResourceName.cpu, ResourceName.memory, ResourceName.ephemeralStorage] {
            if let amount = requests[name] {
                result[name] = amount
                result["requests." + name] = amount
            }
            if let amount = limits[name] { result["limits." + name] = amount }
        }
        for (name, amount) in requests {
            if name.hasPrefix("hugepages-") { result[name] = amount }
            if name.hasPrefix("hugepages-") || isExtended(name) { result["requests." + name] = amount }
        }
        return result
    }

    static func missing(_ required: Set<String>, _ pod: Pod) -> String? {
        var wanted = required.intersection(mandatoryNames)
        if let podLevel = pod.spec.resources {
            wanted.subtract(compute(podLevel.requests, podLevel.limits).keys)
        }
        guard !wanted.isEmpty else { return nil }
        var containers: [String: Set<String>] = [:]
        for container in pod.spec.containers + pod.spec.initContainers {
            let named = compute(container.resources.requests, container.resources.limits)
            for name in wanted where named[name] == nil { containers[name, default: []].insert(container.name) }
        }
        guard !containers.isEmpty else { return nil }
        let texts = containers.keys.sorted().map { name in
            "\(name) for: \((containers[name] ?? []).sorted().joined(separator: ","))"
        }
        return "must specify " + texts.joined(separator: "; ")
    }

    static func matches(_ pod: Pod, _ scope: ScopedResourceSelectorRequirement) -> Bool {
        switch scope.scopeName {
        case ResourceQuotaScope.terminating: isTerminating(pod)
        case ResourceQuotaScope.notTerminating: !isTerminating(pod)
        case ResourceQuotaScope.bestEffort: isBestEffort(pod)
        case ResourceQuotaScope.notBestEffort: !isBestEffort(pod)
        case ResourceQuotaScope.priorityClass:
            scope.selects(pod.spec.priorityClassName.isEmpty ? [] : [pod.spec.priorityClassName])
        case ResourceQuotaScope.crossNamespacePodAffinity: crossesNamespaces(pod)
        default: false
        }
    }

    private static func isTerminating(_ pod: Pod) -> Bool {
        pod.spec.activeDeadlineSeconds.map { $0 >= 0 } ?? false
    }

    private static func isBestEffort(_ pod: Pod) -> Bool {
        if !pod.status.qosClass.isEmpty { return pod.status.qosClass == PodQOSClass.bestEffort }
        return (pod.spec.containers + pod.spec.initContainers).allSatisfy { container in
            [ResourceName.cpu, ResourceName.memory].allSatisfy {
                (container.resources.requests[$0]?.isZero ?? true) && (container.resources.limits[$0]?.isZero ?? true)
            }
        }
    }

    private static func crossesNamespaces(_ pod: Pod) -> Bool {
        func crosses(_ term: PodAffinityTerm) -> Bool { !term.namespaces.isEmpty || term.namespaceSelector != nil }
        let together = pod.spec.affinity?.podAffinity
        let apart = pod.spec.affinity?.podAntiAffinity
        return (together?.requiredDuringSchedulingIgnoredDuringExecution ?? []).contains(where: crosses)
            || (together?.preferredDuringSchedulingIgnoredDuringExecution ?? []).contains {
                crosses($0.podAffinityTerm)
            }
            || (apart?.requiredDuringSchedulingIgnoredDuringExecution ?? []).contains(where: crosses)
            || (apart?.preferredDuringSchedulingIgnoredDuringExecution ?? []).contains { crosses($0.podAffinityTerm) }
    }
}
