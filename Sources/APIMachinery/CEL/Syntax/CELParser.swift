// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A node of the tree that the parser makes of an expression: a rule with what it consists of.
struct CELTreeNode: Sendable {
    enum Child: Sendable {
        case token(Int)
        case node(Int)
    }

    var rule: CELRule
    var children: [Child] = []
    var start: Int
}

/// Walks along the grammar's network and makes a tree of an expression; goes on after faults as the parsers do that
/// ANTLR generates, so that the same faults are found.
struct CELParser {
    /// How deep rules may be nested.
    static let depthLimit = 250
    static let recoveryLimit = 30
    static let lookaheadLimit = 256
    static let faultLimit = 100

    /// A rule under way.
    struct Frame {
        var rule: CELRule
        var node: Int
        /// Where to go on after it.
        var follow: Int
        var precedence: Int
        /// How many nodes it has become by growing to the left.
        var grown = 1
    }

    /// What ends parsing at once.
    enum Stop: Error {
        case recursion, recovery, lookahead, faults
    }

    /// What makes a rule give up.
    enum Failure: Error {
        case mismatch
        case noWay(at: Int)
    }

    let automaton = CELAutomaton.shared
    let source: CELSource
    /// All tokens, hidden ones too.
    let all: [CELToken]
    /// The tokens that the grammar speaks of.
    let tokens: [CELToken]
    private(set) var nodes: [CELTreeNode] = []
    var faults: [CELFault]
    var frames: [Frame] = []
    var state = 0
    var index = 0
    private var depths = Array(repeating: 0, count: CELRule.allCases.count)
    // Recovery.
    var isRecovering = false
    var lastFaultIndex = -1
    var lastFaultStates: Set<Int> = []
    var recoveries = 0

    init(_ source: CELSource) {
        self.source = source
        let lexer = CELLexer(source)
        all = lexer.tokens
        tokens = lexer.tokens.filter { !$0.isHidden }
        faults = lexer.faults
        if faults.count > Self.faultLimit {
            faults = Array(faults.prefix(Self.faultLimit))
            faults.append(Self.tooMany(at: faults.last?.offset))
            return
        }
        do throws(Stop) {
            try parse()
        } catch {
            switch error {
            case .recursion:
                faults.append(CELFault("expression recursion limit exceeded: \(Self.depthLimit)", at: nil))
            case .lookahead:
                let text = "error recovery token lookahead limit exceeded: \(Self.lookaheadLimit)"
                faults.append(CELFault(text, at: nil))
            // Both have said so where they happened.
            case .recovery, .faults: break
            }
        }
    }

    static func tooMany(at offset: Int?) -> CELFault {
        CELFault("Syntax error: More than \(faultLimit) syntax errors", at: offset)
    }

    var kind: CELTokenKind { tokens[index].kind }

    func token(after count: Int) -> CELTokenKind { tokens[min(index + count, tokens.count - 1)].kind }

    mutating func consume() {
        if let frame = frames.last, kind != .end { nodes[frame.node].children.append(.token(index)) }
        if index < tokens.count - 1 { index += 1 }
    }

    // MARK: Rules

    private mutating func parse() throws(Stop) {
        try enter(.start, precedence: 0, follow: -1)
        while !frames.isEmpty {
            do {
                try walk()
            } catch {
                switch error {
                case .stop(let stop): throw stop
                case .failure(let failure):
                    try report(failure)
                    try recover()
                    leave()
                }
            }
        }
    }

    /// Either of the two ways in which a step can fail.
    enum Fault: Error {
        case stop(Stop)
        case failure(Failure)
    }

    private mutating func enter(_ rule: CELRule, precedence: Int, follow: Int) throws(Stop) {
        nodes.append(CELTreeNode(rule: rule, start: index))
        let node = nodes.count - 1
        if let frame = frames.last { nodes[frame.node].children.append(.node(node)) }
        frames.append(Frame(rule: rule, node: node, follow: follow, precedence: precedence))
        state = automaton.starts[rule.rawValue]
        try deepen(rule)
    }

    private mutating func deepen(_ rule: CELRule) throws(Stop) {
        depths[rule.rawValue] += 1
        if depths[rule.rawValue] > Self.depthLimit { throw .recursion }
    }

    private mutating func leave() {
        guard let frame = frames.popLast() else { return }
        depths[frame.rule.rawValue] -= frame.grown
        state = frame.follow
    }

    /// Wraps the node of the rule under way into a new one of the same rule.
    private mutating func grow() throws(Stop) {
        guard let frame = frames.last else { return }
        nodes.append(CELTreeNode(rule: frame.rule, children: [.node(frame.node)], start: nodes[frame.node].start))
        let node = nodes.count - 1
        frames[frames.count - 1].node = node
        frames[frames.count - 1].grown += 1
        if frames.count > 1 {
            let parent = frames[frames.count - 2].node
            nodes[parent].children[nodes[parent].children.count - 1] = .node(node)
        }
        try deepen(frame.rule)
    }

    /// One step from the state under way.
    private mutating func walk() throws(Fault) {
        let current = automaton.states[state]
        if current.kind == .ruleStop { return leave() }
        if current.kind == .starLoopBack { try sync() }
        guard let transition = current.transitions.first else { return leave() }
        if current.isDecision || current.kind == .blockStart { return try choose(current) }
        if current.kind == .starLoopBack, case .epsilon(let entry) = transition {
            // The loop's entry has been looked at from here; it is not looked at a second time.
            state = entry
            return try take(automaton.states[entry])
        }
        switch transition {
        case .epsilon(let target), .precedence(_, let target): state = target
        case .grow(let target):
            state = target
            do { try grow() } catch { throw .stop(error) }
        case .rule(let rule, let precedence, let follow):
            do { try enter(rule, precedence: precedence, follow: follow) } catch { throw .stop(error) }
        case .tokens(let set, let target):
            try match(set)
            state = target
        }
    }

    private mutating func choose(_ current: CELAutomaton.State) throws(Fault) {
        try sync()
        try take(current)
    }

    private mutating func take(_ current: CELAutomaton.State) throws(Fault) {
        let way = current.isDecision ? try way(current) : 0
        guard current.transitions.indices.contains(way), case .epsilon(let target) = current.transitions[way] else {
            throw .failure(.noWay(at: index))
        }
        state = target
    }

    /// Which way a decision takes.
    private func way(_ current: CELAutomaton.State) throws(Fault) -> Int {
        if let lookahead = current.lookahead {
            if let way = lookahead.firstIndex(where: { $0.contains(kind) }) { return way }
            // A loop or an option that nothing fits is passed by; the fault is found behind it.
            if current.kind == .blockStart, !isOptional(current) { throw .failure(.noWay(at: index)) }
            return current.transitions.count - 1
        }
        let outcome = CELPrediction.shared.decide(
            state, tokens, from: index, precedence: frames.last?.precedence ?? 0
        ) { frames.dropFirst().map(\.follow) }
        switch outcome {
        case .way(let way): return way
        case .none(let token): throw .failure(.noWay(at: token))
        }
    }

    /// Whether the last way of a block is to pass it by.
    private func isOptional(_ current: CELAutomaton.State) -> Bool {
        guard case .epsilon(let target) = current.transitions[current.transitions.count - 1] else { return false }
        guard case .epsilon(let first) = current.transitions[0] else { return false }
        return target < first
    }

    private mutating func match(_ set: CELTokenSet) throws(Fault) {
        if set.contains(kind) {
            endRecovery()
            consume()
            return
        }
        try recoverInline()
    }
}
