// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What one call costs beyond its arguments, and how large its result is.
struct CELCallCost {
    let estimator: CELCostEstimator
    let name: String
    /// The way of calling it that is looked at; nil if it is not known.
    let overload: CELOverload?
    let target: CELExpression?
    let arguments: [CELExpression]

    typealias Estimate = (cost: CELCostRange, size: CELCostRange?)

    private static let one: Estimate = (.one, nil)

    private func size(_ index: Int) -> CELCostRange { estimator.size(arguments[index]) }

    private func traversal(_ size: CELCostRange, factor: Double = 1) -> CELCostRange {
        size * (CELCostEstimator.traversal * factor)
    }

    func estimate() -> Estimate {
        if let target {
            if let estimate = member(target, estimator.size(target)) { return estimate }
        } else if let estimate = global() {
            return estimate
        }
        return Self.one
    }

    // MARK: Calls with something before the name

    private func member(_ target: CELExpression, _ size: CELCostRange) -> Estimate? {
        switch name {
        case "check": return (CELCostRange(350_000, 350_000), nil)
        case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf": return listScan(target, size)
        case "lowerAscii", "upperAscii", "substring", "trim": return (traversal(size), size)
        case "replace" where arguments.count >= 2:
            return (traversal(size, factor: 2), replaced(size, self.size(0), self.size(1)))
        case "split": return (traversal(size, factor: 2), CELCostRange(0, size.maximum))
        case "join":
            let joined = joined(target, size)
            return (traversal(joined), joined)
        case "find" where arguments.count >= 1, "findAll" where arguments.count >= 1:
            return (scan(size), CELCostRange(0, size.maximum))
        case "matches" where arguments.count == 1: return (scan(size), nil)
        case "startsWith" where arguments.count == 1, "endsWith" where arguments.count == 1:
            return (traversal(self.size(0)), nil)
        case "contains" where arguments.count == 1: return (traversal(size) * traversal(self.size(0)), nil)
        case "format": return (traversal(size), nil)
        case "containsIP" where arguments.count == 1: return (contained(extra: .zero), nil)
        case "containsCIDR" where arguments.count == 1:
            return (contained(extra: traversal(CELCostRange(4, 16)) + .one), nil)
        case "validate" where arguments.count == 1:
            // The largest pattern of a named format has 60 characters.
            return (traversal(self.size(0) + .one) * (CELCostRange(60, 60) * CELCostEstimator.pattern), nil)
        default: return nil
        }
    }

    /// Looking for a pattern, which is the first argument, in a text.
    private func scan(_ size: CELCostRange) -> CELCostRange {
        traversal(size + .one) * (self.size(0) * CELCostEstimator.pattern)
    }

    private func listScan(_ target: CELExpression, _ size: CELCostRange) -> Estimate {
        guard let element = estimator.elementSize(target) else { return (traversal(size), nil) }
        var each = CELCostRange.one
        if element.type == .string || element.type == .bytes { each = each + traversal(element.size) }
        return (size * each, nil)
    }

    private func contained(extra: CELCostRange) -> CELCostRange {
        let bytes = CELCostRange(4, 16)
        var cost = traversal(bytes + bytes) + extra
        if overload?.arguments.last == .string { cost = cost + traversal(size(0)) }
        return cost
    }

    private func joined(_ target: CELExpression, _ count: CELCostRange) -> CELCostRange {
        var size = CELCostRange.zero
        if let element = estimator.elementSize(target) { size = count * element.size }
        guard !arguments.isEmpty else { return size }
        let between = CELCostRange(
            count.minimum > 0 ? count.minimum - 1 : 0, count.maximum > 0 ? count.maximum - 1 : 0)
        return size + self.size(0) * between
    }

    /// The size of a text in which each of one text is replaced by another.
    private func replaced(_ size: CELCostRange, _ old: CELCostRange, _ new: CELCostRange) -> CELCostRange {
        var count = CELCostRange.zero
        var kept = CELCostRange.zero
        if old.minimum == 0 {
            count.maximum = size.maximum == .max ? .max : size.maximum + 1
            kept.maximum = size.maximum
        } else if new.maximum <= old.minimum {
            kept.maximum = size.maximum
        } else {
            count.maximum = (size * (1 / Double(old.minimum))).maximum
        }
        if old.maximum == 0 {
            count.minimum = size.minimum == .max ? .max : size.minimum + 1
            kept.minimum = size.minimum
        } else if old.maximum <= new.minimum {
            kept.minimum = size.minimum
        } else {
            count.minimum = (size * (1 / Double(old.maximum))).minimum
        }
        return count * new + kept
    }

    // MARK: Calls and operators without

    private func global() -> Estimate? {
        guard !arguments.isEmpty else { return nil }
        switch name {
        case "url", "ip", "isIP", "cidr", "isCIDR", "quantity", "isQuantity", "semver",
            "isSemver":
            return (traversal(size(0)), nil)
        case "ip.isCanonical": return (traversal(size(0), factor: 2), nil)
        case "bytes" where overload?.arguments.first == .string:
            return (traversal(size(0)), size(0) * CELCostRange(1, 4))
        case "string" where overload?.arguments.first == .bytes:
            return (traversal(size(0)), CELCostRange(size(0).minimum / 4, size(0).maximum))
        case "strings.quote":
            let quoted = size(0) * CELCostRange(1, 2) + CELCostRange(2, 2)
            return (traversal(size(0)), quoted)
        default: break
        }
        guard arguments.count == 2 else { return nil }
        switch name {
        case "sets.contains", "sets.intersects": return (size(0) * size(1) + .one, nil)
        case "sets.equivalent": return ((size(0) * size(1)) * 2.0 + .one, nil)
        case CELOperator.isIn: if case .list? = overload?.arguments.last { return (size(1), nil) }
        case "_+_": return sum()
        case "_==_", "_!=_": return (compared(), nil)
        case "_<_", "_<=_", "_>_", "_>=_":
            let type = overload?.arguments.first
            if type == .string || type == .bytes { return (compared(), nil) }
        default: break
        }
        return nil
    }

    private func sum() -> Estimate? {
        let result = size(0) + size(1)
        switch overload?.arguments.first {
        case .list?: return (.one, result)
        case .string?, .bytes?: return (traversal(result), result)
        default: return nil
        }
    }

    private func compared() -> CELCostRange {
        let most = min(size(0).maximum, size(1).maximum)
        return traversal(CELCostRange(most > 0 ? 1 : 0, most))
    }
}
