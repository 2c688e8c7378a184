// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Primitives
import Wire

extension ServiceCIDR: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec", "cidrs")
        if spec.cidrs.isEmpty { return [.required(path, "at least one CIDR required")] }
        if spec.cidrs.count > 2 {
            let shown = InternalForm.json(spec, "networking.k8s.io/v1.ServiceCIDRSpec")
            return [.invalid(path, shown, "may only hold up to 2 values")]
        }
        if !isOfEachFamily {
            let text = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"
            return [.invalid(path, ValueRules.json(spec.cidrs), text)]
        }
        return spec.cidrs.enumerated().flatMap { ValueRules.canonicalCIDR($1, path.index($0)) }
    }

    /// Whether two networks are one of each family.
    private var isOfEachFamily: Bool {
        spec.cidrs.count < 2 || Set(spec.cidrs.map { ValueRules.parseCIDR($0)?.network.family }) == [.v4, .v6]
    }

    /// What is there stays; a network of the other family may be added.
    public func validateUpdate(from old: ServiceCIDR) -> [FieldError] {
        let path = FieldPath("spec", "cidrs")
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        let (new, before) = (spec.cidrs, old.spec.cidrs)
        if new.count == before.count || before.count == 1 && new.count == 2 {
            for (index, text) in before.enumerated() {
                errors += ValueRules.immutable(new[index], text, path.index(index))
            }
            return new.count == before.count ? errors : errors + validateBody()
        }
        let shown: JSONValue = new.isEmpty ? .null : ValueRules.json(new)
        errors.append(.invalid(path, shown, ObjectMetaRules.immutableText))
        return errors
    }

    public func validateStatus(from old: ServiceCIDR) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
    }
}

extension IPAddress: Validated {
    /// An address in its one way of writing.
    public static var nameRule: ObjectMetaRules.NameRule {
        { name, _ in ValueRules.canonicalAddress(name, FieldPath("metadata", "name")).map(\.detail) }
    }

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec", "parentRef")
        guard let parent = spec.parentRef else { return [.required(path)] }
        var errors = ValueRules.optionalName(parent.group, path.child("group"), NameRules.dns1123Subdomain)
        errors += ValueRules.name(parent.resource, path.child("resource"), NameRules.pathSegment)
        errors += ValueRules.name(parent.name, path.child("name"), NameRules.pathSegment)
        return errors + ValueRules.optionalName(parent.namespace, path.child("namespace"), NameRules.pathSegment)
    }

    public func validateUpdate(from old: IPAddress) -> [FieldError] {
        validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + ValueRules.immutable(spec.parentRef, old.spec.parentRef, FieldPath("spec", "parentRef")) {
                InternalForm.json($0, "networking.k8s.io/v1.ParentReference")
            }
    }
}
