// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// Which requests a policy, or a binding of one, is about: its `MatchResources`, ready to be asked.
///
/// - SeeAlso: `k8s.io/apiserver/pkg/admission/plugin/policy/matching`.
public struct PolicyCriteria: Sendable {
    /// By what a policy came to see a request: what the request is about, or its equivalent in another group or version.
    public struct Match: Sendable, Hashable {
        public var resource: AdmissionAttributes.Resource
        public var kind: AdmissionAttributes.Kind

        public init(_ resource: AdmissionAttributes.Resource, _ kind: AdmissionAttributes.Kind) {
            self.resource = resource
            self.kind = kind
        }
    }

    /// The labels that selectors look at.
    public struct Labels: Sendable {
        /// Those of the namespace; nil where there is none, so that every selector of namespaces fits.
        public var namespace: [String: String]?
        /// nil where the request has no such object, or one without labels.
        public var object: [String: String]?
        public var oldObject: [String: String]?

        public init(
            namespace: [String: String]? = nil, object: [String: String]? = nil, oldObject: [String: String]? = nil
        ) {
            self.namespace = namespace
            self.object = object
            self.oldObject = oldObject
        }
    }

    private let namespaces: LabelSelectorExpression
    private let objects: LabelSelectorExpression
    private let rules: [NamedRuleWithOperations]
    private let exclusions: [NamedRuleWithOperations]
    private let takesEquivalents: Bool

    public init(_ match: MatchResources) {
        namespaces = match.namespaceSelector.map { LabelSelectorExpression($0) } ?? LabelSelectorExpression()
        objects = match.objectSelector.map { LabelSelectorExpression($0) } ?? LabelSelectorExpression()
        rules = match.resourceRules
        exclusions = match.excludeResourceRules
        takesEquivalents = match.matchPolicy == "Equivalent"
    }

    /// By what the request is seen; nil where it is not.
    ///
    /// - Parameter equivalents: the same resource in other groups and versions.
    public func match(
        _ attributes: AdmissionAttributes, _ labels: Labels, equivalents: [Match]
    ) -> Match? {
        let own = Match(attributes.resource, attributes.kind)
        guard let found = rules.isEmpty ? own : find(rules, attributes, equivalents) else { return nil }
        if !exclusions.isEmpty, find(exclusions, attributes, equivalents) != nil { return nil }
        if let namespace = labels.namespace, !namespaces.matches(namespace) { return nil }
        guard
            objects.isEmpty || [labels.object, labels.oldObject].contains(where: { $0.map(objects.matches) ?? false })
        else { return nil }
        return found
    }

    private func find(
        _ rules: [NamedRuleWithOperations], _ attributes: AdmissionAttributes, _ equivalents: [Match]
    ) -> Match? {
        for rule in rules where Self.fits(rule, attributes, attributes.resource) {
            return Match(attributes.resource, attributes.kind)
        }
        guard takesEquivalents else { return nil }
        for rule in rules {
            for equivalent in equivalents where Self.fits(rule, attributes, equivalent.resource) { return equivalent }
        }
        return nil
    }

    private static func fits(
        _ named: NamedRuleWithOperations, _ attributes: AdmissionAttributes, _ resource: AdmissionAttributes.Resource
    ) -> Bool {
        let rule = named.ruleWithOperations.rule
        func has(_ items: [String], _ wanted: String) -> Bool { items.contains { $0 == "*" || $0 == wanted } }
        return has(named.ruleWithOperations.operations, attributes.operation.rawValue)
            && has(rule.apiGroups, resource.group) && has(rule.apiVersions, resource.version)
            && rule.resources.contains { covers($0, resource.plural, attributes.subresource) }
            && covers(rule.scope, attributes)
            && (named.resourceNames.isEmpty || named.resourceNames.contains(attributes.name))
    }

    /// `pods`, `pods/status`, `*`, `pods/*`, `*/scale`, `*/*`: without a slash it is about objects alone.
    private static func covers(_ pattern: String, _ plural: String, _ subresource: String) -> Bool {
        let slash = pattern.utf8.firstIndex(of: UInt8(ascii: "/"))
        let name = pattern[..<(slash ?? pattern.endIndex)]
        let rest = slash.map { pattern[pattern.utf8.index(after: $0)...] } ?? ""
        return (name == "*" || name == plural) && (rest == "*" || rest == subresource)
    }

    private static func covers(_ scope: String?, _ attributes: AdmissionAttributes) -> Bool {
        // a namespace is an object of the cluster, although requests about it name a namespace
        let isOfCluster = attributes.isNamespace || attributes.namespace.isEmpty
        switch scope {
        case nil, "*": return true
        case "Namespaced": return !isOfCluster
        case "Cluster": return isOfCluster
        default: return false
        }
    }
}
