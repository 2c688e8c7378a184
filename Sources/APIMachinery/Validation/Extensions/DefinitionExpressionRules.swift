// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The rules in CEL of a custom kind's schema: whether they compile, and whether they may become too expensive.
struct DefinitionExpressionRules {
    /// Where a schema stands.
    private struct Place {
        var path: FieldPath
        var isRoot = false
        /// How often its values can be there; nil without a limit.
        var cardinality: UInt64? = 1
        /// The list around it whose old items cannot be told from the new ones.
        var uncorrelated: FieldPath?
    }

    private static let ruleLimit: UInt64 = 10_000_000
    private static let totalLimit: UInt64 = 100_000_000
    /// How many rules are named when all together are too expensive.
    private static let shown = 4

    private var total = CELCostRange.zero
    private var expensive: [(path: FieldPath, cost: UInt64)] = []
    private var errors: [FieldError] = []

    /// - Parameter schema: a structural schema without other faults.
    static func validate(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        var rules = DefinitionExpressionRules()
        rules.visit(schema, Place(path: path, isRoot: true))
        guard rules.total.maximum > totalLimit else { return rules.errors }
        let text = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"
        let name = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema"
        return rules.errors + rules.expensive.prefix(shown).map { .forbidden($0.path, text) }
            + [.forbidden(path, costText(name, rules.total.maximum, totalLimit))]
    }

    // MARK: Places

    private mutating func visit(_ schema: JSONSchemaProps, _ place: Place) {
        if let values = schema.additionalProperties?.schema {
            visit(values, inside(schema, place, place.path.child("additionalProperties")))
        }
        for (name, property) in schema.properties.sorted(by: { $0.key < $1.key }) {
            visit(property, inside(schema, place, place.path.child("properties").key(name)))
        }
        if let items = schema.items?.schema {
            var inner = inside(schema, place, place.path.child("items"))
            if schema.xKubernetesListType != "map" { inner.uncorrelated = place.uncorrelated ?? place.path }
            visit(items, inner)
        }
        if !schema.xKubernetesValidations.isEmpty { compile(schema, place) }
    }

    private func inside(_ schema: JSONSchemaProps, _ place: Place, _ path: FieldPath) -> Place {
        var limit: Int64? = 1
        if schema.type == "array" { limit = schema.maxItems }
        if schema.type == "object", schema.additionalProperties != nil { limit = schema.maxProperties }
        var result = Place(path: path, uncorrelated: place.uncorrelated)
        result.cardinality = nil
        if let limit, let cardinality = place.cardinality {
            result.cardinality = Self.product(cardinality, UInt64(max(0, limit)))
        }
        return result
    }

    private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        (CELCostRange(0, left) * CELCostRange(0, right)).maximum
    }

    // MARK: Rules

    private mutating func compile(_ schema: JSONSchemaProps, _ place: Place) {
        let isResource = place.isRoot || schema.xKubernetesEmbeddedResource
        let at = place.path.child("x-kubernetes-validations")
        guard let declaration = SchemaDeclaration(schema, name: "selfType", isRoot: isResource) else {
            let text = "internal error: failed to construct type information for x-kubernetes-validations rules"
            errors.append(.internalError(at, text))
            return
        }
        for (index, rule) in schema.xKubernetesValidations.enumerated() {
            self.rule(rule, declaration, place, at.index(index))
        }
    }

    private mutating func rule(
        _ rule: ValidationRule, _ declaration: SchemaDeclaration, _ place: Place, _ path: FieldPath
    ) {
        let oldType = rule.optionalOldSelf == true ? CELType.optional(declaration.type) : declaration.type
        let environment = CELEnvironment(
            variables: ["self": declaration.type, "oldSelf": oldType], objects: declaration.objects)
        let sizes = ["self": declaration.sizes, "oldSelf": declaration.sizes]
        var usesOld = false
        do throws(CELFaults) {
            let program = try CELProgram(rule.rule, in: environment)
            if program.type == .bool {
                usesOld = program.expression.mentions("oldSelf")
                let often = UInt64(Swift.max(1, SchemaDeclaration.requestLimit / (declaration.minimum + 1)))
                let once = program.estimatedCost(sizes).maximum
                observe(Self.product(once, place.cardinality ?? often), "estimated rule cost", path.child("rule"))
                message(rule, environment, sizes, path)
            } else {
                invalid(rule, path.child("rule"), "cel expression must evaluate to a bool")
            }
        } catch {
            invalid(rule, path.child("rule"), "compilation failed: " + error.text)
        }
        old(rule, uses: usesOld, place, path)
    }

    private mutating func old(_ rule: ValidationRule, uses: Bool, _ place: Place, _ path: FieldPath) {
        if uses, let list = place.uncorrelated {
            let text = "oldSelf cannot be used on the uncorrelatable portion of the schema within \(list)"
            errors.append(.invalid(path.child("rule"), rule.rule, text))
        }
        if !uses, let isOptional = rule.optionalOldSelf {
            let text = "may not be set if oldSelf is not used in rule"
            errors.append(.invalid(path.child("optionalOldSelf"), .bool(isOptional), text))
        }
    }

    private mutating func message(
        _ rule: ValidationRule, _ environment: CELEnvironment, _ sizes: [String: CELSizes], _ path: FieldPath
    ) {
        if rule.messageExpression.isEmpty { return }
        let at = path.child("messageExpression")
        do throws(CELFaults) {
            let program = try CELProgram(rule.messageExpression, in: environment)
            guard program.type == .string else {
                return invalid(rule, at, "messageExpression must evaluate to a string")
            }
            observe(program.estimatedCost(sizes).maximum, "estimated messageExpression cost", at)
        } catch {
            invalid(rule, at, "messageExpression compilation failed: " + error.text)
        }
    }

    private mutating func invalid(_ rule: ValidationRule, _ path: FieldPath, _ text: String) {
        errors.append(.invalid(path, InternalForm.json(rule, "apiextensions.k8s.io/v1.ValidationRule"), text))
    }

    // MARK: Costs

    private mutating func observe(_ cost: UInt64, _ name: String, _ path: FieldPath) {
        if cost > Self.ruleLimit { errors.append(.forbidden(path, Self.costText(name, cost, Self.ruleLimit))) }
        total = total + CELCostRange(0, cost)
        guard cost >= Self.totalLimit / 100 else { return }
        let index = expensive.firstIndex { $0.cost < cost } ?? expensive.count
        expensive.insert((path, cost), at: index)
    }

    private static func costText(_ name: String, _ cost: UInt64, _ limit: UInt64) -> String {
        let factor = Double(cost) / Double(limit)
        let digits = CELText.double(factor, precision: factor < 1.5 ? 6 : 1, isScientific: false)
        let shown = factor > 100 ? "more than 100x" : digits + "x"
        return
            "\(name) exceeds budget by factor of \(shown) (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)"
    }
}

extension CELExpression {
    /// Whether it speaks of a variable.
    func mentions(_ variable: String) -> Bool {
        if case .name(let name) = kind { return name == variable }
        return parts.contains { $0.mentions(variable) }
    }
}
