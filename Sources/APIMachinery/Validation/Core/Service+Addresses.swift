// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives
import Wire

extension Service {
    /// The faults of the addresses that the service asks for.
    func clusterIPs(_ path: FieldPath) -> [FieldError] {
        guard spec.type != "ExternalName" else { return [] }
        let list = path.child("clusterIPs")
        let shown = ValueRules.json(spec.clusterIPs)
        var errors: [FieldError] = []
        if !spec.clusterIPs.isEmpty {
            if spec.clusterIP.isEmpty {
                errors.append(.invalid(list, shown, "must be empty when `clusterIP` is not specified"))
            } else if spec.clusterIPs[0] != spec.clusterIP {
                errors.append(.invalid(list, shown, "first value must match `clusterIP`"))
            }
        }
        let addresses = spec.clusterIPs.isEmpty && !spec.clusterIP.isEmpty ? [spec.clusterIP] : spec.clusterIPs
        if addresses.count > 1, addresses[0] == "None" {
            errors.append(.invalid(list, shown, "'None' must be the first and only value"))
        }
        // nothing more is said of addresses that do not stand beside `clusterIP`
        guard !spec.clusterIP.isEmpty else { return errors }
        for (index, text) in addresses.enumerated() where !(index == 0 && text == "None") {
            errors += ValueRules.ipAddress(text, list.index(index))
        }
        if addresses.count > 2 {
            errors.append(.invalid(list, shown, "may only hold up to 2 values"))
        } else if addresses.count == 2, Set(addresses.compactMap { NetworkAddress($0)?.family }).count == 1 {
            let text = "may specify no more than one IP for each IP family"
            errors.append(.invalid(list, shown, text))
        }
        return errors
    }

    /// The faults of the address families that the service asks for.
    func families(_ path: FieldPath) -> [FieldError] {
        guard spec.type != "ExternalName" else { return [] }
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, family) in spec.ipFamilies.enumerated() {
            let at = path.child("ipFamilies").index(index)
            errors += ValueRules.oneOf(family, ["IPv4", "IPv6"], at)
            if !seen.insert(family).inserted { errors.append(.duplicate(at, family)) }
        }
        let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"]
        return errors + ValueRules.oneOf(spec.ipFamilyPolicy, policies, path.child("ipFamilyPolicy"))
    }
}

/// Addresses that users may not ask for, because they mean something special on every host.
enum AddressRules {
    /// An address outside the cluster.
    static func external(_ text: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        guard let address = NetworkAddress(text) else { return [] }
        var errors: [FieldError] = []
        if address.isUnspecified { errors.append(.invalid(path(), text, "may not be unspecified (\(text))")) }
        for (network, message) in special where network.contains(address) {
            errors.append(.invalid(path(), text, message))
        }
        return errors
    }

    private static let special: [(CIDR, String)] = [
        ("127.0.0.0/8", "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
        ("::1/128", "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
        ("169.254.0.0/16", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
        ("fe80::/10", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
        ("224.0.0.0/24", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
        ("ff02::/16", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
    ].compactMap { text, message in CIDR(text).map { ($0, message) } }
}
