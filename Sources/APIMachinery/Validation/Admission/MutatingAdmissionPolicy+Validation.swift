// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension MutatingAdmissionPolicy: Validated {
    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .anyQualifiedName }

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        let policy = path.child("failurePolicy")
        var errors: [FieldError] = spec.failurePolicy == nil ? [.required(policy)] : []
        errors += ValueRules.oneOf(spec.failurePolicy, PolicyRules.failurePolicies, policy)
        if let kind = spec.paramKind { errors += PolicyRules.paramKind(kind, path.child("paramKind")) }
        errors += PolicyRules.constraints(spec.matchConstraints, path.child("matchConstraints"))
        errors += MatchRules.conditions(
            spec.matchConditions, path.child("matchConditions"), hasParameters: spec.paramKind != nil)
        var expressions = PolicyExpressions(
            hasParameters: spec.paramKind != nil, hasVariables: !spec.variables.isEmpty)
        errors += PolicyRules.variables(spec.variables, path.child("variables"), &expressions)
        if spec.mutations.isEmpty {
            errors.append(.required(path.child("mutations"), "mutations must contain at least one item"))
        }
        for (index, mutation) in spec.mutations.enumerated() {
            errors += self.mutation(mutation, path.child("mutations").index(index), expressions)
        }
        let again = path.child("reinvocationPolicy")
        if spec.reinvocationPolicy.isEmpty { return errors + [.required(again)] }
        return errors + ValueRules.oneOf(spec.reinvocationPolicy, ["IfNeeded", "Never"], again)
    }

    /// One way to change objects: the field of its type, and not that of the other.
    private func mutation(
        _ mutation: Mutation, _ path: FieldPath, _ expressions: PolicyExpressions
    ) -> [FieldError] {
        let type = path.child("patchType")
        switch mutation.patchType {
        case "": return [.required(type)]
        case "ApplyConfiguration":
            let text = mutation.applyConfiguration?.expression
            return expression(text, .object("Object"), "applyConfiguration", mutation, path, expressions)
                + other(mutation.jsonPatch != nil, "jsonPatch", mutation, path)
        case "JSONPatch":
            let text = mutation.jsonPatch?.expression
            return expression(text, .list(.object("JSONPatch")), "jsonPatch", mutation, path, expressions)
                + other(mutation.applyConfiguration != nil, "applyConfiguration", mutation, path)
        default: return [.notSupported(type, mutation.patchType, ["ApplyConfiguration", "JSONPatch"])]
        }
    }

    private func expression(
        _ expression: String?, _ type: CELType, _ field: String, _ mutation: Mutation, _ path: FieldPath,
        _ expressions: PolicyExpressions
    ) -> [FieldError] {
        guard let expression else {
            return [.required(path.child(field), "must be specified when patchType is \(mutation.patchType)")]
        }
        let at = path.child(field, "expression")
        if MatchRules.isBlank(expression) { return [.required(at, "expression is not specified")] }
        return expressions.faults(expression, .oneOf([type]), at, hasPatches: true)
    }

    private func other(_ isSet: Bool, _ field: String, _ mutation: Mutation, _ path: FieldPath) -> [FieldError] {
        let text = "must not be specified when patchType is \(mutation.patchType)"
        return isSet ? [.invalid(path.child(field), "{\(field)}", text)] : []
    }

    public func validateUpdate(from _: MutatingAdmissionPolicy) -> [FieldError] { validateAsNew() }
}

extension MutatingAdmissionPolicyBinding: Validated {
    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .anyQualifiedName }

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = PolicyRules.policyName(spec.policyName, path.child("policyName"))
        errors += PolicyRules.paramRef(spec.paramRef, path.child("paramRef"))
        if let match = spec.matchResources { errors += MatchRules.resources(match, path.child("matchResources")) }
        return errors
    }

    public func validateUpdate(from _: MutatingAdmissionPolicyBinding) -> [FieldError] { validateAsNew() }
}
