// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension LabelSelectorExpression {
    /// What a `LabelSelector` selects: everything if it is empty, nothing if there is none.
    ///
    /// Unknown operators select nothing; validation refuses them.
    public init(_ selector: LabelSelector?) {
        guard let selector else {
            self = .nothing
            return
        }
        self.init(matching: selector.matchLabels)
        for expression in selector.matchExpressions {
            let values = Set(expression.values).sorted()
            switch expression.operator {
            case "In": requirements.append(LabelRequirement(key: expression.key, .isIn, values))
            case "NotIn": requirements.append(LabelRequirement(key: expression.key, .notIn, values))
            case "Exists": requirements.append(LabelRequirement(key: expression.key, .exists))
            case "DoesNotExist": requirements.append(LabelRequirement(key: expression.key, .doesNotExist))
            default: selectsNothing = true
            }
        }
        requirements.sort { $0.key < $1.key }
    }
}

/// What holds for every `LabelSelector`.
public enum LabelSelectorRules {
    /// The faults of a selector; nil has none.
    ///
    /// - Parameter allowsInvalidValues: whether values that no label can have are let through (old objects of some kinds).
    public static func validate(
        _ selector: LabelSelector?, allowsInvalidValues: Bool = false, at path: FieldPath
    ) -> [FieldError] {
        guard let selector else { return [] }
        var errors = LabelRules.labels(selector.matchLabels, at: path.child("matchLabels"))
        for (index, expression) in selector.matchExpressions.enumerated() {
            let at = path.child("matchExpressions").index(index)
            errors += validate(expression, allowsInvalidValues: allowsInvalidValues, at: at)
        }
        return errors
    }

    /// The faults of one requirement.
    ///
    /// - Parameter allowsUnknownOperators: whether operators are let through that a newer client may know.
    package static func validate(
        _ expression: LabelSelectorRequirement, allowsInvalidValues: Bool = false, allowsUnknownOperators: Bool = false,
        at path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        switch expression.operator {
        case "In", "NotIn":
            if expression.values.isEmpty {
                errors.append(.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
            }
        case "Exists", "DoesNotExist":
            if !expression.values.isEmpty {
                let text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                errors.append(.forbidden(path.child("values"), text))
            }
        case _ where allowsUnknownOperators: break
        default: errors.append(.invalid(path.child("operator"), expression.operator, "not a valid selector operator"))
        }
        errors += LabelRules.qualifiedName(expression.key).map { .invalid(path.child("key"), expression.key, $0) }
        guard !allowsInvalidValues else { return errors }
        for (index, value) in expression.values.enumerated() {
            errors += LabelRules.value(value).map { .invalid(path.child("values").index(index), value, $0) }
        }
        return errors
    }
}
