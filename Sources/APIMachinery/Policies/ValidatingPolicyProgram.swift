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
    }

    /// Whether a policy is about a request.
    public enum Match: Sendable, Equatable {
        case matches, differs
        case failure(String)
    }

    private static let messageLimit = 5 * 1024
    private let policy: ValidatingAdmissionPolicySpec
    private let variables: [String: CELProgram]
    private let conditions: [Result<CELProgram, CELFailure>]
    private let validations: [Result<CELProgram, CELFailure>]
    private let messages: [CELProgram?]

    public init(_ policy: ValidatingAdmissionPolicySpec) {
        self.policy = policy
        let hasParameters = policy.paramKind != nil
        let plain = CELEnvironment.admission(hasParameters: hasParameters, hasAuthorizer: true, hasPatches: false)
        var environment = plain
        var fields = CELObjectType(CELEnvironment.policyVariables)
        var programs: [String: CELProgram] = [:]
        for variable in policy.variables {
            environment.objects[fields.name] = fields
            environment.variables["variables"] = .object(fields.name)
            let program = try? CELProgram(variable.expression, in: environment)
            programs[variable.name] = program
            fields.fields[variable.name] = program?.type ?? .dyn
        }
        if !policy.variables.isEmpty { environment.objects[fields.name] = fields }
        variables = programs
        conditions = policy.matchConditions.map { Self.compiled($0.expression, plain) }
        validations = policy.validations.map { Self.compiled($0.expression, environment) }
        messages = policy.validations.map {
            $0.messageExpression.isEmpty ? nil : try? CELProgram($0.messageExpression, in: environment)
        }
    }

    private static func compiled(_ text: String, _ environment: CELEnvironment) -> Result<CELProgram, CELFailure> {
        do throws(CELFaults) { return .success(try CELProgram(text, in: environment)) } catch {
            return .failure(CELFailure("compilation failed: " + error.text))
        }
    }

    private static func evaluate(
        _ program: Result<CELProgram, CELFailure>, _ values: [String: CELValue]
    ) -> Result<CELValue, CELFailure> {
        program.flatMap { program in
            program.evaluate(values).result.mapError {
                CELFailure("expression '\(program.text)' resulted in error: \($0.message)")
            }
        }
    }

    /// Whether all conditions hold: one that does not settles it, whatever fails beside it.
    public func match(_ input: PolicyInput) -> Match {
        let values = input.variables
        var failure: String?
        for condition in conditions {
            switch Self.evaluate(condition, values) {
            case .success(.bool(true)): continue
            case .success(.bool(false)): return .differs
            case .success: failure = failure ?? "condition does not evaluate to a bool"
            case .failure(let error): failure = failure ?? error.message
            }
        }
        return failure.map { .failure($0) } ?? .matches
    }

    /// What each validation says, in their order.
    public func decide(_ input: PolicyInput) -> [Decision] {
        var values = input.variables
        if !variables.isEmpty { values["variables"] = .other(PolicyVariables(variables, values)) }
        return validations.indices.map { index in
            switch Self.evaluate(validations[index], values) {
            case .success(.bool(true)): return Decision(action: .admit, message: "", reason: "", isFailure: false)
            case .success:
                return Decision(
                    action: .deny, message: message(index, values),
                    reason: policy.validations[index].reason ?? "Invalid", isFailure: false)
            case .failure(let error):
                let action: Decision.Action = policy.failurePolicy == "Ignore" ? .admit : .deny
                return Decision(action: action, message: error.message, reason: "Invalid", isFailure: true)
            }
        }
    }

    /// What a validation says that did not pass: by its expression, its message, or its own text.
    private func message(_ index: Int, _ values: [String: CELValue]) -> String {
        if let program = messages[index], case .success(.string(let text)) = program.evaluate(values).result {
            let trimmed = MatchRules.trimmed(text)
            if !trimmed.isEmpty, trimmed.utf8.count <= Self.messageLimit, !trimmed.utf8.contains(0x0A) {
                return trimmed
            }
        }
        let validation = policy.validations[index]
        let fixed = MatchRules.trimmed(validation.message)
        return fixed.isEmpty ? "failed expression: " + MatchRules.trimmed(validation.expression) : fixed
    }
}
