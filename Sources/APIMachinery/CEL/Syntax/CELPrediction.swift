// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Chooses between the ways of a decision by looking ahead as far as is needed: first without regard to the calls under
/// way, and with them only where that leaves two ways open. This is the adaptive LL(*) method of Parr, Harwell and
/// Fisher, without its cache; which token a fault names depends on it.
struct CELPrediction {
    /// A place in the network that one way could have reached.
    private struct Place: Hashable {
        var state: Int
        var way: Int
        /// The calls to return from, as an index into `stacks`; 0 is none.
        var stack: Int
    }

    /// A place with how it was reached.
    private struct Reached {
        var place: Place
        /// Whether the way has left the rule that decides.
        var isOutside: Bool
        /// How many rules below the deciding one this is.
        var depth: Int
    }

    enum Outcome {
        case way(Int)
        /// No way fits; the token which none takes.
        case none(at: Int)
    }

    private struct Stack: Hashable {
        var state: Int
        var parent: Int
    }

    private let automaton: CELAutomaton
    private let tokens: [CELToken]
    private let start: Int
    private let decision: Int
    private let precedence: Int
    private var usesCalls = false
    private var stacks = [Stack(state: -1, parent: -1)]
    private var indexes: [Stack: Int] = [:]

    /// - Parameters:
    ///   - tokens: the visible tokens, ending with the end.
    ///   - start: the token at which to decide.
    ///   - precedence: what operators have to reach in the rule under way.
    init(automaton: CELAutomaton, tokens: [CELToken], start: Int, decision: Int, precedence: Int) {
        self.automaton = automaton
        self.tokens = tokens
        self.start = start
        self.decision = decision
        self.precedence = precedence
    }

    /// The way to take, counted from 0.
    ///
    /// - Parameter calls: where to go on after each rule under way, innermost last.
    mutating func decide(calls: [Int]) -> Outcome {
        if let outcome = run(stack: 0) { return outcome }
        usesCalls = true
        return run(stack: calls.reduce(0) { push($1, on: $0) }) ?? .way(0)
    }

    /// One pass over the coming tokens; nil if the ways cannot be told apart without the calls.
    private mutating func run(stack: Int) -> Outcome? {
        var reached: [Reached] = []
        var busy: Set<Place> = []
        for (way, transition) in automaton.states[decision].transitions.enumerated() {
            guard case .epsilon(let target) = transition else { continue }
            let place = Place(state: target, way: way, stack: stack)
            close(Reached(place: place, isOutside: false, depth: 0), checking: true, &reached, &busy)
        }
        if automaton.states[decision].isPrecedenceLoop { dropRepeated(&reached) }
        var index = start
        while true {
            let kind = tokens[min(index, tokens.count - 1)].kind
            let next = step(reached, over: kind)
            if next.isEmpty {
                let finished = reached.filter { $0.isOutside || isEnd($0.place) }.map(\.place.way).min()
                return finished.map { .way($0) } ?? .none(at: min(index, tokens.count - 1))
            }
            if let way = only(next) { return .way(way) }
            if usesCalls {
                if let way = settled(next) { return .way(way) }
            } else if conflicts(next) {
                return nil
            }
            if kind == .end { return next.map(\.place.way).min().map { .way($0) } }
            reached = next
            index += 1
        }
    }

    private func isEnd(_ place: Place) -> Bool {
        automaton.states[place.state].kind == .ruleStop && place.stack == 0
    }

    private mutating func push(_ state: Int, on parent: Int) -> Int {
        let stack = Stack(state: state, parent: parent)
        if let index = indexes[stack] { return index }
        stacks.append(stack)
        indexes[stack] = stacks.count - 1
        return stacks.count - 1
    }

    /// The places behind one token.
    private mutating func step(_ reached: [Reached], over kind: CELTokenKind) -> [Reached] {
        var next: [Reached] = []
        var busy: Set<Place> = []
        for from in reached {
            for transition in automaton.states[from.place.state].transitions {
                guard case .tokens(let set, let target) = transition, set.contains(kind) else { continue }
                var moved = from
                moved.place.state = target
                close(moved, checking: false, &next, &busy)
            }
        }
        return kind == .end ? next.filter { automaton.states[$0.place.state].kind == .ruleStop } : next
    }

    /// All places that can be reached without a token.
    private mutating func close(
        _ from: Reached, checking: Bool, _ result: inout [Reached], _ busy: inout Set<Place>
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
                    if checking, reached.depth == 0, value < precedence { continue }
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

    /// In a loop of operators, what leaving it reaches counts only where going on in it does not reach the same.
    private func dropRepeated(_ reached: inout [Reached]) {
        let inside = Set(reached.filter { $0.place.way == 0 }.map { [$0.place.state, $0.place.stack] })
        reached.removeAll { $0.place.way != 0 && inside.contains([$0.place.state, $0.place.stack]) }
    }

    private func only(_ reached: [Reached]) -> Int? {
        let way = reached[0].place.way
        return reached.allSatisfy { $0.place.way == way } ? way : nil
    }

    /// The ways that are at each place.
    private func ways(_ reached: [Reached]) -> [[Int]: Set<Int>] {
        var result: [[Int]: Set<Int>] = [:]
        for place in reached.map(\.place) { result[[place.state, place.stack], default: []].insert(place.way) }
        return result
    }

    /// Whether several ways have come to the same place, and no place is left which would still tell them apart.
    private func conflicts(_ reached: [Reached]) -> Bool {
        if reached.allSatisfy({ automaton.states[$0.place.state].kind == .ruleStop }) { return true }
        guard ways(reached).values.contains(where: { $0.count > 1 }) else { return false }
        var states: [Int: Set<Int>] = [:]
        for place in reached.map(\.place) { states[place.state, default: []].insert(place.way) }
        return !states.values.contains { $0.count == 1 }
    }

    /// The way that is the first at every place, if there is one.
    private func settled(_ reached: [Reached]) -> Int? {
        let firsts = Set(ways(reached).values.compactMap { $0.min() })
        return firsts.count == 1 ? firsts.first : nil
    }
}
