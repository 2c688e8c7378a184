// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// A label selector, ready to be matched many times.
struct LabelMatcher: Sendable, Hashable {
    enum Requirement: Sendable, Hashable {
        case isOneOf(String, Set<String>)
        case isNoneOf(String, Set<String>)
        case exists(String)
        case isAbsent(String)
    }

    /// All have to hold; nil matches nothing.
    private(set) var requirements: [Requirement]?

    /// Matches every object.
    static let everything = LabelMatcher(requirements: [])
    static let nothing = LabelMatcher(requirements: nil)

    init(requirements: [Requirement]?) { self.requirements = requirements }

    /// - Parameter selector: nil matches nothing, an empty one everything; one that is not valid matches nothing.
    init(_ selector: LabelSelector?) {
        guard let selector else {
            requirements = nil
            return
        }
        var result: [Requirement] = selector.matchLabels.sorted { $0.key < $1.key }.map { .isOneOf($0.key, [$0.value]) }
        for expression in selector.matchExpressions {
            switch expression.operator {
            case "In": result.append(.isOneOf(expression.key, Set(expression.values)))
            case "NotIn": result.append(.isNoneOf(expression.key, Set(expression.values)))
            case "Exists": result.append(.exists(expression.key))
            case "DoesNotExist": result.append(.isAbsent(expression.key))
            default:
                requirements = nil
                return
            }
        }
        requirements = result
    }

    /// All of these labels.
    init(labels: [String: String]) {
        requirements = labels.sorted { $0.key < $1.key }.map { .isOneOf($0.key, [$0.value]) }
    }

    /// What both match.
    func and(_ other: LabelMatcher) -> LabelMatcher {
        guard let mine = requirements, let theirs = other.requirements else { return .nothing }
        return LabelMatcher(requirements: mine + theirs)
    }

    var matchesEverything: Bool { requirements?.isEmpty ?? false }

    func matches(_ labels: [String: String]) -> Bool {
        guard let requirements else { return false }
        for requirement in requirements {
            let holds =
                switch requirement {
                case .isOneOf(let key, let values): labels[key].map(values.contains) ?? false
                case .isNoneOf(let key, let values): !(labels[key].map(values.contains) ?? false)
                case .exists(let key): labels[key] != nil
                case .isAbsent(let key): labels[key] == nil
                }
            if !holds { return false }
        }
        return true
    }
}
