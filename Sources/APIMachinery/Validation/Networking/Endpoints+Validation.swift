// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Primitives
import Wire

extension Endpoints: Validated {
    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        for (index, subset) in subsets.enumerated() {
            let path = FieldPath("subsets").index(index)
            if subset.addresses.isEmpty, subset.notReadyAddresses.isEmpty {
                errors.append(.required(path, "must specify `addresses` or `notReadyAddresses`"))
            }
            for (number, address) in subset.addresses.enumerated() {
                errors += self.address(address, path.child("addresses").index(number))
            }
            for (number, address) in subset.notReadyAddresses.enumerated() {
                errors += self.address(address, path.child("notReadyAddresses").index(number))
            }
            for (number, port) in subset.ports.enumerated() {
                errors += self.port(port, needsName: subset.ports.count > 1, path.child("ports").index(number))
            }
        }
        return errors
    }

    public func validateUpdate(from old: Endpoints) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateAsNew()
    }

    private func address(_ address: EndpointAddress, _ path: FieldPath) -> [FieldError] {
        let ip = path.child("ip")
        var errors = ValueRules.ipAddress(address.ip, ip)
        errors += ValueRules.optionalName(address.hostname, path.child("hostname"), NameRules.dns1123Label)
        if let name = address.nodeName {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("nodeName"), name, $0) }
        }
        if NetworkAddress(address.ip) != nil {
            errors += AddressRules.external(address.ip, ip)
        } else if !errors.contains(where: { $0.detail.contains("leading") }) {
            errors.append(.invalid(ip, address.ip, "must be a valid IP address"))
        }
        return errors
    }

    private func port(_ port: EndpointPort, needsName: Bool, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if port.name.isEmpty {
            if needsName { errors.append(.required(path.child("name"))) }
        } else {
            errors += NameRules.dns1123Label(port.name).map { .invalid(path.child("name"), port.name, $0) }
        }
        errors += NameRules.portNumber(Int(port.port)).map { .invalid(path.child("port"), port.port, $0) }
        errors += ValueRules.oneOf(port.protocol, ["SCTP", "TCP", "UDP"], path.child("protocol"))
        if let text = port.appProtocol {
            errors += LabelRules.qualifiedName(text).map { .invalid(path.child("appProtocol"), text, $0) }
        }
        return errors
    }
}

extension EndpointSlice: Validated {
    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        let type = FieldPath("addressType")
        if addressType.isEmpty {
            errors.append(.required(type))
        } else {
            errors += ValueRules.oneOf(addressType, ["FQDN", "IPv4", "IPv6"], type)
        }
        if !errors.isEmpty { return errors }
        if endpoints.count > 1000 {
            errors.append(.tooMany(FieldPath("endpoints"), count: endpoints.count, limit: 1000))
        }
        for (index, endpoint) in endpoints.enumerated() {
            errors += self.endpoint(endpoint, FieldPath("endpoints").index(index))
        }
        if ports.count > 100 { errors.append(.tooMany(FieldPath("ports"), count: ports.count, limit: 100)) }
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let path = FieldPath("ports").index(index)
            if let name = port.name, !name.isEmpty {
                errors += NameRules.dns1123Label(name).map { .invalid(path.child("name"), name, $0) }
            }
            if !names.insert(port.name ?? "").inserted {
                errors.append(.duplicate(path.child("name"), port.name ?? ""))
            }
            if let number = port.port, number < 0 || number > 65_535 {
                errors += NameRules.portNumber(Int(number)).map { .invalid(path.child("port"), number, $0) }
            }
            errors += ValueRules.oneOf(port.protocol, ["SCTP", "TCP", "UDP"], path.child("protocol"))
            if let text = port.appProtocol {
                errors += LabelRules.qualifiedName(text).map { .invalid(path.child("appProtocol"), text, $0) }
            }
        }
        return errors
    }

    private func endpoint(_ endpoint: Endpoint, _ path: FieldPath) -> [FieldError] {
        let list = path.child("addresses")
        var errors: [FieldError] = []
        if endpoint.addresses.isEmpty { errors.append(.required(list, "must contain at least 1 address")) }
        if endpoint.addresses.count > 100 { errors.append(.tooMany(list, count: endpoint.addresses.count, limit: 100)) }
        for (index, text) in endpoint.addresses.enumerated() { errors += address(text, list.index(index), list) }
        if let name = endpoint.nodeName {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("nodeName"), name, $0) }
        }
        if let name = endpoint.hostname, !name.isEmpty {
            errors += NameRules.dns1123Label(name).map { .invalid(path.child("hostname"), name, $0) }
        }
        let zones = (endpoint.hints?.forZones ?? []).map(\.name)
        errors += hints(zones, path.child("hints", "forZones"), LabelRules.value)
        let nodes = (endpoint.hints?.forNodes ?? []).map(\.name)
        return errors + hints(nodes, path.child("hints", "forNodes"), NameRules.dns1123Subdomain)
    }

    private func hints(_ names: [String], _ path: FieldPath, _ rule: (String) -> [String]) -> [FieldError] {
        if names.count > 8 { return [.tooMany(path, count: names.count, limit: 8)] }
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            let at = path.index(index).child("name")
            if !seen.insert(name).inserted { errors.append(.duplicate(at, name)) }
            errors += rule(name).map { .invalid(at, name, $0) }
        }
        return errors
    }

    private func address(_ text: String, _ path: FieldPath, _ list: FieldPath) -> [FieldError] {
        if addressType == "FQDN" { return NameRules.dns1123Subdomain(text).map { .invalid(path, text, $0) } }
        let errors = ValueRules.ipAddress(text, path)
        guard errors.isEmpty, let address = NetworkAddress(text) else { return errors }
        let wanted: AddressFamily = addressType == "IPv6" ? .v6 : .v4
        guard address.family == wanted else {
            let text2 = wanted == .v6 ? "must be an IPv6 address" : "must be an IPv4 address"
            return [.invalid(list, text, text2)]
        }
        return AddressRules.external(text, path)
    }

    public func validateUpdate(from old: EndpointSlice) -> [FieldError] {
        validateAsNew() + validateChange(from: old)
    }

    public func validateChange(from old: EndpointSlice) -> [FieldError] {
        guard addressType != old.addressType else { return [] }
        return [.invalid(FieldPath("addressType"), addressType, ObjectMetaRules.immutableText)]
    }
}
