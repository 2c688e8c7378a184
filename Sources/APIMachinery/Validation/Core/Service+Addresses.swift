// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Primitives
import Wire

extension Service {
    private static let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"]

    /// Whether the service has no address of its own.
    var isHeadless: Bool { spec.clusterIPs == ["None"] }

    /// The faults of cluster addresses, families and policy: before anything is allocated nothing else is looked at.
    ///
    /// - SeeAlso: `ValidateServiceClusterIPsRelatedFields` of Kubernetes.
    public func addressFaults() -> [FieldError] {
        guard spec.type != "ExternalName" else { return [] }
        let path = FieldPath("spec")
        let list = path.child("clusterIPs")
        let shown = ValueRules.json(spec.clusterIPs)
        var errors: [FieldError] = []
        if spec.clusterIP.isEmpty {
            if !spec.clusterIPs.isEmpty {
                errors.append(.invalid(list, shown, "must be empty when `clusterIP` is not specified"))
            }
        } else if spec.clusterIPs.isEmpty {
            errors.append(.required(list))
        } else if spec.clusterIPs[0] != spec.clusterIP {
            errors.append(.invalid(list, shown, "first value must match `clusterIP`"))
        }
        errors += families(path)
        var isSound = true
        for (index, text) in spec.clusterIPs.enumerated() {
            if index == 0, text == "None" {
                guard spec.clusterIPs.count > 1 else { continue }
                isSound = false
                errors.append(.invalid(list, shown, "'None' must be the first and only value"))
                continue
            }
            let faults = ValueRules.ipAddress(text, list.index(index))
            isSound = isSound && faults.isEmpty
            errors += faults
        }
        if spec.clusterIPs.count > 2 { errors.append(.invalid(list, shown, "may only hold up to 2 values")) }
        return isSound ? errors + mixture(list, shown) : errors
    }

    private func families(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, family) in spec.ipFamilies.enumerated() {
            let at = path.child("ipFamilies").index(index)
            errors += ValueRules.oneOf(family, ["IPv4", "IPv6"], at)
            if !seen.insert(family).inserted { errors.append(.duplicate(at, family)) }
        }
        return errors + ValueRules.oneOf(spec.ipFamilyPolicy, Self.policies, path.child("ipFamilyPolicy"))
    }

    /// Addresses are of one family each, and of those that are named.
    private func mixture(_ path: FieldPath, _ shown: JSONValue) -> [FieldError] {
        let addresses = spec.clusterIPs.map { NetworkAddress($0)?.family }
        var errors: [FieldError] = []
        if addresses.count > 1, Set(addresses).count != addresses.count {
            errors.append(.invalid(path, shown, "may specify no more than one IP for each IP family"))
        }
        guard !isHeadless else { return errors }
        for (index, pair) in zip(addresses, spec.ipFamilies).enumerated() {
            let own = pair.0 == .v6 ? "IPv6" : "IPv4"
            guard own != pair.1, pair.1 == "IPv4" || pair.1 == "IPv6" else { continue }
            let text = "expected an \(pair.1) value as indicated by `ipFamilies[\(index)]`"
            errors.append(.invalid(path.index(index), spec.clusterIPs[index], text))
        }
        return errors
    }

    /// The faults of a change of addresses: the first one stays; the second comes and goes with the policy.
    func addressChange(from old: Service) -> [FieldError] {
        guard spec.type != "ExternalName", old.spec.type != "ExternalName", !(isHeadless && old.isHeadless) else {
            return []
        }
        let path = FieldPath("spec", "clusterIPs")
        let shown = ValueRules.json(spec.clusterIPs)
        let (new, before) = (spec.clusterIPs, old.spec.clusterIPs)
        if new.count == before.count {
            return zip(new, before).enumerated().filter { $1.0 != $1.1 }.map {
                .invalid(path.index($0.offset), shown, "may not change once set")
            }
        }
        var errors: [FieldError] = []
        if new.isEmpty { errors.append(.invalid(path.index(0), .null, "primary clusterIP can not be unset")) }
        if let first = new.first, let known = before.first, first != known {
            errors.append(.invalid(path.index(0), shown, "may not change once set"))
        }
        if before.count > new.count, new.count == 1, spec.ipFamilyPolicy != "SingleStack" {
            errors.append(policyFault("must be set to 'SingleStack' when releasing the secondary clusterIP"))
        }
        return errors
    }

    /// The faults of a change of families.
    func familyChange(from old: Service) -> [FieldError] {
        guard spec.type != "ExternalName", old.spec.type != "ExternalName", !isHeadless, !old.isHeadless else {
            return []
        }
        let at = FieldPath("spec", "ipFamilies").index(0)
        let (new, before) = (spec.ipFamilies, old.spec.ipFamilies)
        let addresses = ValueRules.json(spec.clusterIPs)
        if new.count == before.count {
            return zip(new, before).filter { $0 != $1 }.map { _ in
                .invalid(at, ValueRules.json(new), "may not change once set")
            }
        }
        var errors: [FieldError] = []
        if before.count > new.count, spec.clusterIPs.isEmpty {
            errors.append(.invalid(at, ValueRules.json(new), "primary ipFamily can not be unset"))
        }
        if let first = new.first, let known = before.first, first != known {
            errors.append(.invalid(at, addresses, "may not change once set"))
        }
        if before.count > new.count, new.count == 1, spec.ipFamilyPolicy != "SingleStack" {
            errors.append(policyFault("must be set to 'SingleStack' when releasing the secondary ipFamily"))
        }
        return errors
    }

    private func policyFault(_ text: String) -> FieldError {
        .invalid(FieldPath("spec", "ipFamilyPolicy"), spec.ipFamilyPolicy.map { .string($0) } ?? .null, text)
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
