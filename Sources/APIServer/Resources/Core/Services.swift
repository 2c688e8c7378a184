// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Primitives
import Store
import Wire

extension ResourceDefinition where Object == Service {
    /// - Parameter allocator: gives cluster addresses and node ports.
    static func services(_ allocator: ServiceAllocator) -> Self {
        Self(prefix: "services/specs").separatingStatus().with {
            $0.createsOnUpdate = true
            $0.returnsDeletedObject = true
            let families = ServiceFamilies(family: allocator.range.family == .v4 ? "IPv4" : "IPv6")
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (service, context) throws(APIStatusError) in
                try create(&service, context)
                if service.spec.clusterIPs.isEmpty, !service.spec.clusterIP.isEmpty {
                    service.spec.clusterIPs = [service.spec.clusterIP]
                }
                try families.settle(&service, old: nil)
                try allocator.refuseImpossible(service, old: nil)
            }
            let update = $0.faces[""] ?? Face()
            $0.faces[""] = Face(prepare: { (new, old, context) throws(APIStatusError) in
                ServiceRules.keepAllocations(of: old, in: &new)
                ServiceRules.agreeOnAddresses(&new, old)
                try families.settle(&new, old: old)
                try allocator.refuseImpossible(new, old: old)
                try update.prepare(&new, old, context)
                ServiceRules.dropWhatTypesDoNotHave(&new, old)
            })
            $0.faces[""]?.fields = update.fields
            $0.companions = { new, old, context in try await allocator.allocate(&new, old, context) }
        }
    }
}

/// What a Service keeps, gains and loses when it changes.
///
/// - SeeAlso: `patchAllocatedValues` and `dropTypeDependentFields` of Kubernetes' service registry.
enum ServiceRules {
    /// A type that nobody knows counts too: validation says so, and nothing else is changed before.
    static func needsClusterIP(_ service: Service) -> Bool { service.spec.type != ServiceType.externalName }

    static func needsNodePort(_ service: Service) -> Bool {
        service.spec.type == "NodePort"
            || (service.spec.type == "LoadBalancer" && service.spec.allocateLoadBalancerNodePorts != false)
    }

    static func needsHealthCheckPort(_ service: Service) -> Bool {
        service.spec.type == "LoadBalancer" && service.spec.externalTrafficPolicy == "Local"
    }

    /// Whether traffic comes from outside, so that there is a policy for it.
    static func needsExternalTrafficPolicy(_ service: Service) -> Bool {
        service.spec.type == "LoadBalancer" || service.spec.type == "NodePort"
            || service.spec.type == "ClusterIP" && !service.spec.externalIPs.isEmpty
    }

    /// An update that leaves out what was allocated keeps it.
    static func keepAllocations(of old: Service, in new: inout Service) {
        if needsClusterIP(old), needsClusterIP(new) {
            new.spec.clusterIP = new.spec.clusterIP.isEmpty ? old.spec.clusterIP : new.spec.clusterIP
            if new.spec.clusterIPs.isEmpty, new.spec.clusterIP == old.spec.clusterIP {
                new.spec.clusterIPs = old.spec.clusterIPs
            }
        }
        if needsNodePort(old), needsNodePort(new) { keepNodePorts(of: old, in: &new) }
        if needsHealthCheckPort(old), needsHealthCheckPort(new), new.spec.healthCheckNodePort == 0 {
            new.spec.healthCheckNodePort = old.spec.healthCheckNodePort
        }
    }

    /// Ports keep their node ports by name, unless another port has taken them.
    private static func keepNodePorts(of old: Service, in new: inout Service) {
        var used = Set(old.spec.ports.map(\.nodePort)).intersection(new.spec.ports.map(\.nodePort))
        used.remove(0)
        let byName = Dictionary(old.spec.ports.map { ($0.name, $0.nodePort) }, uniquingKeysWith: { $1 })
        for index in new.spec.ports.indices where new.spec.ports[index].nodePort == 0 {
            guard let port = byName[new.spec.ports[index].name], port != 0, used.insert(port).inserted else { continue }
            new.spec.ports[index].nodePort = port
        }
    }

    /// Whoever changes one of `clusterIP` and `clusterIPs` alone means both.
    static func agreeOnAddresses(_ new: inout Service, _ old: Service) {
        guard needsClusterIP(new) || needsClusterIP(old), new.spec.clusterIP != old.spec.clusterIP else {
            if new.spec.clusterIPs.isEmpty { new.spec.clusterIPs = old.spec.clusterIPs }
            return
        }
        let isUntouched = new.spec.clusterIPs == old.spec.clusterIPs || new.spec.clusterIPs.isEmpty
        guard isUntouched else { return }
        new.spec.clusterIPs = new.spec.clusterIP.isEmpty ? [] : [new.spec.clusterIP]
    }

    /// Fields that the new type does not have go, where the user did not change them.
    static func dropWhatTypesDoNotHave(_ new: inout Service, _ old: Service) {
        if needsClusterIP(old), !needsClusterIP(new) {
            if new.spec.clusterIP == old.spec.clusterIP, new.spec.clusterIPs == old.spec.clusterIPs {
                new.spec.clusterIP = ""
                new.spec.clusterIPs = []
            }
            if new.spec.ipFamilies == old.spec.ipFamilies { new.spec.ipFamilies = [] }
            if new.spec.ipFamilyPolicy == old.spec.ipFamilyPolicy { new.spec.ipFamilyPolicy = nil }
            if new.spec.internalTrafficPolicy == old.spec.internalTrafficPolicy { new.spec.internalTrafficPolicy = nil }
        }
        let ports = Set(new.spec.ports.map(\.nodePort)).subtracting([0])
        if needsNodePort(old), !needsNodePort(new), ports.isSubset(of: old.spec.ports.map(\.nodePort)) {
            for index in new.spec.ports.indices { new.spec.ports[index].nodePort = 0 }
        }
        if needsHealthCheckPort(old), !needsHealthCheckPort(new),
            new.spec.healthCheckNodePort == old.spec.healthCheckNodePort
        {
            new.spec.healthCheckNodePort = 0
        }
        if old.spec.type == "LoadBalancer", new.spec.type != "LoadBalancer" {
            if new.spec.allocateLoadBalancerNodePorts == old.spec.allocateLoadBalancerNodePorts {
                new.spec.allocateLoadBalancerNodePorts = nil
            }
            if new.spec.loadBalancerClass == old.spec.loadBalancerClass { new.spec.loadBalancerClass = nil }
        }
        if needsExternalTrafficPolicy(old), !needsExternalTrafficPolicy(new),
            new.spec.externalTrafficPolicy == old.spec.externalTrafficPolicy
        {
            new.spec.externalTrafficPolicy = ""
        }
    }
}
