// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension FlowSchema: Validated {
    private static let largestPrecedence: Int32 = 10_000

    private static let verbs: Set<String> = [
        "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch",
    ]

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = precedence(path.child("matchingPrecedence"))
        if let method = spec.distinguisherMethod, !["ByNamespace", "ByUser"].contains(method.type) {
            let shown = InternalForm.json(method, "flowcontrol.apiserver.k8s.io/v1.FlowDistinguisherMethod")
            let at = path.child("distinguisherMethod", "type")
            errors.append(.notSupported(at, shown, ["ByNamespace", "ByUser"]))
        }
        let level = path.child("priorityLevelConfiguration", "name")
        let name = spec.priorityLevelConfiguration.name
        if name.isEmpty {
            errors.append(.required(level, "must reference a priority level"))
        } else {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(level, name, $0) }
        }
        for (index, rule) in spec.rules.enumerated() { errors += self.rule(rule, path.child("rules").index(index)) }
        if let fixed = MandatoryFlowControl.schemas[metadata.name], spec != fixed {
            let shown = InternalForm.json(spec, "flowcontrol.apiserver.k8s.io/v1.FlowSchemaSpec")
            errors.append(.invalid(path, shown, "spec of '\(metadata.name)' must equal the fixed value"))
        }
        return errors + conditions()
    }

    private func precedence(_ path: FieldPath) -> [FieldError] {
        let value = spec.matchingPrecedence
        var errors: [FieldError] = []
        if value <= 0 { errors.append(.invalid(path, value, "must be a positive value")) }
        if value > Self.largestPrecedence {
            errors.append(.invalid(path, value, "must not be greater than \(Self.largestPrecedence)"))
        }
        if value == 1, metadata.name != "exempt" {
            let text = "only the schema named 'exempt' may have matchingPrecedence 1"
            errors.append(.invalid(path, value, text))
        }
        return errors
    }

    private func rule(_ rule: PolicyRulesWithSubjects, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let subjects = path.child("subjects")
        if rule.subjects.isEmpty { errors.append(.required(subjects, "subjects must contain at least one value")) }
        for (index, subject) in rule.subjects.enumerated() {
            errors += FlowSubjectRules.validate(subject, subjects.index(index))
        }
        if rule.resourceRules.isEmpty, rule.nonResourceRules.isEmpty {
            let text = "at least one of resourceRules and nonResourceRules has to be non-empty"
            errors.append(.required(path, text))
        }
        for (index, resources) in rule.resourceRules.enumerated() {
            errors += resourceRule(resources, path.child("resourceRules").index(index))
        }
        for (index, urls) in rule.nonResourceRules.enumerated() {
            errors += urlRule(urls, path.child("nonResourceRules").index(index))
        }
        return errors
    }

    private func verbs(_ verbs: [String], _ path: FieldPath) -> [FieldError] {
        if verbs.isEmpty { return [.required(path, "verbs must contain at least one value")] }
        if verbs.contains("*") { return alone(verbs, "verbs", path) }
        guard !Self.verbs.isSuperset(of: verbs) else { return [] }
        return [.notSupported(path, ValueRules.json(verbs), Self.verbs.sorted())]
    }

    /// An asterisk stands alone.
    private func alone(_ values: [String], _ what: String, _ path: FieldPath) -> [FieldError] {
        guard values.count > 1, values.contains("*") else { return [] }
        return [.invalid(path, ValueRules.json(values), "if '*' is present, must not specify other \(what)")]
    }

    private func resourceRule(_ rule: ResourcePolicyRule, _ path: FieldPath) -> [FieldError] {
        var errors = verbs(rule.verbs, path.child("verbs"))
        let groups = path.child("apiGroups")
        if rule.apiGroups.isEmpty {
            errors.append(.required(groups, "resource rules must supply at least one api group"))
        }
        errors += alone(rule.apiGroups, "api groups", groups)
        let resources = path.child("resources")
        if rule.resources.isEmpty {
            errors.append(.required(resources, "resource rules must supply at least one resource"))
        }
        errors += alone(rule.resources, "resources", resources)
        let namespaces = path.child("namespaces")
        if rule.namespaces.isEmpty, !rule.clusterScope {
            let text = "resource rules that are not cluster scoped must supply at least one namespace"
            return errors + [.required(namespaces, text)]
        }
        if rule.namespaces.contains("*") { return errors + alone(rule.namespaces, "namespaces", namespaces) }
        for (index, name) in rule.namespaces.enumerated() {
            let intro = "each member of this list must be '*' or a DNS-1123 label; "
            errors += NameRules.dns1123Label(name).map { .invalid(namespaces.index(index), name, intro + $0) }
        }
        return errors
    }

    private func urlRule(_ rule: NonResourcePolicyRule, _ path: FieldPath) -> [FieldError] {
        let errors = verbs(rule.verbs, path.child("verbs"))
        let urls = path.child("nonResourceURLs")
        if rule.nonResourceURLs.isEmpty {
            return errors + [.required(urls, "nonResourceURLs must contain at least one value")]
        }
        if rule.nonResourceURLs.contains("*") {
            return errors + alone(rule.nonResourceURLs, "non-resource URLs", urls)
        }
        let faults = rule.nonResourceURLs.enumerated().compactMap { index, url -> FieldError? in
            urlFault(url).map { .invalid(urls.index(index), url, $0) }
        }
        return errors + faults
    }

    private func urlFault(_ url: String) -> String? {
        if url.isEmpty { return "must not be empty" }
        if url == "/" { return nil }
        if !url.hasPrefix("/") { return "must start with slash" }
        if url.contains(" ") { return "must not contain white-space" }
        if url.contains("//") { return "must not contain double slash" }
        let stars = url.utf8.count { $0 == UInt8(ascii: "*") }
        return stars > 1 || stars == 1 && !url.hasSuffix("/*") ? "wildcard can only do suffix matching" : nil
    }

    private func conditions() -> [FieldError] {
        FlowConditionRules.validate(status.conditions.map(\.type), FieldPath("status", "conditions"))
    }

    public func validateUpdate(from _: FlowSchema) -> [FieldError] { validateAsNew() }

    public func validateStatus(from _: FlowSchema) -> [FieldError] { conditions() }
}

/// Who a rule of a flow schema is about: one kind, and only what belongs to it.
enum FlowSubjectRules {
    static func validate(_ subject: FlowControlSubject, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        switch subject.kind {
        case "ServiceAccount": errors += account(subject.serviceAccount, path.child("serviceAccount"))
        case "User": errors += name(subject.user?.name, "User", path.child("user"))
        case "Group": errors += name(subject.group?.name, "Group", path.child("group"))
        default: return [.notSupported(path.child("kind"), subject.kind, ["Group", "ServiceAccount", "User"])]
        }
        let others = [
            ("serviceAccount", "ServiceAccount", subject.serviceAccount != nil), ("user", "User", subject.user != nil),
            ("group", "Group", subject.group != nil),
        ]
        for (field, kind, isPresent) in others where isPresent && kind != subject.kind {
            errors.append(.forbidden(path.child(field), "\(field) is forbidden when subject kind is not '\(kind)'"))
        }
        return errors
    }

    private static func missing(_ field: String, _ kind: String) -> String {
        "\(field) is required when subject kind is '\(kind)'"
    }

    private static func name(_ name: String?, _ kind: String, _ path: FieldPath) -> [FieldError] {
        guard let name else { return [.required(path, missing(kind.lowercased(), kind))] }
        return ValueRules.required(name, path.child("name"))
    }

    private static func account(_ account: ServiceAccountSubject?, _ path: FieldPath) -> [FieldError] {
        guard let account else { return [.required(path, missing("serviceAccount", "ServiceAccount"))] }
        var errors: [FieldError] = []
        if account.name != "*" {
            errors += ValueRules.name(account.name, path.child("name"), NameRules.dns1123Subdomain)
        }
        let namespace = path.child("namespace")
        if account.namespace.isEmpty {
            errors.append(.required(namespace, "must specify namespace for service account"))
        }
        return errors + ValueRules.optionalName(account.namespace, namespace, NameRules.dns1123Label)
    }
}

/// Conditions of both kinds of flow control: each type once.
enum FlowConditionRules {
    static func validate(_ types: [String], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, type) in types.enumerated() {
            let at = path.index(index).child("type")
            if !seen.insert(type).inserted { errors.append(.duplicate(at, type)) }
            if type.isEmpty { errors.append(.required(at, "must not be empty")) }
        }
        return errors
    }
}
