// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Makes an expression of the parser's tree.
struct CELTreeBuilder {
    private let parser: CELParser
    private let macros: CELMacros
    private var nextID = 0
    private(set) var faults: [CELFault] = []

    static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
        "package", "namespace", "null", "return", "true", "var", "void", "while",
    ]

    init(_ parser: CELParser, macros: CELMacros) {
        self.parser = parser
        self.macros = macros
    }

    /// The expression of a parser without faults.
    mutating func build() -> CELExpression {
        guard let first = parser.nodes.indices.first, let node = childNodes(first).first else {
            return fault("", at: 0)
        }
        return expression(node)
    }

    // MARK: Nodes

    mutating func make(_ kind: CELExpression.Kind, at offset: Int) -> CELExpression {
        nextID += 1
        return CELExpression(id: nextID, offset: offset, kind: kind)
    }

    mutating func fault(_ text: String, at offset: Int) -> CELExpression {
        faults.append(CELFault(text, at: offset))
        return make(.literal(.string("<<error>>")), at: offset)
    }

    private func childNodes(_ node: Int) -> [Int] {
        parser.nodes[node].children.compactMap { if case .node(let child) = $0 { child } else { nil } }
    }

    private func childTokens(_ node: Int) -> [CELToken] {
        parser.nodes[node].children.compactMap {
            if case .token(let token) = $0 { parser.tokens[token] } else { nil }
        }
    }

    private func offset(_ node: Int) -> Int { parser.tokens[parser.nodes[node].start].start }

    private func text(_ token: CELToken) -> String { parser.source.text(token.start, token.end) }

    private mutating func expression(_ from: Int) -> CELExpression {
        var node = from
        // Most rules only pass on to the next.
        while parser.nodes[node].children.count == 1, case .node(let child) = parser.nodes[node].children[0] {
            node = child
        }
        let nodes = childNodes(node)
        let tokens = childTokens(node)
        switch parser.nodes[node].rule {
        case .expr where nodes.count == 3:
            let condition = expression(nodes[0])
            let arguments = [condition, expression(nodes[1]), expression(nodes[2])]
            return make(
                .call(CELOperator.conditional, target: nil, arguments: arguments), at: tokens[0].start)
        case .conditionalOr: return balanced(nodes, tokens, CELOperator.or)
        case .conditionalAnd: return balanced(nodes, tokens, CELOperator.and)
        case .relation, .calc:
            guard nodes.count == 2, let name = tokens.first.flatMap({ CELOperator.binary($0.kind) }) else { break }
            let arguments = [expression(nodes[0]), expression(nodes[1])]
            return make(.call(name, target: nil, arguments: arguments), at: tokens[0].start)
        case .unary: return unary(nodes, tokens)
        case .member: return member(nodes, tokens)
        case .primary: return primary(node, nodes, tokens)
        case .literal: return literal(node, tokens)
        default: break
        }
        return fault("unsupported expression", at: offset(node))
    }

    /// Terms under one operator as a tree that is not deeper than it has to be.
    private mutating func balanced(_ nodes: [Int], _ operators: [CELToken], _ name: String) -> CELExpression {
        let terms = nodes.map { expression($0) }
        return balanced(terms, operators, name, 0, operators.count - 1)
    }

    private mutating func balanced(
        _ terms: [CELExpression], _ operators: [CELToken], _ name: String, _ low: Int, _ high: Int
    ) -> CELExpression {
        let middle = (low + high + 1) / 2
        let left = middle == low ? terms[middle] : balanced(terms, operators, name, low, middle - 1)
        let right = middle == high ? terms[middle + 1] : balanced(terms, operators, name, middle + 1, high)
        return make(.call(name, target: nil, arguments: [left, right]), at: operators[middle].start)
    }

    private mutating func unary(_ nodes: [Int], _ tokens: [CELToken]) -> CELExpression {
        let operand = expression(nodes[0])
        guard !tokens.count.isMultiple(of: 2) else { return operand }
        let name = tokens[0].kind == .minus ? CELOperator.negate : CELOperator.not
        return make(.call(name, target: nil, arguments: [operand]), at: tokens[0].start)
    }

    // MARK: Members

    private mutating func member(_ nodes: [Int], _ tokens: [CELToken]) -> CELExpression {
        let operand = expression(nodes[0])
        let isOptional = tokens.count > 1 && tokens[1].kind == .question
        if tokens[0].kind == .leftBracket {
            let name = isOptional ? CELOperator.optionalIndex : CELOperator.index
            let arguments = [operand, expression(nodes[1])]
            return make(.call(name, target: nil, arguments: arguments), at: tokens[0].start)
        }
        if tokens.count >= 4, tokens[1].kind == .identifier {
            let arguments = nodes.count > 1 ? childNodes(nodes[1]).map { expression($0) } : []
            return call(text(tokens[1]), target: operand, arguments, at: tokens[2].start)
        }
        guard let name = childTokens(nodes[1]).first else { return operand }
        if name.kind == .escapedIdentifier { return fault("unsupported syntax: '`'", at: name.start) }
        guard isOptional else {
            return make(.select(operand, field: text(name), isTest: false), at: tokens[0].start)
        }
        let field = make(.literal(.string(text(name))), at: name.start)
        return make(
            .call(CELOperator.optionalSelect, target: nil, arguments: [operand, field]), at: tokens[0].start)
    }

    private mutating func call(
        _ name: String, target: CELExpression?, _ arguments: [CELExpression], at offset: Int
    ) -> CELExpression {
        var factory = CELMacroFactory(offset: offset, builder: self)
        do throws(CELFault) {
            let expanded = try macros.expand(name, target: target, arguments, &factory)
            self = factory.builder
            if let expanded { return expanded }
        } catch {
            self = factory.builder
            return fault(error.message, at: error.offset ?? offset)
        }
        return make(.call(name, target: target, arguments: arguments), at: offset)
    }

    private mutating func primary(_ node: Int, _ nodes: [Int], _ tokens: [CELToken]) -> CELExpression {
        let hasDot = tokens[0].kind == .dot
        let rest = hasDot ? Array(tokens.dropFirst()) : tokens
        switch rest[0].kind {
        case .leftParenthesis: return expression(nodes[0])
        case .leftBracket: return list(nodes, at: rest[0].start)
        case .leftBrace: return map(nodes, at: rest[0].start)
        default: break
        }
        if let brace = rest.first(where: { $0.kind == .leftBrace }) {
            let names = rest.prefix { $0.kind != .leftBrace }.filter { $0.kind == .identifier }.map { text($0) }
            let name = (hasDot ? "." : "") + names.joined(separator: ".")
            return message(name, nodes, at: brace.start)
        }
        let name = text(rest[0])
        if Self.reserved.contains(name) { return fault("reserved identifier: \(name)", at: offset(node)) }
        let full = hasDot ? "." + name : name
        guard rest.count > 1 else { return make(.name(full), at: rest[0].start) }
        let arguments = nodes.isEmpty ? [] : childNodes(nodes[0]).map { expression($0) }
        return call(full, target: nil, arguments, at: rest[1].start)
    }

    private mutating func list(_ nodes: [Int], at offset: Int) -> CELExpression {
        var elements: [CELExpression] = []
        var optional: Set<Int> = []
        for (index, item) in (nodes.first.map(childNodes) ?? []).enumerated() {
            if isMarked(item) { optional.insert(index) }
            elements.append(expression(childNodes(item)[0]))
        }
        return make(.list(elements, optional: optional), at: offset)
    }

    private mutating func map(_ nodes: [Int], at offset: Int) -> CELExpression {
        var entries: [CELExpression.Entry] = []
        let parts = nodes.first.map(childNodes) ?? []
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            let key = expression(childNodes(parts[index])[0])
            let value = expression(parts[index + 1])
            entries.append(CELExpression.Entry(key: key, value: value, isOptional: isMarked(parts[index])))
        }
        return make(.map(entries), at: offset)
    }

    private mutating func message(_ name: String, _ nodes: [Int], at offset: Int) -> CELExpression {
        var fields: [CELExpression.Field] = []
        let parts = nodes.first.map(childNodes) ?? []
        let colons = (nodes.first.map(childTokens) ?? []).filter { $0.kind == .colon }
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            guard let field = childNodes(parts[index]).first.flatMap({ childTokens($0).first }) else { continue }
            if field.kind == .escapedIdentifier { _ = fault("unsupported syntax: '`'", at: field.start) }
            fields.append(
                CELExpression.Field(
                    name: text(field), value: expression(parts[index + 1]), isOptional: isMarked(parts[index]),
                    offset: colons[index / 2].start))
        }
        return make(.message(name, fields), at: offset)
    }

    /// Whether a question mark stands before it.
    private func isMarked(_ node: Int) -> Bool { childTokens(node).first?.kind == .question }

    // MARK: Literals

    private mutating func literal(_ node: Int, _ tokens: [CELToken]) -> CELExpression {
        let at = offset(node)
        let text = tokens.map { self.text($0) }.joined()
        switch tokens[tokens.count - 1].kind {
        case .int:
            guard let value = CELNumbers.int(text) else { return fault("invalid int literal", at: at) }
            return make(.literal(.int(value)), at: at)
        case .uint:
            guard let value = CELNumbers.uint(String(text.dropLast())) else {
                return fault("invalid uint literal", at: at)
            }
            return make(.literal(.uint(value)), at: at)
        case .double:
            guard let value = Double(text), value.isFinite else { return fault("invalid double literal", at: at) }
            return make(.literal(.double(value)), at: at)
        case .string, .bytes: return quoted(text, isBytes: tokens[0].kind == .bytes, at: at)
        case .true: return make(.literal(.bool(true)), at: at)
        case .false: return make(.literal(.bool(false)), at: at)
        default: return make(.literal(.null), at: at)
        }
    }

    private mutating func quoted(_ text: String, isBytes: Bool, at offset: Int) -> CELExpression {
        do throws(CELFault) {
            if isBytes { return make(.literal(.bytes(try CELQuoting.bytes(text))), at: offset) }
            return make(.literal(.string(try CELQuoting.string(text))), at: offset)
        } catch {
            return fault(error.message, at: offset)
        }
    }
}
