// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Primitives
import Wire

/// What cannot be allocated whatever is free: said before anything else of a Service is looked at.
extension ServiceAllocator {
    static let portIsTaken = "provided port is already allocated"

    /// - Throws: `Invalid` for the first address or port that no Service can have, or that this one has twice; an internal error
    ///   where Kubernetes has one.
    func refuseImpossible(_ service: Service, old: Service?) throws(APIStatusError) {
        if ServiceRules.needsClusterIP(service) {
            let known = old?.spec.clusterIPs ?? []
            for address in service.spec.clusterIPs where address != "None" && !known.contains(address) {
                try refuse(address, service)
            }
        }
        guard service.spec.type == ServiceType.nodePort || service.spec.type == ServiceType.loadBalancer else { return }
        if let old { try refusePorts(of: service, old) } else { try refusePorts(of: service) }
    }

    /// Two ports of a new Service cannot have one node port, unless they differ in nothing but the protocol.
    private func refusePorts(of service: Service) throws(APIStatusError) {
        var owners: [Int32: Int32] = [:]
        for (index, port) in service.spec.ports.enumerated() where port.nodePort != 0 {
            if let fault = rangeFault(of: port.nodePort) { throw Self.portFault(service, index, fault) }
            if let owner = owners[port.nodePort], owner != port.port {
                throw Self.portFault(service, index, Self.portIsTaken)
            }
            owners[port.nodePort] = port.port
        }
    }

    private func refusePorts(of service: Service, _ old: Service) throws(APIStatusError) {
        let known = old.spec.ports.map(\.nodePort)
        var seen: Set<String> = []
        for (index, port) in service.spec.ports.enumerated() where port.nodePort != 0 {
            if !known.contains(port.nodePort), let fault = rangeFault(of: port.nodePort) {
                throw Self.portFault(service, index, fault)
            }
            let pair = "{\(port.protocol) \(port.nodePort)}"
            if !seen.insert(pair).inserted { throw .plain("duplicate nodePort: " + pair) }
        }
    }

    private static func portFault(_ service: Service, _ index: Int, _ text: String) -> APIStatusError {
        let path = FieldPath("spec", "ports").index(index).child("nodePort")
        let port = service.spec.ports[index].nodePort
        return .invalid(Service.resource, service.metadata.name, [.invalid(path, port, text)])
    }

    /// Why no Service can have a node port.
    func rangeFault(of port: Int32) -> String? {
        guard !nodePorts.contains(port) else { return nil }
        return "provided port is not in the valid range. The range of valid ports is "
            + "\(nodePorts.lowerBound)-\(nodePorts.upperBound)"
    }

    /// - Throws: `Invalid` for an address outside of the range.
    func refuse(_ address: String, _ service: Service) throws(APIStatusError) {
        if let parsed = NetworkAddress(address), range.contains(parsed) { return }
        let text = "the provided IP (\(address)) is not in the valid range. The range of valid IPs is \(range)"
        throw Self.addressFault(address, service, text)
    }

    static func addressFault(_ address: String, _ service: Service, _ text: String) -> APIStatusError {
        let shown = JSONValue.array(service.spec.clusterIPs.map(JSONValue.string))
        let path = FieldPath("spec", "clusterIPs")
        return .invalid(
            Service.resource, service.metadata.name,
            [.invalid(path, shown, "failed to allocate IP \(address): \(text)")])
    }
}
