// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The grammar as a network of states: what the parser walks along, looks ahead in, and asks for the tokens that could
/// come next. It has the shape of ANTLR's networks, since the faults that clients see depend on it.
struct CELAutomaton: Sendable {
    enum Transition: Sendable {
        case epsilon(Int)
        case tokens(CELTokenSet, Int)
        /// Into a rule, and where to go on after it.
        case rule(CELRule, precedence: Int, follow: Int)
        case precedence(Int, Int)
        case grow(Int)
    }

    /// What a state is for, as far as recovery from faults looks at it.
    enum Kind: Sendable {
        case basic, ruleStop, blockStart, starLoopEntry, starLoopBack, plusLoopBack
    }

    struct State: Sendable {
        var kind: Kind
        var rule: CELRule
        var transitions: [Transition] = []
        /// For a decision which one token settles: the tokens of each way.
        var lookahead: [CELTokenSet]?
        /// Whether it is the loop of a rule that begins with itself.
        var isPrecedenceLoop = false
        /// Whether a parser stops here to see whether the next token fits.
        var isDecision: Bool { transitions.count > 1 }
    }

    private(set) var states: [State] = []
    private(set) var starts: [Int] = []
    private(set) var stops: [Int] = []
    /// Where parsing goes on after a rule, for all places that call it.
    private(set) var follows: [[Int]] = []
    /// The tokens that can come next in a state; `epsilon` is among them if its rule can end there.
    private(set) var next: [CELTokenSet] = []

    static let shared = CELAutomaton()

    private init() {
        for rule in CELRule.allCases {
            starts.append(add(.basic, rule))
            stops.append(add(.ruleStop, rule))
        }
        follows = Array(repeating: [], count: CELRule.allCases.count)
        for rule in CELRule.allCases {
            let last = build(CELGrammar.pattern(rule), from: starts[rule.rawValue], rule)
            states[last].transitions.append(.epsilon(stops[rule.rawValue]))
        }
        let all = Array(states.indices)
        next = all.map { CELLookahead(automaton: self).local($0) }
        for index in all where states[index].isDecision { states[index].lookahead = oneToken(index) }
    }

    private mutating func add(_ kind: Kind, _ rule: CELRule) -> Int {
        states.append(State(kind: kind, rule: rule))
        return states.count - 1
    }

    /// Adds the states of a pattern behind `from`, and says where it ends.
    private mutating func build(_ pattern: CELPattern, from: Int, _ rule: CELRule) -> Int {
        switch pattern {
        case .token(let kind): return step(from, rule) { .tokens(CELTokenSet([kind]), $0) }
        case .oneOf(let kinds): return step(from, rule) { .tokens(CELTokenSet(kinds), $0) }
        case .precedence(let value): return step(from, rule) { .precedence(value, $0) }
        case .grow: return step(from, rule) { .grow($0) }
        case .rule(let called, let precedence):
            let end = step(from, rule) { .rule(called, precedence: precedence, follow: $0) }
            follows[called.rawValue].append(end)
            return end
        case .sequence(let patterns):
            var last = from
            for pattern in patterns { last = build(pattern, from: last, rule) }
            return last
        case .choice(let patterns): return choice(patterns, from, rule, isOptional: false)
        case .optional(let pattern): return choice([pattern], from, rule, isOptional: true)
        case .many(let pattern): return many(pattern, from, rule)
        case .some(let pattern): return some(pattern, from, rule)
        }
    }

    private mutating func step(_ from: Int, _ rule: CELRule, _ transition: (Int) -> Transition) -> Int {
        let end = add(.basic, rule)
        states[from].transitions.append(transition(end))
        return end
    }

    private mutating func choice(
        _ patterns: [CELPattern], _ from: Int, _ rule: CELRule, isOptional: Bool
    ) -> Int {
        let block = add(.blockStart, rule)
        states[from].transitions.append(.epsilon(block))
        let end = add(.basic, rule)
        for pattern in patterns {
            let first = add(.basic, rule)
            states[block].transitions.append(.epsilon(first))
            let last = build(pattern, from: first, rule)
            states[last].transitions.append(.epsilon(end))
        }
        if isOptional { states[block].transitions.append(.epsilon(end)) }
        return end
    }

    private mutating func many(_ pattern: CELPattern, _ from: Int, _ rule: CELRule) -> Int {
        let entry = add(.starLoopEntry, rule)
        states[from].transitions.append(.epsilon(entry))
        let body = add(.basic, rule)
        states[entry].transitions.append(.epsilon(body))
        let last = build(pattern, from: body, rule)
        let back = add(.starLoopBack, rule)
        states[last].transitions.append(.epsilon(back))
        states[back].transitions.append(.epsilon(entry))
        let end = add(.basic, rule)
        states[entry].transitions.append(.epsilon(end))
        states[entry].isPrecedenceLoop = rule == .relation || rule == .calc || rule == .member
        return end
    }

    private mutating func some(_ pattern: CELPattern, _ from: Int, _ rule: CELRule) -> Int {
        let block = add(.blockStart, rule)
        states[from].transitions.append(.epsilon(block))
        let first = add(.basic, rule)
        states[block].transitions.append(.epsilon(first))
        let last = build(pattern, from: first, rule)
        let back = add(.plusLoopBack, rule)
        states[last].transitions.append(.epsilon(back))
        states[back].transitions.append(.epsilon(block))
        let end = add(.basic, rule)
        states[back].transitions.append(.epsilon(end))
        return end
    }

    /// The tokens of each way of a decision, if they tell the ways apart.
    private func oneToken(_ state: Int) -> [CELTokenSet]? {
        var seen = CELTokenSet()
        var sets: [CELTokenSet] = []
        for transition in states[state].transitions {
            guard case .epsilon(let target) = transition else { return nil }
            guard let set = CELLookahead(automaton: self).global(target), !set.isEmpty else { return nil }
            guard set.isDisjoint(with: seen) else { return nil }
            seen.formUnion(set)
            sets.append(set)
        }
        return sets
    }
}

/// Which tokens can come next.
struct CELLookahead {
    let automaton: CELAutomaton
    private var seen: Set<[Int]> = []
    private var result = CELTokenSet()
    private var sawPrecedence = false

    init(automaton: CELAutomaton) { self.automaton = automaton }

    /// The tokens behind a state up to the end of its rule, which counts as `epsilon`.
    func local(_ state: Int) -> CELTokenSet {
        var search = self
        search.look(state, stack: [], atEnd: { $0.result.insert(.epsilon) })
        return search.result
    }

    /// The tokens behind a state, going on wherever its rule is called from; nil if a precedence is in the way.
    func global(_ state: Int) -> CELTokenSet? {
        var search = self
        search.look(state, stack: [], atEnd: nil)
        return search.sawPrecedence ? nil : search.result
    }

    /// The tokens behind a state, going on behind the calls under way, innermost last; their end is the end of input.
    func within(_ state: Int, calls: [Int]) -> CELTokenSet {
        var search = self
        search.look(state, stack: calls, atEnd: { $0.result.insert(.end) })
        return search.result
    }

    private mutating func look(_ state: Int, stack: [Int], atEnd: ((inout CELLookahead) -> Void)?) {
        guard seen.insert([state] + stack).inserted, stack.count < 4096 else { return }
        let found = automaton.states[state]
        if found.kind == .ruleStop {
            if let last = stack.last { return look(last, stack: Array(stack.dropLast()), atEnd: atEnd) }
            if let atEnd { return atEnd(&self) }
            for follow in automaton.follows[found.rule.rawValue] { look(follow, stack: [], atEnd: nil) }
            return
        }
        for transition in found.transitions {
            switch transition {
            case .epsilon(let target), .grow(let target): look(target, stack: stack, atEnd: atEnd)
            case .precedence(_, let target):
                sawPrecedence = true
                look(target, stack: stack, atEnd: atEnd)
            case .tokens(let set, _): result.formUnion(set)
            case .rule(let rule, _, let follow):
                // A rule that was entered from here is not entered again: the grammar has no empty rules.
                look(automaton.starts[rule.rawValue], stack: stack + [follow], atEnd: atEnd)
            }
        }
    }
}
