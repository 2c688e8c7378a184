// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// A ValidatingAdmissionPolicy whose expressions have been compiled, to be asked about many requests.
///
/// - SeeAlso: "Validating Admission Policy" in Kubernetes' documentation.
public struct ValidatingPolicyProgram: Sendable {
    /// What one validation says of a request.
    public struct Decision: Sendable, Equatable {
        public enum Action: Sendable, Equatable { case admit, deny }

        public var action: Action
        /// Why it is denied; empty for what is admitted.
        public var message: String
        /// The reason of the answer: `Invalid` if the policy says nothing else.
        public var reason: String
        /// Whether an expression failed, rather than said no.
        public var isFailure: Bool

        static let admitted = Decision(action: .admit, message: "", reason: "", isFailure: false)
    }

    private static let messageLimit = 5 * 1024
    private let policy: ValidatingAdmissionPolicySpec
    private let base: PolicyBase
    private let validations: [PolicyExpression]
    private let messages: [PolicyExpression?]
    private let annotations: [PolicyExpression]

    /// - Parameter zones: the time zones that expressions may name.
    public init(_ policy: ValidatingAdmissionPolicySpec, zones: (any CELTimeZones)? = nil) {
        self.policy = policy
        let base = PolicyBase(
            hasParameters: policy.paramKind != nil, hasPatches: false, policy.matchConditions, policy.variables,
            failurePolicy: policy.failurePolicy, zones: zones)
        self.base = base
        validations = policy.validations.map { base.compile($0.expression) }
        messages = policy.validations.map { $0.messageExpression.isEmpty ? nil : base.compile($0.messageExpression) }
        annotations = policy.auditAnnotations.map { base.compile($0.valueExpression) }
    }

    /// Whether the conditions hold. Where one fails the failure policy decides.
    public func match(_ input: PolicyInput) -> PolicyMatch { base.match(input) }

    /// What a failure of the policy's conditions or expressions means.
    public func decision(ofFailure message: String) -> Decision {
        let action: Decision.Action = policy.failurePolicy == "Ignore" ? .admit : .deny
        return Decision(action: action, message: message, reason: "Invalid", isFailure: true)
    }

    /// What each validation says, in their order; one decision alone where they cost too much.
    public func decide(_ input: PolicyInput) -> [Decision] {
        var evaluation = PolicyEvaluation(input.values, base.variables, budget: PolicyEvaluation.budget)
        var results: [Result<CELValue, CELFailure>] = []
        do throws(PolicyEvaluation.OutOfBudget) {
            for validation in validations { results.append(try evaluation.evaluate(validation)) }
        } catch {
            return [decision(ofFailure: error.failure.message)]
        }
        return results.enumerated().map { index, result in
            switch result {
            case .success(.bool(true)): return .admitted
            case .success:
                do throws(PolicyEvaluation.OutOfBudget) {
                    return Decision(
                        action: .deny, message: try message(index, &evaluation),
                        reason: policy.validations[index].reason ?? "Invalid", isFailure: false)
                } catch {
                    return decision(ofFailure: "failed messageExpression: " + error.failure.message)
                }
            case .failure(let failure): return decision(ofFailure: failure.message)
            }
        }
    }

    /// What a validation says that did not pass: by its expression, its message, or its own text.
    private func message(
        _ index: Int, _ evaluation: inout PolicyEvaluation
    ) throws(PolicyEvaluation.OutOfBudget) -> String {
        if let expression = messages[index], case .success(.string(let text)) = try evaluation.evaluate(expression) {
            let trimmed = MatchRules.trimmed(text)
            if !trimmed.isEmpty, trimmed.utf8.count <= Self.messageLimit, !trimmed.utf8.contains(0x0A) {
                return trimmed
            }
        }
        let validation = policy.validations[index]
        let fixed = MatchRules.trimmed(validation.message)
        return fixed.isEmpty ? "failed expression: " + MatchRules.trimmed(validation.expression) : fixed
    }

    /// Why annotations for the audit log could not be made: each denies the request, whatever a binding does with denials.
    public func annotationFailures(_ input: PolicyInput) -> [String] {
        guard !annotations.isEmpty, policy.failurePolicy != "Ignore" else { return [] }
        var evaluation = PolicyEvaluation(input.values, base.variables, budget: PolicyEvaluation.budget)
        var failures: [String] = []
        do throws(PolicyEvaluation.OutOfBudget) {
            for annotation in annotations {
                if case .failure(let failure) = try evaluation.evaluate(annotation) { failures.append(failure.message) }
            }
        } catch {
            return [error.failure.message]
        }
        return failures
    }
}
