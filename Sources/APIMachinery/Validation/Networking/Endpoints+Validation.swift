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
