// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Primitives
import Wire

extension EndpointSlice: Validated {
    private static let endpointsLimit = 1000
    private static let portsLimit = 20_000
    private static let addressesLimit = 100
    private static let hintsLimit = 8

    public func validateBody() -> [FieldError] { typeFaults() + portFaults(FieldPath("ports")) + endpointFaults() }

    /// Endpoints that do not change are not looked at again.
    public func validateUpdate(from old: EndpointSlice) -> [FieldError] {
        var errors = ObjectMetaRules.validate(metadata, isNamespaced: true, name: Self.nameRule)
        errors += typeFaults() + portFaults(FieldPath("ports"))
        if endpoints != old.endpoints { errors += endpointFaults() }
        return errors + ValueRules.immutable(addressType, old.addressType, FieldPath("addressType"))
    }

    private func typeFaults() -> [FieldError] {
        ValueRules.known(addressType, ["FQDN", "IPv4", "IPv6"], FieldPath("addressType"))
    }

    private func portFaults(_ path: FieldPath) -> [FieldError] {
        if ports.count > Self.portsLimit { return [.tooMany(path, count: ports.count, limit: Self.portsLimit)] }
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let at = path.index(index)
            let name = port.name ?? ""
            errors += ValueRules.optionalName(name, at.child("name"), NameRules.dns1123Label)
            if !names.insert(name).inserted { errors.append(.duplicate(at.child("name"), name)) }
            errors += ValueRules.oneOf(port.protocol, ["SCTP", "TCP", "UDP"], at.child("protocol"))
            if let text = port.appProtocol {
                errors += LabelRules.qualifiedName(text).map { .invalid(at.child("appProtocol"), text, $0) }
            }
        }
        return errors
    }

    private func endpointFaults() -> [FieldError] {
        let path = FieldPath("endpoints")
        if endpoints.count > Self.endpointsLimit {
            return [.tooMany(path, count: endpoints.count, limit: Self.endpointsLimit)]
        }
        return endpoints.enumerated().flatMap { endpoint($1, path.index($0)) }
    }

    private func endpoint(_ endpoint: Endpoint, _ path: FieldPath) -> [FieldError] {
        let list = path.child("addresses")
        let count = endpoint.addresses.count
        var errors: [FieldError] = []
        if count == 0 { errors.append(.required(list, "must contain at least 1 address")) }
        if count > Self.addressesLimit { errors.append(.tooMany(list, count: count, limit: Self.addressesLimit)) }
        for (index, text) in endpoint.addresses.enumerated() { errors += address(text, list.index(index), list) }
        if let name = endpoint.nodeName {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("nodeName"), name, $0) }
        }
        if let name = endpoint.hostname {
            errors += NameRules.dns1123Label(name).map { .invalid(path.child("hostname"), name, $0) }
        }
        guard let hints = endpoint.hints else { return errors }
        errors += names(hints.forZones.map(\.name), path.child("hints", "forZones"), LabelRules.value)
        if hints.forZones.count > Self.hintsLimit { return errors }
        return errors + names(hints.forNodes.map(\.name), path.child("hints", "forNodes"), NameRules.dns1123Subdomain)
    }

    /// Names of places that should use the endpoint, each once.
    private func names(_ names: [String], _ path: FieldPath, _ rule: (String) -> [String]) -> [FieldError] {
        if names.count > Self.hintsLimit { return [.tooMany(path, count: names.count, limit: Self.hintsLimit)] }
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            let at = path.index(index).child("name")
            if !seen.insert(name).inserted { errors.append(.duplicate(at, name)) }
            errors += rule(name).map { .invalid(at, name, $0) }
        }
        return errors
    }

    /// An address of the type of the slice; those of unknown types are not looked at.
    private func address(_ text: String, _ path: FieldPath, _ list: FieldPath) -> [FieldError] {
        let wanted: AddressFamily
        switch addressType {
        case "IPv4": wanted = .v4
        case "IPv6": wanted = .v6
        case "FQDN": return domain(text, path)
        default: return []
        }
        let errors =
            wanted == .v4 ? ValueRules.ipAddress(text, path) : ValueRules.canonicalAddress(text, path)
        guard errors.isEmpty, let address = NetworkAddress(text) else { return errors }
        let family: [FieldError] =
            address.family == wanted
            ? [] : [.invalid(list, text, "must be an \(addressType) address")]
        return family + AddressRules.external(text, path)
    }

    /// A domain of at least two parts, with or without the dot of the root.
    private func domain(_ text: String, _ path: FieldPath) -> [FieldError] {
        if text.isEmpty { return [.required(path)] }
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        let faults = NameRules.dns1123Subdomain(name)
        if !faults.isEmpty { return [.invalid(path, name, faults.joined(separator: ","))] }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if labels.count < 2 {
            return [.invalid(path, name, "should be a domain with at least two segments separated by dots")]
        }
        for label in labels {
            let faults = NameRules.dns1123Label(label)
            if !faults.isEmpty { return [.invalid(path, label, faults.joined(separator: ","))] }
        }
        return []
    }
}
