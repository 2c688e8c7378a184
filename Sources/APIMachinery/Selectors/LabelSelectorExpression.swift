// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// A text that is no selector, worded as Kubernetes words it.
public struct SelectorError: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}

/// One condition on the labels of an object.
public struct LabelRequirement: Sendable, Equatable {
    public enum Operator: String, Sendable, Equatable {
        case isIn = "in"
        case notIn = "notin"
        case equals = "="
        case notEquals = "!="
        case exists = "exists"
        case doesNotExist = "!"
        case greaterThan = "gt"
        case lessThan = "lt"
    }

    public var key: String
    public var comparison: Operator
    /// In ascending order, each once.
    public var values: [String]

    public init(key: String, _ comparison: Operator, _ values: [String] = []) {
        self.key = key
        self.comparison = comparison
        self.values = values
    }

    /// Whether these labels fulfil it.
    public func matches(_ labels: [String: String]) -> Bool {
        let value = labels[key]
        switch comparison {
        case .isIn, .equals: return value.map(values.contains) ?? false
        case .notIn, .notEquals: return value.map { !values.contains($0) } ?? true
        case .exists: return value != nil
        case .doesNotExist: return value == nil
        case .greaterThan, .lessThan:
            guard let left = value.flatMap({ Int64($0) }), let right = values.first.flatMap({ Int64($0) }) else {
                return false
            }
            return comparison == .greaterThan ? left > right : left < right
        }
    }
}

/// Conditions on labels that must all hold; without any, every object is selected.
///
/// - SeeAlso: `labels.Selector` of Kubernetes' apimachinery.
public struct LabelSelectorExpression: Sendable, Equatable {
    public var requirements: [LabelRequirement]
    /// Selects nothing whatever the labels (a missing `LabelSelector`).
    public var selectsNothing = false

    public init(_ requirements: [LabelRequirement] = []) { self.requirements = requirements }

    /// Selects no object at all.
    public static let nothing: LabelSelectorExpression = {
        var selector = LabelSelectorExpression()
        selector.selectsNothing = true
        return selector
    }()

    /// Selects what has exactly these labels (and maybe others).
    public init(matching labels: [String: String]) {
        requirements = labels.sorted { $0.key < $1.key }.map { LabelRequirement(key: $0.key, .equals, [$0.value]) }
    }

    /// Whether every object is selected.
    public var isEmpty: Bool { requirements.isEmpty && !selectsNothing }

    /// Whether an object with these labels is selected.
    public func matches(_ labels: [String: String]) -> Bool {
        !selectsNothing && requirements.allSatisfy { $0.matches(labels) }
    }

    /// Reads the text form: `app=web,tier in (a, b),!old,n>4`.
    public init(parsing text: String) throws(SelectorError) {
        var tokens = LabelSelectorTokens(text)
        requirements = []
        while true {
            let first = tokens.peek()
            if first.kind == .end { break }
            guard first.kind == .identifier || first.kind == .not else {
                throw SelectorError("found '\(first.text)', expected: !, identifier, or 'end of string'")
            }
            do {
                requirements.append(try Self.requirement(&tokens))
            } catch {
                throw SelectorError("unable to parse requirement: " + error.message)
            }
            let separator = tokens.next()
            if separator.kind == .end { break }
            guard separator.kind == .comma else {
                throw SelectorError("found '\(separator.text)', expected: ',' or 'end of string'")
            }
            let next = tokens.peek()
            guard next.kind == .identifier || next.kind == .not else {
                throw SelectorError("found '\(next.text)', expected: identifier after ','")
            }
        }
        requirements.sort { $0.key < $1.key }
    }

    private static func requirement(_ tokens: inout LabelSelectorTokens) throws(SelectorError) -> LabelRequirement {
        var name = tokens.next()
        let isNegated = name.kind == .not
        if isNegated { name = tokens.next() }
        guard name.kind == .identifier else { throw SelectorError("found '\(name.text)', expected: identifier") }
        let faults = LabelRules.qualifiedName(name.text).map { FieldError.invalid(.root, name.text, $0) }
        if !faults.isEmpty { throw SelectorError(faults.aggregateMessage) }
        let next = tokens.peek().kind
        if isNegated { return LabelRequirement(key: name.text, .doesNotExist) }
        if next == .end || next == .comma { return LabelRequirement(key: name.text, .exists) }
        let token = tokens.next(asValue: false)
        guard let comparison = comparisons[token.kind] else {
            throw SelectorError("found '\(token.text)', expected: in, notin, =, ==, !=, gt, lt")
        }
        let isList = comparison == .isIn || comparison == .notIn
        let values = isList ? try list(&tokens) : [try exactValue(&tokens)]
        let requirement = LabelRequirement(key: name.text, comparison, Set(values).sorted())
        let wrong = faultsOfValues(requirement)
        if !wrong.isEmpty { throw SelectorError(wrong.aggregateMessage) }
        return requirement
    }

    private static let comparisons: [LabelSelectorTokens.Kind: LabelRequirement.Operator] = [
        .isIn: .isIn, .notIn: .notIn, .equal: .equals, .doubleEqual: .equals, .notEqual: .notEquals,
        .greater: .greaterThan,
        .less: .lessThan,
    ]

    private static func faultsOfValues(_ requirement: LabelRequirement) -> [FieldError] {
        let path = FieldPath("values")
        var errors: [FieldError] = []
        for (index, value) in requirement.values.enumerated() {
            let isNumeric = requirement.comparison == .greaterThan || requirement.comparison == .lessThan
            if isNumeric, Int64(value) == nil {
                errors.append(
                    .invalid(path.index(index), value, "for 'Gt', 'Lt' operators, the value must be an integer"))
            }
            errors += LabelRules.value(value).map { .invalid(path.index(index).key(requirement.key), value, $0) }
        }
        return errors
    }

    private static func exactValue(_ tokens: inout LabelSelectorTokens) throws(SelectorError) -> String {
        let next = tokens.peek()
        if next.kind == .end || next.kind == .comma { return "" }
        let token = tokens.next()
        guard token.kind == .identifier else { throw SelectorError("found '\(token.text)', expected: identifier") }
        return token.text
    }

    private static func list(_ tokens: inout LabelSelectorTokens) throws(SelectorError) -> [String] {
        let open = tokens.next()
        guard open.kind == .open else { throw SelectorError("found '\(open.text)' expected: '('") }
        let first = tokens.peek()
        switch first.kind {
        case .close:
            _ = tokens.next()
            return []
        case .identifier, .comma: break
        default: throw SelectorError("found '\(first.text)', expected: ',', ')' or identifier")
        }
        var values: [String] = []
        while true {
            let token = tokens.next()
            switch token.kind {
            case .identifier:
                values.append(token.text)
                let next = tokens.peek()
                if next.kind == .close {
                    _ = tokens.next()
                    return values
                }
                guard next.kind == .comma else { throw SelectorError("found '\(next.text)', expected: ',' or ')'") }
            case .comma:
                // an empty value: before the first comma, between two, after the last
                if values.isEmpty { values.append("") }
                let next = tokens.peek().kind
                if next == .close || next == .comma {
                    values.append("")
                    _ = tokens.next()
                    if next == .close { return values }
                }
            default: throw SelectorError("found '\(token.text)', expected: ',', or identifier")
            }
        }
    }
}

extension LabelSelectorExpression: CustomStringConvertible {
    /// The text form.
    public var description: String {
        requirements.map { requirement in
            let (key, values) = (requirement.key, requirement.values)
            switch requirement.comparison {
            case .isIn, .notIn: return "\(key) \(requirement.comparison.rawValue) (\(values.joined(separator: ",")))"
            case .equals, .notEquals: return key + requirement.comparison.rawValue + (values.first ?? "")
            case .exists: return key
            case .doesNotExist: return "!" + key
            case .greaterThan: return key + ">" + (values.first ?? "")
            case .lessThan: return key + "<" + (values.first ?? "")
            }
        }.joined(separator: ",")
    }
}
