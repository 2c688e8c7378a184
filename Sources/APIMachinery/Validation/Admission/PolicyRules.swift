// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What validating and mutating admission policies, and their bindings, have in common.
enum PolicyRules {
    static let failurePolicies = ["Fail", "Ignore"]

    /// The kind of objects that parametrise a policy.
    static func paramKind(_ kind: ParamKind, _ path: FieldPath) -> [FieldError] {
        var errors = version(kind.apiVersion, path.child("apiVersion"))
        let at = path.child("kind")
        if kind.kind.isEmpty { return errors + [.required(at)] }
        let faults = NameRules.dns1035Label(kind.kind.lowercased())
        if !faults.isEmpty {
            let text = "may have mixed case, but should otherwise match: " + faults.joined(separator: ",")
            errors.append(.invalid(at, kind.kind, text))
        }
        return errors
    }

    private static func version(_ text: String, _ path: FieldPath) -> [FieldError] {
        if text.isEmpty { return [.required(path)] }
        let parts = text == "/" ? [] : text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 2 { return [.invalid(path, text, "unexpected GroupVersion string: \(text)")] }
        let group = parts.count == 2 ? parts[0] : ""
        let version = parts.last ?? ""
        var errors: [FieldError] = []
        let groupFaults = group.isEmpty ? [] : NameRules.dns1123Subdomain(group)
        if !groupFaults.isEmpty { errors.append(.invalid(path, group, groupFaults.joined(separator: ","))) }
        if version.isEmpty { return errors + [.invalid(path, text, "version must be specified")] }
        let versionFaults = NameRules.dns1035Label(version)
        if !versionFaults.isEmpty { errors.append(.invalid(path, version, versionFaults.joined(separator: ","))) }
        return errors
    }

    /// What a policy matches: it must name at least one resource.
    static func constraints(_ match: MatchResources?, _ path: FieldPath) -> [FieldError] {
        guard let match else { return [.required(path)] }
        let errors = MatchRules.resources(match, path)
        return match.resourceRules.isEmpty ? errors + [.required(path.child("resourceRules"))] : errors
    }

    /// A policy's own variables: each may use those before it.
    static func variables(
        _ variables: [Variable], _ path: FieldPath, _ expressions: inout PolicyExpressions
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, variable) in variables.enumerated() {
            let at = path.index(index)
            if MatchRules.isBlank(variable.name) {
                errors.append(.required(at.child("name"), "name is not specified"))
            } else if !isIdentifier(variable.name) {
                errors.append(.invalid(at.child("name"), variable.name, "name is not a valid CEL identifier"))
            }
            if MatchRules.isBlank(variable.expression) {
                errors.append(.required(at.child("expression"), "expression is not specified"))
            } else {
                errors += expressions.addVariable(variable.name, variable.expression, at.child("expression"))
            }
        }
        return errors
    }

    private static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    /// Whether CEL takes a text as a name.
    static func isIdentifier(_ text: String) -> Bool {
        NameRules.cIdentifier(text).isEmpty && !reserved.contains(text)
    }

    /// Which policy a binding is of.
    static func policyName(_ name: String, _ path: FieldPath) -> [FieldError] {
        ValueRules.name(name, path, NameRules.dns1123Subdomain)
    }

    /// Which objects parametrise a policy: one by name, or some by labels.
    static func paramRef(_ reference: ParamRef?, _ path: FieldPath) -> [FieldError] {
        guard let reference else { return [] }
        let text = "name and selector are mutually exclusive"
        var errors: [FieldError] = []
        if !reference.name.isEmpty {
            errors += NameRules.pathSegment(reference.name).map { .invalid(path.child("name"), reference.name, $0) }
            if reference.selector != nil { errors.append(.forbidden(path.child("name"), text)) }
        }
        if reference.selector != nil {
            errors += LabelSelectorRules.validate(reference.selector, at: path.child("selector"))
            if !reference.name.isEmpty { errors.append(.forbidden(path.child("selector"), text)) }
        }
        if reference.name.isEmpty, reference.selector == nil {
            errors.append(.required(path, "one of name or selector must be specified"))
        }
        let action = path.child("parameterNotFoundAction")
        let chosen = reference.parameterNotFoundAction ?? ""
        return errors
            + (chosen.isEmpty ? [.required(action)] : ValueRules.oneOf(chosen, ["Deny", "Allow"], action))
    }
}
