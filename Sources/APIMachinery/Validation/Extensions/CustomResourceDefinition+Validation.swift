// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension CustomResourceDefinition: Validated {
    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .anyQualifiedName }

    private static let approval = "api-approved.kubernetes.io"

    public func validateBody() -> [FieldError] {
        var errors = nameFaults() + specFaults(checksCertificates: true) + statusFaults()
        errors += approvalFaults(replacing: nil)
        if spec.preserveUnknownFields { errors.append(preservation) }
        return errors
    }

    /// The name says plural and group.
    private func nameFaults() -> [FieldError] {
        guard !metadata.name.isEmpty, metadata.name != spec.names.plural + "." + spec.group else { return [] }
        return [.invalid(FieldPath("metadata", "name"), metadata.name, #"must be spec.names.plural+"."+spec.group"#)]
    }

    private var preservation: FieldError {
        let text =
            "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
        return .invalid(FieldPath("spec", "preserveUnknownFields"), true, text)
    }

    /// - Parameter checksCertificates: whether the certificates by which a webhook is known must be some.
    private func specFaults(checksCertificates: Bool) -> [FieldError] {
        let path = FieldPath("spec")
        var errors = groupFaults(path.child("group"))
        let scope = path.child("scope")
        errors +=
            spec.scope.isEmpty ? [.required(scope)] : ValueRules.oneOf(spec.scope, ["Cluster", "Namespaced"], scope)
        errors += DefinitionVersionRules(spec).validate(path)
        let names = path.child("names")
        for (field, text) in [
            ("plural", spec.names.plural), ("singular", spec.names.singular), ("kind", spec.names.kind),
            ("listKind", spec.names.listKind),
        ] {
            errors += ValueRules.required(text, names.child(field))
        }
        errors += nameFaults(spec.names, names)
        errors += DefinitionVersionRules(spec).common(path)
        return errors
            + ConversionRules.validate(
                spec.conversion, checksCertificates: checksCertificates, path.child("conversion"))
    }

    private func groupFaults(_ path: FieldPath) -> [FieldError] {
        if spec.group.isEmpty { return [.required(path)] }
        let faults = NameRules.dns1123Subdomain(spec.group)
        if !faults.isEmpty { return [.invalid(path, spec.group, faults.joined(separator: ","))] }
        return spec.group.contains(".")
            ? [] : [.invalid(path, spec.group, "should be a domain with at least one dot")]
    }

    private func nameFaults(_ names: CustomResourceDefinitionNames, _ path: FieldPath) -> [FieldError] {
        var errors = label(names.plural, path.child("plural")) + label(names.singular, path.child("singular"))
        for (field, text) in [("kind", names.kind), ("listKind", names.listKind)] where !text.isEmpty {
            let faults = NameRules.dns1035Label(text.lowercased())
            if faults.isEmpty { continue }
            let words = "may have mixed case, but should otherwise match: " + faults.joined(separator: ",")
            errors.append(.invalid(path.child(field), text, words))
        }
        errors += names.shortNames.enumerated().flatMap {
            label($1, isOptional: false, path.child("shortNames").index($0))
        }
        if !names.kind.isEmpty, names.kind == names.listKind {
            let text = "kind and listKind may not be the same"
            errors.append(.invalid(path.child("listKind"), names.listKind, text))
        }
        return errors
            + names.categories.enumerated().flatMap { label($1, isOptional: false, path.child("categories").index($0)) }
    }

    private func label(_ text: String, isOptional: Bool = true, _ path: FieldPath) -> [FieldError] {
        if text.isEmpty, isOptional { return [] }
        let faults = NameRules.dns1035Label(text)
        return faults.isEmpty ? [] : [.invalid(path, text, faults.joined(separator: ","))]
    }

    // MARK: status

    private func statusFaults() -> [FieldError] {
        let path = FieldPath("status")
        return nameFaults(status.acceptedNames, path.child("acceptedNames"))
            + storedVersions(path.child("storedVersions"))
    }

    private func storedVersions(_ path: FieldPath) -> [FieldError] {
        if status.storedVersions.isEmpty {
            return [.invalid(path, .null, "must have at least one stored version")]
        }
        var errors: [FieldError] = []
        var rest = Set(status.storedVersions)
        for version in spec.versions where rest.remove(version.name) == nil && version.storage {
            let text = "must have the storage version " + version.name
            errors.append(.invalid(path, ValueRules.json(status.storedVersions), text))
        }
        let names = spec.versions.map(\.name)
        for (index, name) in status.storedVersions.enumerated() where !names.contains(name) {
            let text =
                "missing from spec.versions; \(name) was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in \(name) and removes \(name) from status.storedVersions"
            errors.append(.invalid(path.index(index), name, text))
        }
        return errors
    }

    // MARK: groups of the community

    /// How a definition in a group of Kubernetes is approved.
    private enum Approval: Equatable { case missing, invalid, approved, bypassed }

    private var approval: Approval {
        let text = metadata.annotations[Self.approval] ?? ""
        if text.isEmpty { return .missing }
        if text.hasPrefix("unapproved") { return .bypassed }
        return URLParts(text).map { !$0.host.isEmpty && !$0.scheme.isEmpty } ?? false ? .approved : .invalid
    }

    private func approvalFaults(replacing old: CustomResourceDefinition?) -> [FieldError] {
        let isProtected = ["k8s.io", "kubernetes.io"].contains { spec.group == $0 || spec.group.hasSuffix("." + $0) }
        guard isProtected, old?.approval != approval else { return [] }
        let path = FieldPath("metadata", "annotations").key(Self.approval)
        let where_ = ", see https://github.com/kubernetes/enhancements/pull/1111"
        let text = "protected groups must have approval annotation \(GoText.quote(Self.approval))"
        switch approval {
        case .missing: return [.required(path, text + where_)]
        case .invalid:
            let form = #" with either a URL or a reason starting with "unapproved""#
            return [.invalid(path, metadata.annotations[Self.approval] ?? "", text + form + where_)]
        case .approved, .bypassed: return []
        }
    }

    // MARK: changes

    public func validateUpdate(from old: CustomResourceDefinition) -> [FieldError] {
        let path = FieldPath("spec")
        let isEstablished = old.status.conditions.contains { $0.type == "Established" && $0.status == "True" }
        let before = old.spec.conversion?.webhook?.clientConfig?.caBundle ?? []
        var errors = ObjectMetaRules.validateUpdate(metadata, from: old.metadata)
        errors += specFaults(checksCertificates: isEstablished && ConversionRules.hasCertificates(before))
        if isEstablished {
            errors += ValueRules.immutable(spec.scope, old.spec.scope, path.child("scope"))
            errors += ValueRules.immutable(spec.names.kind, old.spec.names.kind, path.child("names", "kind"))
        }
        errors += ValueRules.immutable(spec.group, old.spec.group, path.child("group"))
        errors += ValueRules.immutable(spec.names.plural, old.spec.names.plural, path.child("names", "plural"))
        errors += statusFaults() + approvalFaults(replacing: old)
        if spec.preserveUnknownFields, !old.spec.preserveUnknownFields { errors.append(preservation) }
        return errors
    }

    public func validateStatus(from old: CustomResourceDefinition) -> [FieldError] {
        ObjectMetaRules.validateUpdate(metadata, from: old.metadata)
            + nameFaults(status.acceptedNames, FieldPath("status", "acceptedNames"))
    }
}

/// How objects of a custom kind are converted.
enum ConversionRules {
    private static let versions = ["v1", "v1beta1"]

    /// Whether nothing is wrong with the certificates by which a webhook is known.
    static func hasCertificates(_ bundle: [UInt8]) -> Bool {
        bundle.isEmpty || PEMBlocks(bundle).contains { $0.type == "CERTIFICATE" && !$0.hasHeaders }
    }

    static func validate(
        _ conversion: CustomResourceConversion?, checksCertificates: Bool, _ path: FieldPath
    ) -> [FieldError] {
        guard let conversion else { return [] }
        let strategy = path.child("strategy")
        var errors: [FieldError] =
            conversion.strategy.isEmpty
            ? [.required(strategy)] : ValueRules.oneOf(conversion.strategy, ["None", "Webhook"], strategy)
        let (client, reviews) = (path.child("webhookClientConfig"), path.child("conversionReviewVersions"))
        guard conversion.strategy == "Webhook" else {
            let text = "should not be set when strategy is not set to Webhook"
            if conversion.webhook?.clientConfig != nil { errors.append(.forbidden(client, text)) }
            if conversion.webhook?.conversionReviewVersions.isEmpty == false {
                errors.append(.forbidden(reviews, text))
            }
            return errors
        }
        errors += self.client(conversion.webhook?.clientConfig, client)
        if checksCertificates, let bundle = conversion.webhook?.clientConfig?.caBundle, !hasCertificates(bundle) {
            let text =
                "unable to load root certificates: data does not contain any valid RSA or ECDSA certificates"
            let shown = String(decoding: Base64.encode(bundle), as: UTF8.self)
            errors.append(.invalid(client.child("caBundle"), shown, text))
        }
        return errors + reviewVersions(conversion.webhook?.conversionReviewVersions ?? [], reviews)
    }

    private static func client(_ config: APIExtensionsWebhookClientConfig?, _ path: FieldPath) -> [FieldError] {
        guard let config else { return [.required(path, "required when strategy is set to Webhook")] }
        switch (config.url, config.service) {
        case (let url?, nil): return WebhookURLRules.url(url, path.child("url"))
        case (nil, let service?):
            return WebhookURLRules.service(
                name: service.name, namespace: service.namespace, path: service.path, port: service.port ?? 443,
                path.child("service"))
        default: return [.required(path, "exactly one of url or service is required")]
        }
    }

    private static func reviewVersions(_ versions: [String], _ path: FieldPath) -> [FieldError] {
        if versions.isEmpty { return [.required(path)] }
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, version) in versions.enumerated() {
            guard seen.insert(version).inserted else {
                errors.append(.invalid(path.index(index), version, "duplicate version"))
                continue
            }
            errors += NameRules.dns1035Label(version).map { .invalid(path.index(index), version, $0) }
        }
        if seen.isDisjoint(with: self.versions) {
            let text = "must include at least one of " + self.versions.joined(separator: ", ")
            errors.append(.invalid(path, ValueRules.json(versions), text))
        }
        return errors
    }
}
