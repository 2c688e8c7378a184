// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Holds requests to ValidatingAdmissionPolicy and lets MutatingAdmissionPolicy change their objects.
///
/// Policies see what comes as a request to the API, after the plugins of ``StandardAdmission``; what the server writes by itself
/// they do not see, nor the requests about policies and their bindings.
///
/// - SeeAlso: KEP-3488 and KEP-3962; `k8s.io/apiserver/pkg/admission/plugin/policy`.
package final class AdmissionPolicies: Sendable {
    typealias Validating = PolicySource<
        ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingPolicyProgram
    >
    typealias Mutating = PolicySource<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, MutatingPolicyProgram>

    private static let group = "admissionregistration.k8s.io"
    private static let exempt: Set = [
        "validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
    ]

    let registry: Registry
    let authorizer: any Authorizer
    let validating: Validating
    let mutating: Mutating
    let namespaces: ResourceCache
    /// The endpoints by the kind of their objects, `v1 ConfigMap`.
    private let byKind: [String: any ResourceEndpoint]
    /// The other views of the same stored objects: `autoscaling/v1` beside `v2`, events of two groups.
    private let equivalents: [AdmissionAttributes.Resource: [AdmissionAttributes.Resource]]

    /// - Parameter authorizer: answers what expressions ask `authorizer`.
    /// - Throws: where the registry does not know policies.
    package init(registry: Registry, authorizer: any Authorizer) throws {
        self.registry = registry
        self.authorizer = authorizer
        namespaces = try registry.endpoint(Namespace.self).cache
        let zones = ZoneFiles()
        validating = Validating(
            policies: try registry.endpoint(ValidatingAdmissionPolicy.self).cache,
            bindings: try registry.endpoint(ValidatingAdmissionPolicyBinding.self).cache,
            read: { Self.read($0, zones) },
            bind: Self.bind)
        mutating = Mutating(
            policies: try registry.endpoint(MutatingAdmissionPolicy.self).cache,
            bindings: try registry.endpoint(MutatingAdmissionPolicyBinding.self).cache, read: { Self.read($0, zones) },
            bind: Self.bind)
        var kinds: [String: any ResourceEndpoint] = [:]
        var views: [StoreKey: [AdmissionAttributes.Resource]] = [:]
        for endpoint in registry.all {
            kinds["\(endpoint.info.apiVersion) \(endpoint.info.kind)"] = endpoint
            views[endpoint.cache.prefix, default: []].append(endpoint.info.admissionResource)
        }
        byKind = kinds
        var others: [AdmissionAttributes.Resource: [AdmissionAttributes.Resource]] = [:]
        for all in views.values where all.count > 1 {
            for resource in all { others[resource] = all.filter { $0 != resource } }
        }
        equivalents = others
    }

    private static func read(
        _ policy: ValidatingAdmissionPolicy, _ zones: ZoneFiles
    ) -> PolicyHook<ValidatingPolicyProgram> {
        PolicyHook(
            name: policy.metadata.name, criteria: policy.spec.matchConstraints.map(PolicyCriteria.init),
            paramKind: policy.spec.paramKind, ignoresFailures: policy.spec.failurePolicy == "Ignore",
            program: ValidatingPolicyProgram(policy.spec, zones: zones), bindings: [])
    }

    private static func read(
        _ policy: MutatingAdmissionPolicy, _ zones: ZoneFiles
    ) -> PolicyHook<MutatingPolicyProgram> {
        PolicyHook(
            name: policy.metadata.name, criteria: policy.spec.matchConstraints.map(PolicyCriteria.init),
            paramKind: policy.spec.paramKind, ignoresFailures: policy.spec.failurePolicy == "Ignore",
            program: MutatingPolicyProgram(policy.spec, zones: zones), bindings: [])
    }

    private static func bind(_ binding: ValidatingAdmissionPolicyBinding) -> PolicyBinding {
        PolicyBinding(
            name: binding.metadata.name, policyName: binding.spec.policyName,
            criteria: binding.spec.matchResources.map(PolicyCriteria.init), paramRef: binding.spec.paramRef,
            actions: binding.spec.validationActions)
    }

    private static func bind(_ binding: MutatingAdmissionPolicyBinding) -> PolicyBinding {
        PolicyBinding(
            name: binding.metadata.name, policyName: binding.spec.policyName,
            criteria: binding.spec.matchResources.map(PolicyCriteria.init), paramRef: binding.spec.paramRef)
    }

    /// Whether requests about a resource are never shown to policies: one that denies its own change could not be mended.
    static func isExempt(_ info: ResourceInfo) -> Bool { info.group == group && exempt.contains(info.plural) }

    /// The validating policies that may have to say something; empty for most servers.
    func validatingHooks(_ info: ResourceInfo) async throws -> [PolicyHook<ValidatingPolicyProgram>] {
        let hooks = try await validating.hooks()
        return hooks.isEmpty || Self.isExempt(info) ? [] : hooks
    }

    /// The same for mutating policies.
    func mutatingHooks(_ info: ResourceInfo) async throws -> [PolicyHook<MutatingPolicyProgram>] {
        let hooks = try await mutating.hooks()
        return hooks.isEmpty || Self.isExempt(info) ? [] : hooks
    }

    /// Whether any policy may have to say something about a resource.
    func concern(_ info: ResourceInfo) async throws -> Bool {
        if try await !validatingHooks(info).isEmpty { return true }
        return try await !mutatingHooks(info).isEmpty
    }

    // MARK: - facts of a request

    func endpoint(_ resource: AdmissionAttributes.Resource) -> (any ResourceEndpoint)? {
        registry.endpoint(group: resource.group, version: resource.version, plural: resource.plural)
    }

    /// The same resource in other groups and versions.
    func equivalents(of attributes: AdmissionAttributes) -> [PolicyCriteria.Match] {
        (equivalents[attributes.resource] ?? []).compactMap { other in
            endpoint(other).map { PolicyCriteria.Match(other, $0.info.admissionKind(attributes.subresource)) }
        }
    }

    /// The namespace of a request's object as expressions see it; nil for objects of the cluster.
    func namespaceObject(_ attributes: AdmissionAttributes) async throws -> JSONValue? {
        guard !attributes.namespace.isEmpty, attributes.kind != Self.namespaceKind,
            let stored = try await namespaces.get(namespace: "", name: attributes.namespace)
        else { return nil }
        return try JSONValue.parse(stored.bytes)
    }

    private static let namespaceKind = AdmissionAttributes.Kind(group: "", version: "v1", kind: "Namespace")

    /// The labels by which selectors choose a request.
    func labels(_ subject: PolicySubject) async throws -> PolicyCriteria.Labels {
        var labels = PolicyCriteria.Labels(object: subject.labels, oldObject: subject.oldLabels)
        let attributes = subject.attributes
        let isWritten = attributes.operation == .create || attributes.operation == .update
        if attributes.isNamespace, attributes.subresource.isEmpty, isWritten {
            labels.namespace = subject.labels ?? [:]
        } else if !attributes.namespace.isEmpty {
            let stored = try await namespaces.get(namespace: "", name: attributes.namespace)
            labels.namespace = stored.map { JSONScan.labels($0.bytes) } ?? [:]
        }
        return labels
    }

    // MARK: - parameters

    /// Why a policy cannot be asked, which its failure policy judges.
    struct ConfigurationFault: Error { var message: String }

    /// What the expressions of a policy are evaluated with, one after the other; a nil is no parameter.
    ///
    /// - Throws: ``ConfigurationFault``, `StoreError`.
    func parameters(_ kind: ParamKind?, _ binding: PolicyBinding, _ namespace: String) async throws -> [JSONValue?] {
        guard let kind, let reference = binding.paramRef else { return [nil] }
        guard let endpoint = byKind["\(kind.apiVersion) \(kind.kind)"] else { return [nil] }
        var place = ""
        if endpoint.info.isNamespaced {
            place = reference.namespace.isEmpty ? namespace : reference.namespace
            guard !place.isEmpty else {
                throw ConfigurationFault(
                    message: "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
            }
        } else if !reference.namespace.isEmpty {
            throw ConfigurationFault(
                message: "paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
        }
        let snapshot = try await endpoint.cache.snapshot()
        var found: [StoredObject] = []
        if !reference.name.isEmpty {
            found = snapshot.get(namespace: place, name: reference.name).map { [$0] } ?? []
        } else if let selector = reference.selector {
            let expression = LabelSelectorExpression(selector)
            found = snapshot.objects(ObjectSelection(namespace: place)).filter {
                expression.matches(JSONScan.labels($0.bytes))
            }
        } else {
            throw ConfigurationFault(message: "one of name or selector must be provided")
        }
        if found.isEmpty, reference.parameterNotFoundAction == "Deny" {
            throw ConfigurationFault(
                message: "no params found for policy binding with `Deny` parameterNotFoundAction")
        }
        return try found.map { try JSONValue.parse(try endpoint.present($0).bytes) }
    }

    /// Why a kind of parameters cannot be used; nil where it can.
    func fault(of kind: ParamKind?) -> String? {
        guard let kind, byKind["\(kind.apiVersion) \(kind.kind)"] == nil else { return nil }
        let version = kind.apiVersion.contains("/") ? kind.apiVersion : "/" + kind.apiVersion
        return "failed to find resource referenced by paramKind: '\(version), Kind=\(kind.kind)'"
    }
}

extension ResourceInfo {
    /// The resource as admission names it.
    var admissionResource: AdmissionAttributes.Resource {
        AdmissionAttributes.Resource(group: group, version: version, plural: plural)
    }

    /// The kind of the bodies of the resource, or of one of its subresources.
    func admissionKind(_ subresource: String) -> AdmissionAttributes.Kind {
        guard let facts = subresources.first(where: { $0.name == subresource }) else {
            return AdmissionAttributes.Kind(group: group, version: version, kind: kind)
        }
        return AdmissionAttributes.Kind(group: facts.group, version: facts.version, kind: facts.kind)
    }
}
