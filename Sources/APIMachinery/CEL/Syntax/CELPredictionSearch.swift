// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Follows all ways of a decision through the network at once.
struct CELPredictionSearch: Sendable {
    /// A place in the network that one way could have reached.
    struct Place: Hashable, Sendable {
        var state: Int
        var way: Int
        /// The calls to return from, as an index into `stacks`; 0 is none.
        var stack: Int
    }

    /// A place with how it was reached.
    struct Reached: Hashable, Sendable {
        var place: Place
        /// Whether the way has left the rule that decides.
        var isOutside: Bool
        /// How many rules below the deciding one this is.
        var depth: Int
    }

    private struct Stack: Hashable {
        var state: Int
        var parent: Int
    }

    private let automaton: CELAutomaton
    /// Whether the calls under way are known; otherwise a rule returns to wherever it is called from.
    private let usesCalls: Bool
    private var stacks = [Stack(state: -1, parent: -1)]
    private var indexes: [Stack: Int] = [:]

    init(_ automaton: CELAutomaton, usesCalls: Bool) {
        self.automaton = automaton
        self.usesCalls = usesCalls
    }

    mutating func push(_ state: Int, on parent: Int) -> Int {
        let stack = Stack(state: state, parent: parent)
        if let index = indexes[stack] { return index }
        stacks.append(stack)
        indexes[stack] = stacks.count - 1
        return stacks.count - 1
    }

    /// Where the ways of a decision begin.
    mutating func start(_ decision: Int, _ precedence: Int, stack: Int) -> [Reached] {
        var reached: [Reached] = []
        var busy: Set<Place> = []
        for (way, transition) in automaton.states[decision].transitions.enumerated() {
            guard case .epsilon(let target) = transition else { continue }
            let place = Place(state: target, way: way, stack: stack)
            close(Reached(place: place, isOutside: false, depth: 0), precedence, &reached, &busy)
        }
        if automaton.states[decision].isPrecedenceLoop { dropRepeated(&reached) }
        return reached
    }

    /// In a loop of operators, what leaving it reaches counts only where going on in it does not reach the same.
    private func dropRepeated(_ reached: inout [Reached]) {
        let inside = Set(reached.filter { $0.place.way == 0 }.map { [$0.place.state, $0.place.stack] })
        reached.removeAll { $0.place.way != 0 && inside.contains([$0.place.state, $0.place.stack]) }
    }

    /// The places behind one token.
    mutating func step(_ reached: [Reached], over kind: CELTokenKind) -> [Reached] {
        var next: [Reached] = []
        var busy: Set<Place> = []
        for from in reached {
            for transition in automaton.states[from.place.state].transitions {
                guard case .tokens(let set, let target) = transition, set.contains(kind) else { continue }
                var moved = from
                moved.place.state = target
                close(moved, nil, &next, &busy)
            }
        }
        return kind == .end ? next.filter { automaton.states[$0.place.state].kind == .ruleStop } : next
    }

    /// All places that can be reached without a token.
    ///
    /// - Parameter precedence: what operators of the deciding rule have to reach, where that counts.
    private mutating func close(
        _ from: Reached, _ precedence: Int?, _ result: inout [Reached], _ busy: inout Set<Place>
    ) {
        var open = [from]
        while let reached = open.popLast() {
            guard busy.insert(reached.place).inserted else { continue }
            let state = automaton.states[reached.place.state]
            if state.kind == .ruleStop {
                leave(reached, state.rule, &open, &result)
                continue
            }
            var waits = false
            for transition in state.transitions.reversed() {
                var next = reached
                switch transition {
                case .tokens:
                    waits = true
                    continue
                case .epsilon(let target), .grow(let target): next.place.state = target
                case .precedence(let value, let target):
                    if let precedence, reached.depth == 0, value < precedence { continue }
                    next.place.state = target
                case .rule(let rule, _, let follow):
                    next.place.state = automaton.starts[rule.rawValue]
                    next.place.stack = push(follow, on: reached.place.stack)
                    next.depth += 1
                }
                open.append(next)
            }
            if waits { result.append(reached) }
        }
    }

    /// The end of a rule: back to its caller, to all its callers if that is not known, or to the end of all.
    private func leave(
        _ reached: Reached, _ rule: CELRule, _ open: inout [Reached], _ result: inout [Reached]
    ) {
        var next = reached
        next.depth -= 1
        if reached.place.stack != 0 {
            let stack = stacks[reached.place.stack]
            next.place.state = stack.state
            next.place.stack = stack.parent
            open.append(next)
            return
        }
        let follows = automaton.follows[rule.rawValue]
        if usesCalls || follows.isEmpty {
            result.append(reached)
            return
        }
        next.isOutside = true
        for follow in follows {
            next.place.state = follow
            open.append(next)
        }
    }

    // MARK: What follows from places

    /// The first way that has left the deciding rule.
    func finished(_ reached: [Reached]) -> Int? {
        reached.filter { found in
            found.isOutside || found.place.stack == 0 && automaton.states[found.place.state].kind == .ruleStop
        }.map(\.place.way).min()
    }

    /// The way that all places belong to, if it is one.
    func only(_ reached: [Reached]) -> Int? {
        guard let way = reached.first?.place.way else { return nil }
        return reached.allSatisfy { $0.place.way == way } ? way : nil
    }

    /// The ways that are at each place.
    private func ways(_ reached: [Reached]) -> [[Int]: Set<Int>] {
        var result: [[Int]: Set<Int>] = [:]
        for place in reached.map(\.place) { result[[place.state, place.stack], default: []].insert(place.way) }
        return result
    }

    /// Whether several ways have come to the same place, and no place is left which would still tell them apart.
    func conflicts(_ reached: [Reached]) -> Bool {
        if reached.allSatisfy({ automaton.states[$0.place.state].kind == .ruleStop }) { return true }
        guard ways(reached).values.contains(where: { $0.count > 1 }) else { return false }
        var states: [Int: Set<Int>] = [:]
        for place in reached.map(\.place) { states[place.state, default: []].insert(place.way) }
        return !states.values.contains { $0.count == 1 }
    }

    /// The way that is the first at every place, if there is one.
    func settled(_ reached: [Reached]) -> Int? {
        let firsts = Set(ways(reached).values.compactMap { $0.min() })
        return firsts.count == 1 ? firsts.first : nil
    }
}
