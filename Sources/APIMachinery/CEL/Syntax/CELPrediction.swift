// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// Chooses between the ways of a decision by looking ahead as far as is needed: first without regard to the calls under
/// way, and with them only where that leaves two ways open. This is the adaptive LL(*) method of Parr, Harwell and
/// Fisher; which token a fault names depends on it. What has been found without the calls is remembered.
final class CELPrediction: Sendable {
    static let shared = CELPrediction(.shared)

    enum Outcome {
        case way(Int)
        /// No way fits; the token which none takes.
        case none(at: Int)
    }

    /// Places that can be reached by the same tokens, and what follows from that.
    private struct Node {
        var reached: [CELPredictionSearch.Reached]
        /// The only way that is left.
        var way: Int?
        /// Whether the calls have to be looked at.
        var conflicts = false
        /// Where each token leads; nil if nowhere.
        var edges: [CELTokenKind: Int?] = [:]
    }

    private struct Memory {
        var search: CELPredictionSearch
        var nodes: [Node] = []
        var indexes: [[CELPredictionSearch.Reached]: Int] = [:]
        var starts: [[Int]: Int] = [:]
    }

    /// How many nodes are remembered.
    private static let limit = 5_000
    private let automaton: CELAutomaton
    private let memory: Mutex<Memory>

    private init(_ automaton: CELAutomaton) {
        self.automaton = automaton
        memory = Mutex(Memory(search: CELPredictionSearch(automaton, usesCalls: false)))
    }

    /// The way to take, counted from 0.
    ///
    /// - Parameters:
    ///   - tokens: the visible tokens, ending with the end.
    ///   - start: the token at which to decide.
    ///   - precedence: what operators have to reach in the rule under way.
    ///   - calls: where to go on after each rule under way, innermost last.
    func decide(
        _ decision: Int, _ tokens: [CELToken], from start: Int, precedence: Int, calls: () -> [Int]
    ) -> Outcome {
        if let outcome = memory.withLock({ quick(decision, tokens, start, precedence, &$0) }) { return outcome }
        return thorough(decision, tokens, start, precedence, calls())
    }

    /// Decides without the calls; nil if that does not tell the ways apart.
    private func quick(
        _ decision: Int, _ tokens: [CELToken], _ start: Int, _ precedence: Int, _ memory: inout Memory
    ) -> Outcome? {
        if memory.nodes.count > Self.limit {
            memory = Memory(search: CELPredictionSearch(automaton, usesCalls: false))
        }
        var node = first(decision, precedence, &memory)
        for index in start..<tokens.count {
            let kind = tokens[index].kind
            guard let next = edge(node, kind, &memory) else {
                let finished = memory.search.finished(memory.nodes[node].reached)
                return finished.map { .way($0) } ?? .none(at: index)
            }
            if let way = memory.nodes[next].way { return .way(way) }
            if memory.nodes[next].conflicts { return nil }
            node = next
        }
        return memory.nodes[node].reached.map(\.place.way).min().map { .way($0) }
    }

    private func first(_ decision: Int, _ precedence: Int, _ memory: inout Memory) -> Int {
        if let node = memory.starts[[decision, precedence]] { return node }
        let reached = memory.search.start(decision, precedence, stack: 0)
        let node = add(reached, &memory)
        memory.starts[[decision, precedence]] = node
        return node
    }

    private func add(_ reached: [CELPredictionSearch.Reached], _ memory: inout Memory) -> Int {
        if let index = memory.indexes[reached] { return index }
        var node = Node(reached: reached)
        node.way = memory.search.only(reached)
        node.conflicts = node.way == nil && memory.search.conflicts(reached)
        memory.nodes.append(node)
        memory.indexes[reached] = memory.nodes.count - 1
        return memory.nodes.count - 1
    }

    private func edge(_ node: Int, _ kind: CELTokenKind, _ memory: inout Memory) -> Int? {
        if let known = memory.nodes[node].edges[kind] { return known }
        let next = memory.search.step(memory.nodes[node].reached, over: kind)
        let index = next.isEmpty ? nil : add(next, &memory)
        memory.nodes[node].edges[kind] = .some(index)
        return index
    }

    /// Decides with the calls under way.
    private func thorough(
        _ decision: Int, _ tokens: [CELToken], _ start: Int, _ precedence: Int, _ calls: [Int]
    ) -> Outcome {
        var search = CELPredictionSearch(automaton, usesCalls: true)
        let stack = calls.reduce(0) { search.push($1, on: $0) }
        var reached = search.start(decision, precedence, stack: stack)
        for index in start..<tokens.count {
            let next = search.step(reached, over: tokens[index].kind)
            if next.isEmpty { return search.finished(reached).map { .way($0) } ?? .none(at: index) }
            if let way = search.only(next) ?? search.settled(next) { return .way(way) }
            reached = next
        }
        return .way(reached.map(\.place.way).min() ?? 0)
    }
}
