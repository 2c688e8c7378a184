// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// Compiles the expressions of a policy, and says what is wrong with them.
struct PolicyExpressions {
    /// Whether the policy has parameters.
    let hasParameters: Bool
    /// The types of the policy's own variables that have been compiled so far; nil if it has none.
    private var variables: CELObjectType?

    /// What an expression may evaluate to.
    enum Result {
        case anything
        case oneOf([CELType])
    }

    init(hasParameters: Bool, hasVariables: Bool = false) {
        self.hasParameters = hasParameters
        variables = hasVariables ? CELObjectType(CELEnvironment.policyVariables) : nil
    }

    private func environment(hasAuthorizer: Bool, hasPatches: Bool) -> CELEnvironment {
        var environment = CELEnvironment.admission(
            hasParameters: hasParameters, hasAuthorizer: hasAuthorizer, hasPatches: hasPatches)
        if let variables {
            environment.objects[variables.name] = variables
            environment.variables["variables"] = .object(variables.name)
        }
        return environment
    }

    /// The faults of an expression.
    ///
    /// - Parameter shown: what the fault shows of it, if not the expression itself.
    func faults(
        _ expression: String, _ result: Result, _ path: FieldPath, shown: String? = nil,
        hasAuthorizer: Bool = true, hasPatches: Bool = false
    ) -> [FieldError] {
        let environment = environment(hasAuthorizer: hasAuthorizer, hasPatches: hasPatches)
        do throws(CELFaults) {
            let program = try CELProgram(expression, in: environment)
            guard case .oneOf(let types) = result, !types.contains(program.type) else { return [] }
            let wanted =
                types.count == 1
                ? types[0].text : "one of [" + types.map(\.text).joined(separator: " ") + "]"
            let text = "must evaluate to \(wanted) but got \(program.type.text)"
            return [.invalid(path, shown ?? expression, text)]
        } catch {
            return [.invalid(path, shown ?? expression, "compilation failed: " + error.text)]
        }
    }

    /// The faults of a variable, which the expressions after it may use, whatever it is worth.
    mutating func addVariable(_ name: String, _ expression: String, _ path: FieldPath) -> [FieldError] {
        let environment = environment(hasAuthorizer: true, hasPatches: false)
        do throws(CELFaults) {
            variables?.fields[name] = try CELProgram(expression, in: environment).type
            return []
        } catch {
            variables?.fields[name] = .dyn
            return [.invalid(path, expression, "compilation failed: " + error.text)]
        }
    }
}
