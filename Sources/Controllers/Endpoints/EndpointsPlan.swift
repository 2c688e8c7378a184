// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The Endpoints object that a Service with a selector asks for.
struct EndpointsPlan {
    /// Addresses in one object at most; more are cut off, with an annotation that says so.
    static let capacity = 1_000
    static let overCapacity = "endpoints.kubernetes.io/over-capacity"

    let service: Service
    let pods: [Pod]

    /// The object that is wanted, made of the present one where there is one.
    func endpoints(present: Endpoints?) -> Endpoints {
        var endpoints =
            present
            ?? Endpoints {
                $0.metadata.name = service.metadata.name
                $0.metadata.namespace = service.metadata.namespace
            }
        var labels = service.metadata.labels
        labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller"
        if service.spec.clusterIP == "None" { labels[EndpointSlicePlan.headless] = "" }
        endpoints.metadata.labels = labels
        let (subsets, isCut) = subsets()
        endpoints.subsets = subsets
        endpoints.metadata.annotations[Self.overCapacity] = isCut ? "truncated" : nil
        return endpoints
    }

    private func subsets() -> (subsets: [EndpointSubset], isCut: Bool) {
        var subsets: [EndpointSubset] = []
        var count = 0
        var isCut = false
        for pod in pods.sorted(by: { $0.status.podIP < $1.status.podIP }) {
            guard !pod.status.podIP.isEmpty, pod.status.phase != PodPhase.failed,
                pod.status.phase != PodPhase.succeeded,
                service.spec.publishNotReadyAddresses || !pod.isTerminating
            else { continue }
            guard count < Self.capacity else { isCut = true; break }
            count += 1
            add(pod, to: &subsets)
        }
        return (subsets, isCut)
    }

    private func add(_ pod: Pod, to subsets: inout [EndpointSubset]) {
        let ports = service.spec.ports.compactMap { port -> EndpointPort? in
            guard let number = ServicePorts.number(of: port, in: pod) else { return nil }
            return EndpointPort {
                $0.name = port.name
                $0.port = number
                $0.protocol = port.protocol
                $0.appProtocol = port.appProtocol
            }
        }
        let address = EndpointAddress {
            $0.ip = pod.status.podIP
            $0.nodeName = pod.spec.nodeName
            if !pod.spec.hostname.isEmpty, pod.spec.subdomain == service.metadata.name {
                $0.hostname = pod.spec.hostname
            }
            $0.targetRef = ObjectReference {
                $0.kind = Pod.kind
                $0.namespace = pod.metadata.namespace
                $0.name = pod.metadata.name
                $0.uid = pod.metadata.uid
            }
        }
        let isReady = service.spec.publishNotReadyAddresses || pod.isReady
        if !subsets.contains(where: { $0.ports == ports }) { subsets.append(EndpointSubset { $0.ports = ports }) }
        guard let index = subsets.firstIndex(where: { $0.ports == ports }) else { return }
        if isReady {
            subsets[index].addresses.append(address)
        } else {
            subsets[index].notReadyAddresses.append(address)
        }
    }
}
