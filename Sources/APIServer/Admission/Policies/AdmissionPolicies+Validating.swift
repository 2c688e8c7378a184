// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension AdmissionPolicies {
    /// Why a policy denies a request.
    private struct Denial {
        var policy: String
        /// nil where the policy itself is at fault.
        var binding: String?
        var message: String
        var reason = APIStatusError.Reason.invalid

        var text: String {
            let whole = binding.map { " with binding '\($0)'" } ?? ""
            return "ValidatingAdmissionPolicy '\(policy)'\(whole) denied request: \(message)"
        }
    }

    /// Asks the validating policies about a request.
    ///
    /// - Parameter warnings: gets what bindings only warn of.
    /// - Throws: `APIStatusError`: the first denial; `StoreError`.
    func validate(
        _ subject: PolicySubject, _ hooks: [PolicyHook<ValidatingPolicyProgram>], _ warnings: WarningLog
    ) async throws {
        let labels = try await labels(subject)
        let equivalents = equivalents(of: subject.attributes)
        var inputs: PolicyInputs?
        var denials: [Denial] = []
        for hook in hooks {
            guard let match = hook.criteria?.match(subject.attributes, labels, equivalents: equivalents) else {
                continue
            }
            if let fault = fault(of: hook.paramKind) {
                if !hook.ignoresFailures {
                    denials.append(Denial(policy: hook.name, message: "failed to configure policy: " + fault))
                }
                continue
            }
            for binding in hook.bindings {
                if let criteria = binding.criteria,
                    criteria.match(subject.attributes, labels, equivalents: equivalents) == nil
                {
                    continue
                }
                var made: PolicyInputs
                if let inputs {
                    made = inputs
                } else {
                    made = PolicyInputs(
                        subject, namespace: try await namespaceObject(subject.attributes), authorizer: authorizer)
                }
                let input = try made.input(match)
                inputs = made
                denials += try await decide(hook, binding, input, subject, warnings)
            }
        }
        guard let first = denials.first else { return }
        throw Self.error(first, subject, warnings)
    }

    private func decide(
        _ hook: PolicyHook<ValidatingPolicyProgram>, _ binding: PolicyBinding, _ input: PolicyInput,
        _ subject: PolicySubject, _ warnings: WarningLog
    ) async throws -> [Denial] {
        func denial(_ message: String) -> Denial { Denial(policy: hook.name, binding: binding.name, message: message) }
        let parameters: [JSONValue?]
        do {
            parameters = try await self.parameters(hook.paramKind, binding, subject.attributes.namespace)
        } catch let fault as ConfigurationFault {
            return hook.ignoresFailures ? [] : [denial("failed to configure binding: " + fault.message)]
        }
        var denials: [Denial] = []
        for parameter in parameters {
            var input = input
            if let parameter { input.parameters = parameter }
            var decisions: [ValidatingPolicyProgram.Decision] = []
            var failures: [String] = []
            switch hook.program.match(input) {
            case .differs: continue
            case .failure(let message): decisions = [hook.program.decision(ofFailure: message)]
            case .matches:
                decisions = hook.program.decide(input)
                failures = hook.program.annotationFailures(input)
            }
            for decision in decisions where decision.action == .deny {
                if binding.actions.contains("Deny") {
                    var denied = denial(decision.message)
                    denied.reason = decision.reason
                    denials.append(denied)
                }
                if binding.actions.contains("Warn") {
                    warnings.add(
                        "Validation failed for ValidatingAdmissionPolicy '\(hook.name)' with binding '\(binding.name)': "
                            + decision.message)
                }
            }
            denials += failures.map(denial)
        }
        return denials
    }

    private static func error(_ denial: Denial, _ subject: PolicySubject, _ warnings: WarningLog) -> APIStatusError {
        var error = APIStatusError.forbidden(subject.groupResource, name: subject.shownName, denial.text)
        error.reason = denial.reason
        error.code =
            switch denial.reason {
            case APIStatusError.Reason.forbidden: 403
            case APIStatusError.Reason.unauthorized: 401
            case APIStatusError.Reason.requestEntityTooLarge: 413
            default: 422
            }
        error.details?.causes.append(StatusCause { $0.message = denial.text })
        error.warnings = warnings.texts
        return error
    }
}
