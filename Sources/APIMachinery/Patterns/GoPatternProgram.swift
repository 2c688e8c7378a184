// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A pattern as instructions for a machine that follows all ways at once.
struct GoPatternProgram {
    enum Instruction: Sendable {
        case set(GoPatternSet)
        case assertion(GoPatternAssertion)
        case jump(Int)
        /// Two ways, the better one first.
        case split(Int, Int)
        case match
    }

    static let limit = 20_000
    private(set) var instructions: [Instruction] = []

    /// - Returns: whether there was room.
    mutating func add(_ instruction: Instruction) -> Bool {
        instructions.append(instruction)
        return instructions.count <= Self.limit
    }

    mutating func build(_ node: GoPatternNode) -> Bool {
        switch node {
        case .empty: return true
        case .set(let set): return add(.set(set))
        case .assertion(let assertion): return add(.assertion(assertion))
        case .sequence(let nodes): return nodes.allSatisfy { build($0) }
        case .choice(let nodes): return choice(nodes[...])
        case .repeated(let node, let minimum, let maximum, let isGreedy):
            for _ in 0..<minimum {
                guard build(node) else { return false }
            }
            guard let maximum else { return loop(node, isGreedy) }
            return options(node, maximum - minimum, isGreedy)
        }
    }

    private mutating func choice(_ nodes: ArraySlice<GoPatternNode>) -> Bool {
        guard let first = nodes.first else { return true }
        guard nodes.count > 1 else { return build(first) }
        let split = instructions.count
        guard add(.split(split + 1, 0)), build(first) else { return false }
        let jump = instructions.count
        guard add(.jump(0)) else { return false }
        instructions[split] = .split(split + 1, instructions.count)
        guard choice(nodes.dropFirst()) else { return false }
        instructions[jump] = .jump(instructions.count)
        return true
    }

    private mutating func loop(_ node: GoPatternNode, _ isGreedy: Bool) -> Bool {
        let split = instructions.count
        guard add(.split(0, 0)), build(node), add(.jump(split)) else { return false }
        let end = instructions.count
        instructions[split] = isGreedy ? .split(split + 1, end) : .split(end, split + 1)
        return true
    }

    private mutating func options(_ node: GoPatternNode, _ count: Int, _ isGreedy: Bool) -> Bool {
        var splits: [Int] = []
        for _ in 0..<max(count, 0) {
            splits.append(instructions.count)
            guard add(.split(0, 0)), build(node) else { return false }
        }
        let end = instructions.count
        for split in splits { instructions[split] = isGreedy ? .split(split + 1, end) : .split(end, split + 1) }
        return true
    }
}

/// Follows a program over a text: Pike's machine, which takes the match that a search from the left would take first.
struct GoPatternMatcher {
    private let program: [GoPatternProgram.Instruction]
    private let text: [Unicode.Scalar]

    init(_ program: [GoPatternProgram.Instruction], _ text: [Unicode.Scalar]) {
        self.program = program
        self.text = text
    }

    /// The ways under way: where each is, and where its match began.
    private struct Ways {
        var list: [(at: Int, start: Int)] = []
        var seen: [Bool]
    }

    func find(from: Int, anywhere: Bool) -> Range<Int>? {
        var current = Ways(seen: Array(repeating: false, count: program.count))
        var found: Range<Int>?
        var position = from
        while true {
            if found == nil, anywhere || position == from { follow(0, position, position, &current) }
            if current.list.isEmpty, found != nil || !anywhere { break }
            var next = Ways(seen: Array(repeating: false, count: program.count))
            step: for way in current.list {
                switch program[way.at] {
                case .match:
                    found = way.start..<position
                    break step
                case .set(let set):
                    if position < text.count, set.contains(text[position]) {
                        follow(way.at + 1, position + 1, way.start, &next)
                    }
                default: break
                }
            }
            if position >= text.count { break }
            current = next
            position += 1
        }
        return found
    }

    /// Adds a way with all that follows from it without a code point.
    private func follow(_ from: Int, _ position: Int, _ start: Int, _ ways: inout Ways) {
        var open = [from]
        while let at = open.popLast() {
            guard at < program.count, !ways.seen[at] else { continue }
            ways.seen[at] = true
            switch program[at] {
            case .jump(let target): open.append(target)
            case .split(let first, let second):
                open.append(second)
                open.append(first)
            case .assertion(let assertion): if holds(assertion, position) { open.append(at + 1) }
            case .set, .match: ways.list.append((at, start))
            }
        }
    }

    private func holds(_ assertion: GoPatternAssertion, _ position: Int) -> Bool {
        switch assertion {
        case .textStart: return position == 0
        case .textEnd: return position == text.count
        case .lineStart: return position == 0 || text[position - 1] == "\n"
        case .lineEnd: return position == text.count || text[position] == "\n"
        case .wordEdge, .noWordEdge:
            let before = position > 0 && isWord(text[position - 1])
            let after = position < text.count && isWord(text[position])
            return (before != after) == (assertion == .wordEdge)
        }
    }

    private func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) || scalar == "_"
    }
}
