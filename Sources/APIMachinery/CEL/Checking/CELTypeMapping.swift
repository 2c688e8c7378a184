// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What is known of type parameters so far, and which types fit each other: the unification of cel-spec's checker.
struct CELTypeMapping: Sendable {
    private var known: [String: CELType] = [:]
    /// What was known before the types under way were looked at, to go back to if they do not fit.
    private var journal: [(name: String, type: CELType?)] = []

    private func find(_ type: CELType) -> CELType? {
        if case .parameter(let name) = type { known[name] } else { nil }
    }

    mutating func set(_ parameter: String, _ type: CELType) { known[parameter] = type }

    /// A type with all that is known put in; what is not known becomes dynamic if `toDynamic` is true.
    func resolve(_ type: CELType, toDynamic: Bool = false) -> CELType {
        if let found = find(type) { return resolve(found, toDynamic: toDynamic) }
        if toDynamic, case .parameter = type { return .dyn }
        let parameters = type.parameters
        return parameters.isEmpty ? type : type.with(parameters.map { resolve($0, toDynamic: toDynamic) })
    }

    /// Whether types fit one another, each in its place; remembers what follows for type parameters if they do.
    mutating func assign(_ first: [CELType], to second: [CELType]) -> Bool {
        journal.removeAll(keepingCapacity: true)
        if fits(first, second) { return true }
        for (name, type) in journal.reversed() { known[name] = type }
        return false
    }

    private mutating func learn(_ name: String, _ type: CELType) {
        journal.append((name, known[name]))
        known[name] = type
    }

    mutating func assign(_ first: CELType, to second: CELType) -> Bool { assign([first], to: [second]) }

    private mutating func fits(_ first: [CELType], _ second: [CELType]) -> Bool {
        guard first.count == second.count else { return false }
        for (left, right) in zip(first, second) {
            guard fits(left, right) else { return false }
        }
        return true
    }

    private mutating func fits(_ first: CELType, _ second: CELType) -> Bool {
        if case .parameter(let name) = second {
            let (isValid, isKnown) = substitutes(first, for: name)
            if isValid { return true }
            if isKnown { return false }
        }
        if case .parameter(let name) = first { return substitutes(second, for: name).isValid }
        if first.isDynamicOrError || second.isDynamicOrError { return true }
        if first == .null { return isNullable(second) }
        if second == .null { return isNullable(first) }
        switch (first, second) {
        case (.type, .type): return true
        case (.list, .list), (.map, .map): return fits(first.parameters, second.parameters)
        case (.opaque(let left, let some), .opaque(let right, let others)):
            return left == right && fits(some, others)
        default: return first == second
        }
    }

    private func isNullable(_ type: CELType) -> Bool {
        switch type {
        case .null, .opaque, .object, .any, .duration, .timestamp: true
        default: false
        }
    }

    /// Whether a type can stand for a type parameter, and whether something already does.
    private mutating func substitutes(_ type: CELType, for name: String) -> (isValid: Bool, isKnown: Bool) {
        let parameter = CELType.parameter(name)
        if type == parameter { return (true, true) }
        if let found = known[name] {
            if type == found { return (true, true) }
            guard fits(type, found) else { return (false, true) }
            let general = Self.mostGeneral(type, found)
            if isAbsent(parameter, in: general) { learn(name, general) }
            return (true, true)
        }
        guard isAbsent(parameter, in: type) else { return (false, false) }
        learn(name, type)
        return (true, false)
    }

    private func isAbsent(_ parameter: CELType, in type: CELType) -> Bool {
        if type == parameter { return false }
        if case .parameter = type {
            guard let found = find(type) else { return true }
            return isAbsent(parameter, in: found)
        }
        if case .type = type { return true }
        return type.parameters.allSatisfy { isAbsent(parameter, in: $0) }
    }

    /// The one of two types that fit which says less.
    static func mostGeneral(_ first: CELType, _ second: CELType) -> CELType {
        isLessSpecific(first, second) ? first : second
    }

    private static func isLessSpecific(_ first: CELType, _ second: CELType) -> Bool {
        if first.isDynamic { return true }
        if case .parameter = first { return true }
        if second.isDynamic { return false }
        if case .parameter = second { return false }
        switch (first, second) {
        case (.type, .type): return true
        case (.list, .list), (.map, .map), (.opaque, .opaque):
            return first.name == second.name && first.parameters.count == second.parameters.count
                && zip(first.parameters, second.parameters).allSatisfy { isLessSpecific($0, $1) }
        default: return first == second
        }
    }
}
