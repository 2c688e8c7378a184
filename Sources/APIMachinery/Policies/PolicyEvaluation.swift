// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// An expression of a policy, or why it could not be compiled.
typealias PolicyExpression = Result<CELProgram, CELFailure>

/// Evaluates expressions of one policy one after the other: together they may cost so much and no more.
///
/// - SeeAlso: `k8s.io/apiserver/pkg/admission/plugin/cel`.
struct PolicyEvaluation {
    /// What the expressions of a policy may cost for one request.
    static let budget: UInt64 = 10_000_000
    /// What its conditions may cost.
    static let conditionBudget: UInt64 = 2_500_000

    /// More was spent than there was: nothing else is evaluated.
    struct OutOfBudget: Error {
        let failure = CELFailure(
            "validation failed due to running out of cost budget, no further validation rules will be run")
    }

    private let values: [String: CELValue]
    private let variables: PolicyVariables?
    private var left: UInt64

    init(_ values: [String: CELValue], _ variables: [String: PolicyExpression], budget: UInt64) {
        left = budget
        guard !variables.isEmpty else {
            self.values = values
            self.variables = nil
            return
        }
        let known = PolicyVariables(variables, values)
        var all = values
        all["variables"] = .other(known)
        self.values = all
        self.variables = known
    }

    /// The value of an expression, or why it has none.
    mutating func evaluate(_ expression: PolicyExpression) throws(OutOfBudget) -> Result<CELValue, CELFailure> {
        switch expression {
        case .failure(let failure): return .failure(CELFailure("compilation error: " + failure.message))
        case .success(let program):
            let outcome = program.evaluate(values)
            try spend(variables?.takeCost() ?? 0)
            try spend(outcome.cost)
            return outcome.result.mapError {
                CELFailure("expression '\(program.text)' resulted in error: \($0.message)")
            }
        }
    }

    private mutating func spend(_ cost: UInt64) throws(OutOfBudget) {
        guard cost <= left else { throw OutOfBudget() }
        left -= cost
    }
}

/// What validating and mutating policies have in common: conditions and variables.
struct PolicyBase: Sendable {
    let conditions: [PolicyExpression]
    let variables: [String: PolicyExpression]
    /// What the other expressions may speak of.
    let environment: CELEnvironment
    private let ignoresFailures: Bool

    init(
        hasParameters: Bool, hasPatches: Bool, _ conditions: [MatchCondition], _ variables: [Variable],
        failurePolicy: String?, zones: (any CELTimeZones)?
    ) {
        func admission(hasPatches: Bool) -> CELEnvironment {
            var environment = CELEnvironment.admission(
                hasParameters: hasParameters, hasAuthorizer: true, hasPatches: hasPatches)
            environment.zones = zones
            return environment
        }
        let plain = admission(hasPatches: false)
        var fields = CELObjectType(CELEnvironment.policyVariables)
        func extended(_ environment: CELEnvironment) -> CELEnvironment {
            var environment = environment
            environment.objects[fields.name] = fields
            environment.variables["variables"] = .object(fields.name)
            return environment
        }
        var programs: [String: PolicyExpression] = [:]
        for variable in variables {
            let program = Self.compile(variable.expression, extended(plain))
            programs[variable.name] = program
            fields.fields[variable.name] = (try? program.get())?.type ?? .dyn
        }
        self.conditions = conditions.map { Self.compile($0.expression, plain) }
        self.variables = programs
        let base = hasPatches ? admission(hasPatches: true) : plain
        environment = variables.isEmpty ? base : extended(base)
        ignoresFailures = failurePolicy == "Ignore"
    }

    static func compile(_ text: String, _ environment: CELEnvironment) -> PolicyExpression {
        do throws(CELFaults) { return .success(try CELProgram(text, in: environment)) } catch {
            return .failure(CELFailure("compilation failed: " + error.text))
        }
    }

    func compile(_ text: String) -> PolicyExpression { Self.compile(text, environment) }

    /// Whether all conditions hold: one that does not settles it, whatever fails beside it.
    func match(_ input: PolicyInput) -> PolicyMatch {
        guard !conditions.isEmpty else { return .matches }
        var values = input.values
        // conditions never see the namespace
        values["namespaceObject"] = .null
        var evaluation = PolicyEvaluation(values, [:], budget: PolicyEvaluation.conditionBudget)
        var failures: [String] = []
        do throws(PolicyEvaluation.OutOfBudget) {
            var isFalse = false
            for condition in conditions {
                switch try evaluation.evaluate(condition) {
                case .success(.bool(false)): isFalse = true
                case .success: continue
                case .failure(let failure): if !failures.contains(failure.message) { failures.append(failure.message) }
                }
            }
            if isFalse { return .differs }
        } catch {
            failures = [error.failure.message]
        }
        if failures.isEmpty { return .matches }
        if ignoresFailures { return .differs }
        return .failure(failures.count == 1 ? failures[0] : "[" + failures.joined(separator: ", ") + "]")
    }
}

/// Whether the conditions of a policy hold for a request.
public enum PolicyMatch: Sendable, Equatable {
    case matches, differs
    case failure(String)
}
