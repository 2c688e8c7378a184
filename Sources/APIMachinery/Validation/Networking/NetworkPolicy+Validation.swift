// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Primitives
import Wire

/// What is an address and what is a name.
enum NetworkAddressRules {
    /// Whether the text is no IP address.
    static func isName(_ text: String) -> Bool { ValueRules.looseAddress(text) == nil }
}

extension NetworkPolicy: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = LabelSelectorRules.validate(spec.podSelector, at: path.child("podSelector"))
        for (index, rule) in spec.ingress.enumerated() {
            let at = path.child("ingress").index(index)
            errors += ports(rule.ports, at.child("ports")) + peers(rule.from, at.child("from"))
        }
        for (index, rule) in spec.egress.enumerated() {
            let at = path.child("egress").index(index)
            errors += ports(rule.ports, at.child("ports")) + peers(rule.to, at.child("to"))
        }
        if spec.policyTypes.count > 2 {
            let text = "may not specify more than two policyTypes"
            return errors + [.invalid(path.child("policyTypes"), ValueRules.json(spec.policyTypes), text)]
        }
        for (index, type) in spec.policyTypes.enumerated() {
            errors += ValueRules.oneOf(type, ["Ingress", "Egress"], path.child("policyTypes").index(index))
        }
        return errors
    }

    /// Upstream looks at a changed one as at a new one, and then at the change.
    public func validateUpdate(from old: NetworkPolicy) -> [FieldError] {
        validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateBody()
    }

    private func ports(_ ports: [NetworkPolicyPort], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, port) in ports.enumerated() {
            let at = path.index(index)
            errors += ValueRules.oneOf(port.protocol, ["TCP", "UDP", "SCTP"], at.child("protocol"))
            guard let number = port.port else {
                if let end = port.endPort {
                    errors.append(
                        .invalid(at.child("endPort"), end, "may not be specified when `port` is not specified"))
                }
                continue
            }
            let faults = ValueRules.port(number, at.child("port"))
            switch (number, port.endPort) {
            case (_, nil): errors += faults
            case (.int(let first), let end?):
                errors += faults
                if first > end {
                    errors.append(.invalid(at.child("endPort"), end, "must be greater than or equal to `port`"))
                }
                errors += NameRules.portNumber(Int(end)).map { .invalid(at.child("endPort"), end, $0) }
            case (.string, let end?):
                errors.append(.invalid(at.child("endPort"), end, "may not be specified when `port` is non-numeric"))
                errors += faults
            }
        }
        return errors
    }

    private func peers(_ peers: [NetworkPolicyPeer], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, peer) in peers.enumerated() {
            let at = path.index(index)
            errors += LabelSelectorRules.validate(peer.podSelector, at: at.child("podSelector"))
            errors += LabelSelectorRules.validate(peer.namespaceSelector, at: at.child("namespaceSelector"))
            if let block = peer.ipBlock { errors += self.block(block, at.child("ipBlock")) }
            let hasSelector = peer.podSelector != nil || peer.namespaceSelector != nil
            if !hasSelector, peer.ipBlock == nil {
                errors.append(.required(at, "must specify a peer"))
            } else if hasSelector, peer.ipBlock != nil {
                errors.append(.forbidden(at, "may not specify both ipBlock and another peer"))
            }
        }
        return errors
    }

    private func block(_ block: IPBlock, _ path: FieldPath) -> [FieldError] {
        if block.cidr.isEmpty { return [.required(path.child("cidr"))] }
        let faults = ValueRules.cidr(block.cidr, path.child("cidr"))
        guard let whole = ValueRules.parseCIDR(block.cidr)?.network else { return faults }
        var errors = faults
        for (index, text) in block.except.enumerated() {
            let at = path.child("except").index(index)
            errors += ValueRules.cidr(text, at)
            guard let part = ValueRules.parseCIDR(text)?.network else { continue }
            if !whole.contains(part) || whole.prefixLength >= part.prefixLength {
                errors.append(.invalid(at, text, "must be a strict subset of `cidr`"))
            }
        }
        return errors
    }
}
