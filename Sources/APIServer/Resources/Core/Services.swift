// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == Service {
    /// - Parameter allocator: gives cluster addresses and node ports.
    static func services(_ allocator: ServiceAllocator) -> Self {
        Self(prefix: "services/specs").separatingStatus().with {
            $0.validateName = ObjectMetaRules.serviceName
            $0.createsOnUpdate = true
            $0.returnsDeletedObject = true
            let update = $0.faces[""] ?? Face()
            $0.faces[""] = Face(prepare: { (new, old, context) throws(APIStatusError) in
                try update.prepare(&new, old, context)
                ServiceRules.keepAllocations(of: old, in: &new)
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
    static func needsClusterIP(_ service: Service) -> Bool { service.spec.type != "ExternalName" }

    static func needsNodePort(_ service: Service) -> Bool {
        service.spec.type == "NodePort"
            || (service.spec.type == "LoadBalancer" && service.spec.allocateLoadBalancerNodePorts != false)
    }

    static func needsHealthCheckPort(_ service: Service) -> Bool {
        service.spec.type == "LoadBalancer" && service.spec.externalTrafficPolicy == "Local"
    }

    /// An update that leaves out what was allocated keeps it.
    static func keepAllocations(of old: Service, in new: inout Service) {
        if needsClusterIP(old), needsClusterIP(new) {
            if new.spec.clusterIP.isEmpty, new.spec.clusterIPs.isEmpty {
                new.spec.clusterIP = old.spec.clusterIP
                new.spec.clusterIPs = old.spec.clusterIPs
            } else if new.spec.clusterIPs.isEmpty, new.spec.clusterIP == old.spec.clusterIP {
                new.spec.clusterIPs = old.spec.clusterIPs
            }
            if new.spec.ipFamilies.isEmpty { new.spec.ipFamilies = old.spec.ipFamilies }
            if new.spec.ipFamilyPolicy == nil { new.spec.ipFamilyPolicy = old.spec.ipFamilyPolicy }
        }
        if needsClusterIP(old), !needsClusterIP(new), new.spec.clusterIP == old.spec.clusterIP {
            new.spec.clusterIP = ""
            new.spec.clusterIPs = []
            new.spec.ipFamilies = []
            new.spec.ipFamilyPolicy = nil
            new.spec.internalTrafficPolicy = nil
        }
        keepNodePorts(of: old, in: &new)
        if needsHealthCheckPort(old), needsHealthCheckPort(new), new.spec.healthCheckNodePort == 0 {
            new.spec.healthCheckNodePort = old.spec.healthCheckNodePort
        }
    }

    private static func keepNodePorts(of old: Service, in new: inout Service) {
        guard needsNodePort(new) else {
            // ports that were allocated go with the type; ports that the user names are a fault, which validation finds
            for index in new.spec.ports.indices
            where old.spec.ports.contains(where: {
                same($0, new.spec.ports[index]) && $0.nodePort == new.spec.ports[index].nodePort
            })
                && needsNodePort(old)
            {
                new.spec.ports[index].nodePort = 0
            }
            return
        }
        guard needsNodePort(old) else { return }
        let taken = Set(new.spec.ports.map(\.nodePort))
        for index in new.spec.ports.indices where new.spec.ports[index].nodePort == 0 {
            if let before = old.spec.ports.first(where: { same($0, new.spec.ports[index]) }),
                !taken.contains(before.nodePort)
            {
                new.spec.ports[index].nodePort = before.nodePort
            }
        }
    }

    private static func same(_ a: ServicePort, _ b: ServicePort) -> Bool {
        a.port == b.port && a.`protocol` == b.`protocol`
    }
}
