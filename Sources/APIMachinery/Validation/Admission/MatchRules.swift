// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Which requests webhooks and policies look at.
enum MatchRules {
    private static let operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]

    static func rule(_ rule: RuleWithOperations, _ path: FieldPath) -> [FieldError] {
        let at = path.child("operations")
        var errors: [FieldError] = rule.operations.isEmpty ? [.required(at)] : []
        errors += alone(rule.operations, "operations", at)
        for (index, operation) in rule.operations.enumerated() {
            errors += ValueRules.oneOf(operation, operations, at.index(index))
        }
        return errors + resources(rule.rule, path)
    }

    /// An asterisk stands alone.
    private static func alone(_ values: [String], _ what: String, _ path: FieldPath) -> [FieldError] {
        guard values.count > 1, values.contains("*") else { return [] }
        return [.invalid(path, ValueRules.json(values), "if '*' is present, must not specify other \(what)")]
    }

    private static func resources(_ rule: Rule, _ path: FieldPath) -> [FieldError] {
        let (groups, versions) = (path.child("apiGroups"), path.child("apiVersions"))
        var errors: [FieldError] = rule.apiGroups.isEmpty ? [.required(groups)] : []
        errors += alone(rule.apiGroups, "API groups", groups)
        if rule.apiVersions.isEmpty { errors.append(.required(versions)) }
        errors += alone(rule.apiVersions, "API versions", versions)
        for (index, version) in rule.apiVersions.enumerated() {
            errors += ValueRules.required(version, versions.index(index))
        }
        errors += names(rule.resources, path.child("resources"))
        return errors + ValueRules.oneOf(rule.scope, ["*", "Cluster", "Namespaced"], path.child("scope"))
    }

    /// Resources and subresources, of which none is said twice by an asterisk.
    private static func names(_ names: [String], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = names.isEmpty ? [.required(path)] : []
        var allSubresources: Set<Substring> = []
        var allResources: Set<Substring> = []
        var endsPlain = false
        for (index, name) in names.enumerated() {
            guard !name.isEmpty else { errors.append(.required(path.index(index))); continue }
            let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { endsPlain = name != "*"; continue }
            if allSubresources.contains(parts[0]) {
                let text = "if '\(parts[0])/*' is present, must not specify \(name)"
                errors.append(.invalid(path.index(index), name, text))
            }
            if allResources.contains(parts[1]) {
                let text = "if '*/\(parts[1])' is present, must not specify \(name)"
                errors.append(.invalid(path.index(index), name, text))
            }
            if parts[1] == "*" { allSubresources.insert(parts[0]) }
            if parts[0] == "*" { allResources.insert(parts[1]) }
        }
        if names.count > 1, names.contains("*/*") {
            let text = "if '*/*' is present, must not specify other resources"
            errors.append(.invalid(path, ValueRules.json(names), text))
        }
        if names.contains("*"), endsPlain {
            let text = "if '*' is present, must not specify other resources without subresources"
            errors.append(.invalid(path, ValueRules.json(names), text))
        }
        return errors
    }

    /// What a policy or its binding matches; its defaults have been set.
    static func resources(_ match: MatchResources, _ path: FieldPath) -> [FieldError] {
        let policy = path.child("matchPolicy")
        var errors: [FieldError] = match.matchPolicy == nil ? [.required(policy)] : []
        errors += ValueRules.oneOf(match.matchPolicy, ["Equivalent", "Exact"], policy)
        for (field, selector) in [
            ("namespaceSelector", match.namespaceSelector), ("objectSelector", match.objectSelector),
        ] {
            if selector == nil { errors.append(.required(path.child(field))) }
            errors += LabelSelectorRules.validate(selector, at: path.child(field))
        }
        for (field, rules) in [
            ("resourceRules", match.resourceRules), ("excludeResourceRules", match.excludeResourceRules),
        ] {
            for (index, rule) in rules.enumerated() { errors += named(rule, path.child(field).index(index)) }
        }
        return errors
    }

    private static func named(_ rule: NamedRuleWithOperations, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, name) in rule.resourceNames.enumerated() {
            let at = path.child("resourceNames").index(index)
            errors += NameRules.pathSegment(name).map { .invalid(at, name, $0) }
            if !seen.insert(name).inserted { errors.append(.duplicate(at, name)) }
        }
        return errors + self.rule(rule.ruleWithOperations, path)
    }

    /// Conditions beside the rules: each with a name of its own, and an expression that is true or false.
    ///
    /// - Parameter hasParameters: whether they are those of a policy that has parameters.
    static func conditions(
        _ conditions: [MatchCondition], _ path: FieldPath, hasParameters: Bool = false
    ) -> [FieldError] {
        let expressions = PolicyExpressions(hasParameters: hasParameters)
        var errors: [FieldError] = []
        if conditions.count > 64 { errors.append(.tooMany(path, count: conditions.count, limit: 64)) }
        var seen: Set<String> = []
        for (index, condition) in conditions.enumerated() {
            let at = path.index(index)
            let expression = trimmed(condition.expression)
            errors +=
                expression.isEmpty
                ? [.required(at.child("expression"))]
                : expressions.faults(expression, .oneOf([.bool]), at.child("expression"))
            errors += ValueRules.name(condition.name, at.child("name"), LabelRules.qualifiedName)
            if !condition.name.isEmpty, !seen.insert(condition.name).inserted {
                errors.append(.duplicate(at.child("name"), condition.name))
            }
        }
        return errors
    }

    /// Whether there is nothing but white space.
    static func isBlank(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(\.properties.isWhitespace) }

    /// A text without the white space around it.
    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars.drop(while: \.properties.isWhitespace)
        guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(scalars[...last])
    }

    /// Whether there is a line break within a text, the white space around it aside.
    static func hasLineBreak(_ text: String) -> Bool {
        let scalars = text.unicodeScalars.drop(while: \.properties.isWhitespace)
        let end = scalars.lastIndex { !$0.properties.isWhitespace } ?? scalars.startIndex
        return scalars[..<end].contains { $0 == "\n" || $0 == "\r" }
    }
}
