// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

/// A MutatingAdmissionPolicy whose expressions have been compiled, to be run on many objects.
///
/// - SeeAlso: "Mutating Admission Policy" in Kubernetes' documentation; KEP-3962.
public struct MutatingPolicyProgram: Sendable {
    /// What a mutation made of an object.
    public enum Mutated: Sendable, Equatable {
        /// A configuration was merged into it.
        case merged(JSONValue)
        /// A patch was applied to it: the result has to be read strictly.
        case patched(JSONValue)
        /// A patch whose test failed is not applied.
        case unchanged
    }

    /// Why a mutation could not be made.
    public struct Failure: Error, Sendable, Equatable {
        public var message: String
    }

    private enum Step: Sendable {
        case configuration(PolicyExpression)
        case patch(PolicyExpression)
    }

    private let base: PolicyBase
    private let steps: [Step]
    /// Whether it runs again where something changes the object after it.
    public let isReinvocable: Bool

    /// - Parameter zones: the time zones that expressions may name.
    public init(_ policy: MutatingAdmissionPolicySpec, zones: (any CELTimeZones)? = nil) {
        let base = PolicyBase(
            hasParameters: policy.paramKind != nil, hasPatches: true, policy.matchConditions, policy.variables,
            failurePolicy: policy.failurePolicy, zones: zones)
        self.base = base
        steps = policy.mutations.compactMap { mutation -> Step? in
            switch mutation.patchType {
            case "ApplyConfiguration":
                mutation.applyConfiguration.map { .configuration(base.compile($0.expression)) }
            case "JSONPatch": mutation.jsonPatch.map { .patch(base.compile($0.expression)) }
            default: nil
            }
        }
        isReinvocable = policy.reinvocationPolicy == "IfNeeded"
    }

    /// How many mutations it has.
    public var count: Int { steps.count }

    /// Whether the conditions hold. Where one fails the failure policy decides.
    public func match(_ input: PolicyInput) -> PolicyMatch { base.match(input) }

    /// Runs one mutation.
    ///
    /// - Parameters:
    ///   - index: below ``count``.
    ///   - object: that of the input.
    ///   - shape: of the object's kind.
    public func mutate(
        _ index: Int, _ object: JSONValue, _ input: PolicyInput, shape: ApplyShape
    ) throws(Failure) -> Mutated {
        var evaluation = PolicyEvaluation(input.values, base.variables, budget: PolicyEvaluation.budget)
        switch steps[index] {
        case .configuration(let expression):
            let value = try Self.value(of: expression, &evaluation)
            return .merged(try ApplyConfigurationPatch.apply(value, to: object, shape))
        case .patch(let expression):
            let value = try Self.value(of: expression, &evaluation)
            return try PolicyJSONPatch.apply(value, to: object)
        }
    }

    private static func value(
        of expression: PolicyExpression, _ evaluation: inout PolicyEvaluation
    ) throws(Failure) -> CELValue {
        if case .failure(let failure) = expression { throw Failure(message: failure.message) }
        let result: Result<CELValue, CELFailure>
        do throws(PolicyEvaluation.OutOfBudget) { result = try evaluation.evaluate(expression) } catch {
            throw Failure(message: error.failure.message)
        }
        switch result {
        case .success(let value): return value
        case .failure(let failure): throw Failure(message: failure.message)
        }
    }
}

/// Structures that an expression makes name their types by their place: `Object.spec{template: Object.spec.template{...}}`.
enum ObjectTypeNames {
    /// - Throws: where a structure stands at another place than its name says.
    static func check(_ value: CELValue) throws(MutatingPolicyProgram.Failure) {
        guard case .object(let root, _) = value else { return }
        var faults: [String] = []
        check(value, root, &faults)
        if !faults.isEmpty { throw .init(message: "type mismatch: " + faults.joined(separator: "\n")) }
    }

    private static func check(_ value: CELValue, _ path: String, _ faults: inout [String]) {
        switch value {
        case .object(let name, let fields):
            if name != path {
                faults.append(
                    "unexpected type name \(GoText.quote(name)), expected \(GoText.quote(path)), which matches field name "
                        + "path from root Object type")
            }
            for (field, member) in fields.sorted(by: { $0.key < $1.key }) { check(member, path + "." + field, &faults) }
        case .list(let elements): for element in elements { check(element, path, &faults) }
        case .map(let map): for entry in map.entries { check(entry.value, path, &faults) }
        default: return
        }
    }
}
