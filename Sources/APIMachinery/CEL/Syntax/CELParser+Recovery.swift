// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Going on after faults: ANTLR's default strategy, with the limits that cel-go sets.
extension CELParser {
    /// The tokens that could come next, going on behind the rules under way where these can end.
    func expected(_ from: Int) -> CELTokenSet {
        var following = automaton.next[from]
        guard following.contains(.epsilon) else { return following }
        var result = following
        result.remove(.epsilon)
        for frame in frames.reversed() where following.contains(.epsilon) {
            guard frame.follow >= 0 else { break }
            following = automaton.next[frame.follow]
            result.formUnion(following)
            result.remove(.epsilon)
        }
        if following.contains(.epsilon) { result.insert(.end) }
        return result
    }

    /// The tokens behind all rules under way: where to go on after a fault.
    private func resumption() -> CELTokenSet {
        var result = CELTokenSet()
        for frame in frames where frame.follow >= 0 { result.formUnion(automaton.next[frame.follow]) }
        result.remove(.epsilon)
        return result
    }

    mutating func endRecovery() {
        isRecovering = false
        lastFaultStates = []
        lastFaultIndex = -1
    }

    private mutating func notify(_ text: String, at token: Int) throws(Stop) {
        let offset = tokens[token].start
        guard faults.count < Self.faultLimit else {
            faults.append(Self.tooMany(at: offset))
            throw .faults
        }
        faults.append(CELFault("Syntax error: " + text, at: offset))
    }

    // MARK: What faults say

    /// A text with its line breaks and tabs spelled out.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private func shown(_ token: Int) -> String {
        let token = tokens[token]
        return "'" + (token.kind == .end ? "<EOF>" : Self.escaped(source.text(token.start, token.end))) + "'"
    }

    mutating func report(_ failure: Failure) throws(Stop) {
        guard !isRecovering else { return }
        isRecovering = true
        switch failure {
        case .mismatch:
            try notify("mismatched input \(shown(index)) expecting \(expected(state).text)", at: index)
        case .noWay(let token):
            let end = tokens[token]
            let text = source.text(tokens[index].start, end.kind == .end ? source.scalars.count : end.end)
            let isEnd = tokens[index].kind == .end
            let input = "no viable alternative at input '\(isEnd ? "<EOF>" : Self.escaped(text))'"
            try notify(Self.namingReserved(input), at: token)
        }
    }

    /// A literal in the place of a name is called by its name.
    private static func namingReserved(_ text: String) -> String {
        let start = "no viable alternative at input '"
        let rest = text.dropFirst(start.count).dropFirst()
        for word in ["true", "false", "null"] where rest == word + "'" {
            return "mismatched input '\(word)' expecting IDENTIFIER"
        }
        return text
    }

    private mutating func reportUnwanted() throws(Stop) {
        guard !isRecovering else { return }
        isRecovering = true
        try notify("extraneous input \(shown(index)) expecting \(expected(state).text)", at: index)
    }

    private mutating func reportMissing() throws(Stop) {
        guard !isRecovering else { return }
        isRecovering = true
        try notify("missing \(expected(state).text) at \(shown(index))", at: index)
    }

    // MARK: What is done about them

    /// Looks, before a decision, whether the next token fits at all.
    mutating func sync() throws(Fault) {
        if isRecovering { return }
        let next = automaton.next[state]
        if next.contains(.epsilon) || next.contains(kind) { return }
        switch automaton.states[state].kind {
        case .blockStart, .starLoopEntry:
            if try deleteToken() { return }
            throw .failure(.mismatch)
        case .starLoopBack, .plusLoopBack:
            do {
                try reportUnwanted()
                var set = expected(state)
                set.formUnion(resumption())
                try skip(until: set)
            } catch { throw .stop(error) }
        case .basic, .ruleStop: return
        }
    }

    /// Leaves out one token if what follows it fits.
    private mutating func deleteToken() throws(Fault) -> Bool {
        guard expected(state).contains(token(after: 1)) else { return false }
        do { try reportUnwanted() } catch { throw .stop(error) }
        consume()
        endRecovery()
        return true
    }

    /// A token that does not fit: leaves it out, or goes on as if the one that is missing had been there.
    mutating func recoverInline() throws(Fault) {
        do { try countRecovery() } catch { throw .stop(error) }
        if try deleteToken() { return consume() }
        guard case .tokens(_, let target)? = automaton.states[state].transitions.first else {
            throw .failure(.mismatch)
        }
        let calls = frames.dropFirst().map(\.follow)
        let behind = CELLookahead(automaton: automaton).within(target, calls: calls)
        guard behind.contains(kind) else { throw .failure(.mismatch) }
        do { try reportMissing() } catch { throw .stop(error) }
    }

    private mutating func countRecovery() throws(Stop) {
        if recoveries == Self.recoveryLimit {
            recoveries += 1
            try notify("error recovery attempt limit exceeded: \(Self.recoveryLimit)", at: index)
            throw .recovery
        }
        recoveries += 1
    }

    /// Skips to where one of the rules under way can go on.
    mutating func recover() throws(Stop) {
        try countRecovery()
        if lastFaultIndex == index, lastFaultStates.contains(state) { consume() }
        lastFaultIndex = index
        lastFaultStates.insert(state)
        try skip(until: resumption())
    }

    private mutating func skip(until set: CELTokenSet) throws(Stop) {
        var skipped = 0
        while kind != .end, !set.contains(kind) {
            if skipped >= Self.lookaheadLimit { throw .lookahead }
            skipped += 1
            consume()
        }
    }
}
