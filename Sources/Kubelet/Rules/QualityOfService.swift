// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// The quality-of-service class of a pod: decides who is killed first when memory runs out.
enum QualityOfService {
    /// - SeeAlso: `ComputePodQOS` of Kubernetes.
    static func of(_ spec: PodSpec) -> String {
        let containers = spec.containers + spec.initContainers
        var requests = Set<String>(), limits = Set<String>()
        var isGuaranteed = true
        for container in containers {
            let request = positive(container.resources.requests)
            let limit = positive(container.resources.limits)
            requests.formUnion(request.keys)
            limits.formUnion(limit.keys)
            for name in [ResourceName.cpu, ResourceName.memory] {
                guard let bound = limit[name] else {
                    isGuaranteed = false
                    continue
                }
                if let wanted = request[name], wanted != bound { isGuaranteed = false }
            }
        }
        if requests.isEmpty && limits.isEmpty { return PodQOSClass.bestEffort }
        return isGuaranteed ? PodQOSClass.guaranteed : PodQOSClass.burstable
    }

    private static func positive(_ list: [String: Quantity]) -> [String: Quantity] {
        list.filter {
            ($0.key == ResourceName.cpu || $0.key == ResourceName.memory) && ResourceAmount.milli($0.value) > 0
        }
    }
}
