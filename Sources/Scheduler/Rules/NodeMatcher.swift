// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// A node selector term, ready to be matched many times.
struct NodeTermMatcher: Sendable, Equatable {
    private enum Requirement: Sendable, Equatable {
        case isOneOf(String, Set<String>)
        case isNoneOf(String, Set<String>)
        case exists(String)
        case isAbsent(String)
        case isGreater(String, Int64)
        case isLess(String, Int64)
    }

    private var labels: [Requirement] = []
    private var names: [Requirement] = []
    /// A term without requirements, or with one that is not valid, matches no node.
    private var isValid = true

    init(_ term: NodeSelectorTerm) {
        isValid = !term.matchExpressions.isEmpty || !term.matchFields.isEmpty
        labels = term.matchExpressions.compactMap { parse($0) }
        names = term.matchFields.compactMap { parse($0) }
        if term.matchFields.contains(where: { $0.key != "metadata.name" }) { isValid = false }
    }

    func matches(name: String, labels nodeLabels: [String: String]) -> Bool {
        isValid && labels.allSatisfy { Self.holds($0) { nodeLabels[$0] } }
            && names.allSatisfy { Self.holds($0) { _ in name } }
    }

    /// The only nodes that can match, where the term names them; nil for any.
    var onlyNames: Set<String>? {
        var result: Set<String>?
        for case .isOneOf(_, let values) in names { result = result?.intersection(values) ?? values }
        return result
    }

    private mutating func parse(_ expression: NodeSelectorRequirement) -> Requirement? {
        let key = expression.key
        switch expression.operator {
        case "In": return .isOneOf(key, Set(expression.values))
        case "NotIn": return .isNoneOf(key, Set(expression.values))
        case "Exists": return .exists(key)
        case "DoesNotExist": return .isAbsent(key)
        case "Gt", "Lt":
            if expression.values.count == 1, let bound = Int64(expression.values[0]) {
                return expression.operator == "Gt" ? .isGreater(key, bound) : .isLess(key, bound)
            }
        default: break
        }
        isValid = false
        return nil
    }

    private static func holds(_ requirement: Requirement, _ value: (String) -> String?) -> Bool {
        switch requirement {
        case .isOneOf(let key, let values): value(key).map(values.contains) ?? false
        case .isNoneOf(let key, let values): !(value(key).map(values.contains) ?? false)
        case .exists(let key): value(key) != nil
        case .isAbsent(let key): value(key) == nil
        case .isGreater(let key, let bound): value(key).flatMap { Int64($0) }.map { $0 > bound } ?? false
        case .isLess(let key, let bound): value(key).flatMap { Int64($0) }.map { $0 < bound } ?? false
        }
    }
}

/// A node selector: one of its terms has to match.
struct NodeSelectorMatcher: Sendable, Equatable {
    var terms: [NodeTermMatcher]

    init(_ selector: NodeSelector) { terms = selector.nodeSelectorTerms.map(NodeTermMatcher.init) }

    func matches(name: String, labels: [String: String]) -> Bool {
        terms.contains { $0.matches(name: name, labels: labels) }
    }

    /// The only nodes that can match, where every term names them; nil for any.
    var onlyNames: Set<String>? {
        var result: Set<String> = []
        for term in terms {
            guard let names = term.onlyNames else { return nil }
            result.formUnion(names)
        }
        return result
    }
}

/// What a pod demands of its node's name and labels: `nodeSelector` and required node affinity.
struct RequiredNodeAffinity: Sendable, Equatable {
    private var labels: [String: String]
    private var selector: NodeSelectorMatcher?

    init(_ spec: PodSpec) {
        labels = spec.nodeSelector
        selector = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution.map(
            NodeSelectorMatcher.init)
    }

    var isEmpty: Bool { labels.isEmpty && selector == nil }
    var onlyNames: Set<String>? { selector?.onlyNames }

    func matches(name: String, labels nodeLabels: [String: String]) -> Bool {
        labels.allSatisfy { nodeLabels[$0.key] == $0.value }
            && (selector?.matches(name: name, labels: nodeLabels) ?? true)
    }
}
