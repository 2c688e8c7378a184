// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI

/// Something that the proxy heard from the API server.
package enum ProxyChange: Sendable {
    /// A Service was added or has changed.
    case service(Service)
    /// A Service is gone.
    case serviceRemoved(ServiceName)
    /// An EndpointSlice was added or has changed.
    case endpointSlice(EndpointSlice)
    /// An EndpointSlice is gone.
    case endpointSliceRemoved(EndpointSlice)
}

/// Services and endpoints as last heard of, in the form that the rules use.
package struct ProxyState: Sendable {
    /// The label of an EndpointSlice that names its Service.
    package static let serviceNameLabel = "kubernetes.io/service-name"

    /// The node whose endpoints count as local.
    package let nodeName: String
    private(set) var ports: [ServiceName: [ProxiedPort]] = [:]
    private var slices: [ServiceName: [String: ProxiedSlice]] = [:]

    package init(nodeName: String) {
        self.nodeName = nodeName
    }

    /// Takes a change in.
    ///
    /// - Returns: whether rules may differ afterwards.
    package mutating func apply(_ change: ProxyChange) -> Bool {
        switch change {
        case .service(let service):
            let name = ServiceName(namespace: service.metadata.namespace, name: service.metadata.name)
            // A Service with this label is another proxy's (KEP-2447).
            let isForeign = service.metadata.labels["service.kubernetes.io/service-proxy-name"] != nil
            return setPorts(isForeign ? [] : ProxiedPort.ports(of: service), of: name)
        case .serviceRemoved(let name):
            return setPorts([], of: name)
        case .endpointSlice(let slice):
            return setSlice(ProxiedSlice(slice, nodeName: nodeName), for: slice)
        case .endpointSliceRemoved(let slice):
            return setSlice(nil, for: slice)
        }
    }

    /// Every endpoint of a port that any slice names.
    func endpoints(of port: ProxiedPort) -> [ProxiedEndpoint] {
        let key = ProxiedSlice.PortKey(name: port.portName, transport: port.transport, family: port.family)
        return slices[port.service]?.values.flatMap { $0.endpoints[key] ?? [] } ?? []
    }

    private mutating func setPorts(_ new: [ProxiedPort], of name: ServiceName) -> Bool {
        guard ports[name] ?? [] != new else { return false }
        ports[name] = new.isEmpty ? nil : new
        return true
    }

    private mutating func setSlice(_ new: ProxiedSlice?, for slice: EndpointSlice) -> Bool {
        guard let service = slice.metadata.labels[Self.serviceNameLabel] else { return false }
        let name = ServiceName(namespace: slice.metadata.namespace, name: service)
        guard slices[name]?[slice.metadata.name] != new else { return false }
        slices[name, default: [:]][slice.metadata.name] = new
        if slices[name]?.isEmpty == true { slices[name] = nil }
        return ports[name] != nil
    }
}
