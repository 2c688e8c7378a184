// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension ValidatingAdmissionPolicy: Validated {
    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .anyQualifiedName }

    private static let annotationsLimit = 20
    private static let expressionSizeLimit = 5 * 1024

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
        if spec.validations.isEmpty, spec.auditAnnotations.isEmpty {
            let text = "validations or auditAnnotations must contain at least one item"
            errors.append(.required(path.child("validations"), text))
            errors.append(.required(path.child("auditAnnotations"), text))
            return errors
        }
        for (index, validation) in spec.validations.enumerated() {
            errors += self.validation(validation, path.child("validations").index(index), expressions)
        }
        return errors + annotations(path.child("auditAnnotations"), expressions)
    }

    private func validation(
        _ validation: Validation, _ path: FieldPath, _ expressions: PolicyExpressions
    ) -> [FieldError] {
        var errors =
            MatchRules.isBlank(validation.expression)
            ? [.required(path.child("expression"), "expression is not specified")]
            : expressions.faults(validation.expression, .oneOf([.bool]), path.child("expression"))
        errors += message(validation.messageExpression, path.child("messageExpression"), expressions)
        if !validation.message.isEmpty, MatchRules.isBlank(validation.message) {
            let text = "message must be non-empty if specified"
            errors.append(.invalid(path.child("message"), validation.message, text))
        } else if MatchRules.hasLineBreak(validation.message) {
            errors.append(.invalid(path.child("message"), validation.message, "message must not contain line breaks"))
        }
        let reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"]
        if let reason = validation.reason, !reasons.contains(reason) {
            errors.append(.notSupported(path.child("reason"), reason, Array(reasons.prefix(3))))
        }
        return errors
    }

    private func message(
        _ expression: String, _ path: FieldPath, _ expressions: PolicyExpressions
    ) -> [FieldError] {
        if expression.isEmpty { return [] }
        if MatchRules.isBlank(expression) { return [.invalid(path, expression, "must be non-empty if specified")] }
        return expressions.faults(expression, .oneOf([.string]), path, hasAuthorizer: false)
    }

    private func annotations(_ path: FieldPath, _ expressions: PolicyExpressions) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.auditAnnotations.count > Self.annotationsLimit {
            let shown = InternalForm.json(
                spec.auditAnnotations, "admissionregistration.k8s.io/v1.AuditAnnotation")
            let text = "must not have more than \(Self.annotationsLimit) auditAnnotations"
            errors.append(.invalid(path, shown, text))
        }
        var keys: Set<String> = []
        for (index, annotation) in spec.auditAnnotations.enumerated() {
            let at = path.index(index)
            let key = metadata.name + "/" + annotation.key
            if metadata.name.isEmpty {
                errors.append(.invalid(at.child("key"), annotation.key, "requires metadata.name be non-empty"))
            } else {
                errors += LabelRules.qualifiedName(key).map { .invalid(at.child("key"), key, $0) }
            }
            errors += value(annotation.valueExpression, at.child("valueExpression"), expressions)
            if !keys.insert(annotation.key).inserted { errors.append(.duplicate(at.child("key"), annotation.key)) }
        }
        return errors
    }

    private func value(
        _ expression: String, _ path: FieldPath, _ expressions: PolicyExpressions
    ) -> [FieldError] {
        let trimmed = MatchRules.trimmed(expression)
        if trimmed.isEmpty { return [.required(path, "valueExpression is not specified")] }
        if trimmed.utf8.count > Self.expressionSizeLimit {
            return [.required(path, "must not exceed \(Self.expressionSizeLimit) bytes in length")]
        }
        return expressions.faults(trimmed, .oneOf([.string, .null]), path, shown: expression)
    }

    public func validateUpdate(from _: ValidatingAdmissionPolicy) -> [FieldError] { validateAsNew() }

    public func validateStatus(from _: ValidatingAdmissionPolicy) -> [FieldError] {
        var errors: [FieldError] = []
        let warnings = FieldPath("status", "typeChecking", "expressionWarnings")
        for (index, warning) in (status.typeChecking?.expressionWarnings ?? []).enumerated() {
            errors += ValueRules.required(warning.warning, warnings.index(index).child("warning"))
            if MatchRules.isBlank(warning.fieldRef) {
                errors.append(.required(warnings.index(index).child("fieldRef")))
            }
        }
        return errors + ConditionRules.validate(status.conditions, FieldPath("status", "conditions"))
    }
}

extension ValidatingAdmissionPolicyBinding: Validated {
    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .anyQualifiedName }

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = PolicyRules.policyName(spec.policyName, path.child("policyName"))
        errors += PolicyRules.paramRef(spec.paramRef, path.child("paramRef"))
        if let match = spec.matchResources { errors += MatchRules.resources(match, path.child("matchResources")) }
        return errors + actions(path.child("validationActions"))
    }

    private func actions(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, action) in spec.validationActions.enumerated() {
            errors += ValueRules.oneOf(action, ["Audit", "Deny", "Warn"], path.index(index))
            if !seen.insert(action).inserted { errors.append(.duplicate(path.index(index), action)) }
        }
        if seen.isSuperset(of: ["Deny", "Warn"]) {
            let text =
                "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)"
            errors.append(.invalid(path, ValueRules.json(spec.validationActions), text))
        }
        if seen.isEmpty { errors.append(.required(path, "at least one validation action is required")) }
        return errors
    }

    public func validateUpdate(from _: ValidatingAdmissionPolicyBinding) -> [FieldError] { validateAsNew() }
}
