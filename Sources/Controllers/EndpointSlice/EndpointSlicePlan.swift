// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The EndpointSlices that a Service with a selector asks for.
///
/// - SeeAlso: KEP-752 (EndpointSlice), KEP-1672 (terminating endpoints).
struct EndpointSlicePlan {
    static let serviceName = "kubernetes.io/service-name"
    static let managedBy = "endpointslice.kubernetes.io/managed-by"
    static let manager = "endpointslice-controller.k8s.io"
    static let headless = "service.kubernetes.io/headless"
    /// Endpoints in one slice at most.
    static let capacity = 100

    /// What has to be written.
    struct Changes: Equatable {
        var create: [EndpointSlice] = []
        var update: [EndpointSlice] = []
        var delete: [EndpointSlice] = []
    }

    let service: Service
    /// The pods that the selector finds.
    let pods: [Pod]
    /// The node that a pod is on, for its zone.
    let zone: (String) -> String?

    /// Compares what is asked for with the slices that exist.
    func changes(existing: [EndpointSlice]) -> Changes {
        var changes = Changes()
        var left = existing.sorted { $0.metadata.name < $1.metadata.name }
        for addressType in addressTypes {
            for (ports, endpoints) in groups(addressType) {
                var rest = endpoints[...]
                repeat {
                    let wanted = slice(addressType, ports, Array(rest.prefix(Self.capacity)))
                    rest = rest.dropFirst(Self.capacity)
                    if let index = left.firstIndex(where: { $0.addressType == addressType && $0.ports == ports }) {
                        let updated = merged(left.remove(at: index), wanted)
                        if let updated { changes.update.append(updated) }
                    } else {
                        changes.create.append(wanted)
                    }
                } while !rest.isEmpty
            }
        }
        changes.delete = left
        return changes
    }

    private var addressTypes: [String] {
        let families = service.spec.ipFamilies.isEmpty ? [IPFamily.ipv4] : service.spec.ipFamilies
        return families
    }

    /// Endpoints by the ports they have: named target ports may differ from pod to pod.
    private func groups(_ addressType: String) -> [(ports: [DiscoveryEndpointPort], endpoints: [Endpoint])] {
        var groups: [(ports: [DiscoveryEndpointPort], endpoints: [Endpoint])] = []
        for pod in pods {
            guard let endpoint = endpoint(pod, addressType) else { continue }
            let ports = ports(of: pod)
            if let index = groups.firstIndex(where: { $0.ports == ports }) {
                groups[index].endpoints.append(endpoint)
            } else {
                groups.append((ports, [endpoint]))
            }
        }
        // A Service without pods keeps one empty slice, so that its watchers see it as empty and not as unknown.
        if groups.isEmpty { return [([], [])] }
        for index in groups.indices {
            groups[index].endpoints.sort { $0.addresses.lexicographicallyPrecedes($1.addresses) }
        }
        return groups
    }

    private func ports(of pod: Pod) -> [DiscoveryEndpointPort] {
        service.spec.ports.compactMap { port in
            guard let number = ServicePorts.number(of: port, in: pod) else { return nil }
            return DiscoveryEndpointPort {
                $0.name = port.name
                $0.protocol = port.protocol
                $0.port = number
                $0.appProtocol = port.appProtocol
            }
        }
    }

    private func endpoint(_ pod: Pod, _ addressType: String) -> Endpoint? {
        let addresses = (pod.status.podIPs.map(\.ip) + [pod.status.podIP]).filter { !$0.isEmpty }
        guard pod.status.phase != PodPhase.failed, pod.status.phase != PodPhase.succeeded,
            let address = addresses.first(where: { $0.contains(":") == (addressType == IPFamily.ipv6) })
        else { return nil }
        let isTerminating = pod.isTerminating
        return Endpoint {
            $0.addresses = [address]
            $0.conditions.ready = service.spec.publishNotReadyAddresses || (pod.isReady && !isTerminating)
            $0.conditions.serving = pod.isReady
            $0.conditions.terminating = isTerminating
            if !pod.spec.hostname.isEmpty, pod.spec.subdomain == service.metadata.name {
                $0.hostname = pod.spec.hostname
            }
            if !pod.spec.nodeName.isEmpty {
                $0.nodeName = pod.spec.nodeName
                $0.zone = zone(pod.spec.nodeName)
            }
            $0.targetRef = ObjectReference {
                $0.kind = Pod.kind
                $0.namespace = pod.metadata.namespace
                $0.name = pod.metadata.name
                $0.uid = pod.metadata.uid
            }
        }
    }

    private func slice(_ addressType: String, _ ports: [DiscoveryEndpointPort], _ endpoints: [Endpoint])
        -> EndpointSlice
    {
        EndpointSlice {
            $0.metadata.generateName = service.metadata.name + "-"
            $0.metadata.namespace = service.metadata.namespace
            $0.metadata.labels = labels
            $0.metadata.ownerReferences = [service.asController()]
            $0.addressType = addressType
            $0.ports = ports
            $0.endpoints = endpoints
        }
    }

    private var labels: [String: String] {
        var labels = service.metadata.labels
        labels[Self.serviceName] = service.metadata.name
        labels[Self.managedBy] = Self.manager
        if service.spec.clusterIP == "None" { labels[Self.headless] = "" }
        return labels
    }

    /// The present slice with what is wanted; nil where it is so already.
    private func merged(_ present: EndpointSlice, _ wanted: EndpointSlice) -> EndpointSlice? {
        var slice = present
        slice.endpoints = wanted.endpoints
        slice.metadata.labels = wanted.metadata.labels
        return slice == present ? nil : slice
    }
}

/// Where a Service's port leads in a pod.
enum ServicePorts {
    /// The number of the target port; nil where the pod has no port of that name.
    static func number(of port: ServicePort, in pod: Pod) -> Int32? {
        switch port.targetPort {
        case .int(let number): return number == 0 ? port.port : number
        case .string(let name):
            let containers = pod.spec.containers + pod.spec.initContainers.filter { $0.restartPolicy == "Always" }
            return containers.flatMap(\.ports).first { $0.name == name && $0.protocol == port.protocol }?.containerPort
        }
    }
}
