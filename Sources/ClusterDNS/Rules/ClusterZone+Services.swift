// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives

extension ClusterZone {
    /// The name of a Service.
    func serviceName(_ namespace: String, _ name: String) -> DNSName? {
        origin.prefixed(by: name, namespace, "svc")
    }

    /// - Parameter labels: those before `svc`.
    func findService(_ labels: [String], _ name: DNSName) -> Lookup {
        guard let namespace = labels.last else { return .records([]) }
        guard labels.count > 1 else { return source.hasNamespace(namespace) ? .records([]) : .missing }
        let serviceName = labels[labels.count - 2]
        guard let service = source.service(namespace: namespace, name: serviceName) else { return .missing }
        let rest = Array(labels.dropLast(2))
        if service.spec.type == "ExternalName" {
            guard rest.isEmpty, let target = DNSName(service.spec.externalName), !target.labels.isEmpty else {
                return .missing
            }
            return .alias(target)
        }
        let members = Members(service, slices: headlessSlices(service))
        if members.isHeadless, members.endpoints.isEmpty { return .missing }
        switch rest.count {
        case 0:
            return services(
                members, name, where: { _ in true }, records: members.addresses.map { record(name, .address($0)) })
        case 1 where rest[0].hasPrefix("_"):
            let isKnown = members.ports.contains { "_\($0.transport)" == rest[0] }
            return isKnown ? .records([]) : .missing
        case 1:
            let found = members.endpoints.filter { $0.label == rest[0] }
            return found.isEmpty ? .missing : .records(found.map { record(name, .address($0.address)) })
        case 2:
            let lookup = services(members, name) {
                !$0.name.isEmpty && "_\($0.name)" == rest[0] && "_\($0.transport)" == rest[1]
            }
            if case .records([], _) = lookup { return .missing }
            return lookup
        default:
            return .missing
        }
    }

    /// The names of a headless Service's endpoints that have an address.
    func endpointNames(_ slice: EndpointSlice, _ address: NetworkAddress) -> [DNSName] {
        guard let name = slice.metadata.labels[Self.serviceLabel],
            let service = source.service(namespace: slice.metadata.namespace, name: name)
        else { return [] }
        let members = Members(service, slices: [slice])
        guard members.isHeadless, let parent = serviceName(slice.metadata.namespace, name) else { return [] }
        return members.endpoints.filter { $0.address == address }.compactMap { parent.prefixed(by: $0.label) }
    }

    /// The label of an EndpointSlice that names its Service.
    package static let serviceLabel = "kubernetes.io/service-name"

    private func headlessSlices(_ service: Service) -> [EndpointSlice] {
        guard Members.isHeadless(service) else { return [] }
        return source.slices(namespace: service.metadata.namespace, service: service.metadata.name)
    }

    /// The SRV records of the ports that `isWanted`, with the addresses of their targets, and other records of the name.
    private func services(
        _ members: Members, _ name: DNSName, where isWanted: (Members.Port) -> Bool, records: [DNSRecord] = []
    ) -> Lookup {
        guard let parent = serviceName(members.namespace, members.name) else { return .missing }
        var found = records
        var additional: [DNSRecord] = []
        let ports = members.ports.filter(isWanted)
        let targets: [(DNSName, NetworkAddress)] =
            members.isHeadless
            ? members.endpoints.compactMap { end in parent.prefixed(by: end.label).map { ($0, end.address) } }
            : members.addresses.map { (parent, $0) }
        let names = Array(Set(targets.map(\.0))).sorted { "\($0)" < "\($1)" }
        let weight = UInt16(clamping: max(100 / max(names.count * ports.count, 1), 1))
        for port in ports {
            for target in names {
                found.append(record(name, .service(priority: 0, weight: weight, port: port.number, target: target)))
            }
        }
        if found.count > records.count {
            additional = targets.map { record($0.0, .address($0.1)) }
        }
        return .records(found, additional: additional)
    }
}

/// A Service as the zone sees it: its ports and addresses, or its endpoints.
struct Members {
    struct Port: Hashable {
        var name: String
        /// `tcp`, `udp` or `sctp`.
        var transport: String
        var number: UInt16
    }

    struct Endpoint: Hashable {
        /// The endpoint's own label below the Service's name: its hostname, or its address.
        var label: String
        var address: NetworkAddress
    }

    var namespace: String
    var name: String
    var isHeadless: Bool
    var ports: [Port]
    /// Where the name of the Service leads to.
    var addresses: [NetworkAddress]
    /// The ready endpoints of a headless Service.
    var endpoints: [Endpoint]

    static func isHeadless(_ service: Service) -> Bool {
        service.spec.clusterIP == "None" || service.spec.clusterIPs.first == "None"
    }

    init(_ service: Service, slices: [EndpointSlice]) {
        namespace = service.metadata.namespace
        name = service.metadata.name
        isHeadless = Self.isHeadless(service)
        guard isHeadless else {
            let texts = service.spec.clusterIPs.isEmpty ? [service.spec.clusterIP] : service.spec.clusterIPs
            addresses = texts.compactMap { NetworkAddress($0) }
            ports = service.spec.ports.compactMap { Port(name: $0.name, transport: $0.`protocol`, number: $0.port) }
            endpoints = []
            return
        }
        let unready = service.spec.publishNotReadyAddresses
        var found = Set<Endpoint>()
        var ports = Set<Port>()
        for slice in slices {
            for endpoint in slice.endpoints where unready || endpoint.conditions.ready ?? true {
                for address in endpoint.addresses.compactMap({ NetworkAddress($0) }) {
                    found.insert(Endpoint(label: Self.label(endpoint.hostname, address), address: address))
                }
            }
            for port in slice.ports {
                // Without a number the port is every port: there is nothing to tell of it.
                guard let number = port.port else { continue }
                if let known = Port(name: port.name ?? "", transport: port.`protocol` ?? "TCP", number: number) {
                    ports.insert(known)
                }
            }
        }
        endpoints = found.sorted { ($0.address, $0.label) < ($1.address, $1.label) }
        addresses = Set(found.map(\.address)).sorted()
        self.ports = ports.sorted { ($0.name, $0.transport, $0.number) < ($1.name, $1.transport, $1.number) }
    }

    private static func label(_ hostname: String?, _ address: NetworkAddress) -> String {
        if let hostname, !hostname.isEmpty { return hostname }
        return String("\(address)".map { $0 == "." || $0 == ":" ? "-" : $0 })
    }
}

extension Members.Port {
    fileprivate init?(name: String, transport: String, number: Int32) {
        guard let number = UInt16(exactly: number), number > 0 else { return nil }
        let lower = transport.isEmpty ? "tcp" : transport.lowercased()
        self.init(name: name, transport: lower, number: number)
    }
}
