// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why a schema could not be read.
public struct SchemaError: Error, Sendable, CustomStringConvertible {
    public var line: Int
    public var message: String

    public init(line: Int, message: String) {
        self.line = line
        self.message = message
    }

    public var description: String { "line \(line): \(message)" }
}

/// Reads the schema language (`docs/formats/schema.md`).
public struct SchemaParser {
    private var document = SchemaDocument(package: "", version: "")
    private var openType: TypeSchema?
    private var line = 0

    private init() {}

    /// Reads a whole document.
    ///
    /// - Throws: ``SchemaError`` with the line at fault.
    public static func parse(_ text: String) throws(SchemaError) -> SchemaDocument {
        var parser = SchemaParser()
        // by bytes: the server reads its schemas when it starts, and characters take ten times as long
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            parser.line += 1
            try parser.read(line)
        }
        guard parser.openType == nil else { throw parser.fault("the last type is not closed") }
        return parser.document
    }

    private func fault(_ message: String) -> SchemaError { SchemaError(line: line, message: message) }

    private mutating func read(_ text: Substring.UTF8View) throws(SchemaError) {
        let words = try words(of: text)
        guard let first = words.first, first.utf8.first != UInt8(ascii: "#") else { return }
        if openType != nil { return try readMember(words) }
        switch first {
        case "group":
            guard words.count == 4 else { throw fault("expected: group NAME version VERSION") }
            document.package = words[1]
            document.version = words[3]
        case "enum": try readEnum(words)
        case "alias": try readAlias(words)
        case "resource": try readResource(words)
        case "subresource": try readSubresource(words)
        case "type", "kind", "extern": try openType(words)
        default: throw fault("unknown word \(first)")
        }
    }

    private mutating func readEnum(_ words: [String]) throws(SchemaError) {
        guard words.count >= 2, words[1].utf8.last == UInt8(ascii: ":") else {
            throw fault("expected: enum NAME: VALUE...")
        }
        document.enums[String(words[1].dropLast())] = Array(words[2...])
    }

    private mutating func readAlias(_ words: [String]) throws(SchemaError) {
        guard words.count >= 4 else { throw fault("expected: alias NAME = TYPE") }
        document.aliases[words[1]] = AliasSchema(
            type: try expression(words[3][...]), isItemsMessage: words.dropFirst(4).contains("items"))
    }

    private mutating func readResource(_ words: [String]) throws(SchemaError) {
        guard words.count >= 3 else { throw fault("expected: resource PLURAL KIND ...") }
        var resource = ResourceSchema(plural: words[1], kind: words[2], singular: words[1])
        for word in words.dropFirst(3) {
            let (name, value) = split(word)
            switch name {
            case "singular": resource.singular = value
            case "namespaced": resource.isNamespaced = true
            case "verbs": resource.verbs = list(value)
            case "short": resource.shortNames = list(value)
            case "categories": resource.categories = list(value)
            default: throw fault("unknown attribute \(name)")
            }
        }
        document.resources.append(resource)
    }

    private mutating func readSubresource(_ words: [String]) throws(SchemaError) {
        guard words.count == 4, !document.resources.isEmpty else {
            throw fault("expected: subresource NAME KIND verbs=...")
        }
        let verbs = list(split(words[3]).value)
        document.resources[document.resources.count - 1].subresources.append(
            SubresourceSchema(name: words[1], kind: words[2], verbs: verbs))
    }

    private mutating func openType(_ words: [String]) throws(SchemaError) {
        guard words.count >= 2 else { throw fault("expected a name") }
        var type = TypeSchema(
            name: words[1], swiftName: words[1], isKind: words[0] == "kind", hasList: false,
            isExtern: words[0] == "extern")
        for word in words.dropFirst(2) {
            let (name, value) = split(word)
            switch name {
            case "swift": type.swiftName = value
            case "list": type.hasList = true
            case "struct": type.structType = value
            case "{": break
            case "}": break
            default: throw fault("unknown attribute \(name)")
            }
        }
        if type.isExtern || words.last == "}" { document.types.append(type) } else { openType = type }
    }

    private mutating func readMember(_ words: [String]) throws(SchemaError) {
        if words[0] == "}" {
            if let type = openType { document.types.append(type) }
            openType = nil
            return
        }
        let field = try field(words)
        openType?.fields.append(field)
    }

    private func field(_ words: [String]) throws(SchemaError) -> FieldSchema {
        guard words.count >= 2 else { throw fault("expected: NAME: TYPE") }
        let type = try expression(words[1][...])
        var field: FieldSchema
        if words[0] == "inline" {
            field = FieldSchema(name: Self.propertyName(ofInline: type), type: type)
            field.isInline = true
        } else {
            guard words[0].utf8.last == UInt8(ascii: ":") else { throw fault("expected: NAME: TYPE") }
            field = FieldSchema(name: String(words[0].dropLast()), type: type)
        }
        var rest = words.dropFirst(2)
        if rest.first == "=" {
            guard rest.count >= 2, let number = Int(rest[rest.startIndex + 1]) else {
                throw fault("expected a number after =")
            }
            field.number = number
            rest = rest.dropFirst(2)
        }
        for word in rest { try read(attribute: word, into: &field) }
        return field
    }

    private func read(attribute word: String, into field: inout FieldSchema) throws(SchemaError) {
        let (name, value) = split(word)
        switch name {
        case "omitempty": field.omitsEmpty = true
        case "omitzero": field.omitsZero = true
        case "optional": field.isOptional = true
        case "givenempty": field.tellsGivenEmpty = true
        case "required": field.isRequired = true
        case "immutable": field.isImmutable = true
        case "default": field.defaultValue = value
        case "list": (field.listType, field.listMapKeys) = keyed(value)
        case "map": field.mapType = value
        case "struct": field.structType = value
        case "patch":
            let (strategies, keys) = keyed(value)
            field.patchStrategies = list(strategies)
            field.patchMergeKey = keys.first
        default: throw fault("unknown attribute \(name)")
        }
    }

    /// Splits `map(a,b)` into `map` and `[a, b]`.
    private func keyed(_ value: String) -> (String, [String]) {
        let bytes = value.utf8
        guard let open = bytes.firstIndex(of: UInt8(ascii: "(")), bytes.last == UInt8(ascii: ")") else {
            return (value, [])
        }
        return (String(value[..<open]), list(value[bytes.index(after: open)...].dropLast()))
    }

    private func list(_ text: some StringProtocol) -> [String] {
        text.utf8.split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self) }
    }

    private func split(_ word: String) -> (name: String, value: String) {
        guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (word, "") }
        return (String(word[..<equals]), String(word[word.utf8.index(after: equals)...]))
    }

    private func expression(_ text: Substring) throws(SchemaError) -> TypeExpression {
        switch text.utf8.first {
        case UInt8(ascii: "*"): return .pointer(try expression(Substring(text.utf8.dropFirst())))
        case UInt8(ascii: "[") where text.utf8.starts(with: "[]".utf8):
            return .list(try expression(Substring(text.utf8.dropFirst(2))))
        case UInt8(ascii: "m") where text.utf8.starts(with: "map[".utf8):
            guard let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else { break }
            return .map(try expression(text[text.utf8.index(after: end)...]))
        case nil: throw fault("expected a type")
        default: break
        }
        return .named(String(text))
    }

    /// The property that holds an inline structure: the type's name with a small first letter.
    static func propertyName(ofInline type: TypeExpression) -> String {
        guard case .named(let name) = type else { return "inline" }
        let last = name.split(separator: ".").last.map(String.init) ?? name
        return last.prefix(1).lowercased() + last.dropFirst()
    }

    /// Words are separated by spaces; a word may hold a JSON string in double quotes, whose quotes are taken off.
    private func words(of text: Substring.UTF8View) throws(SchemaError) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var isQuoted = false
        var hasWord = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""):
                isQuoted.toggle()
                hasWord = true
            case UInt8(ascii: " ") where !isQuoted:
                if hasWord { words.append(String(decoding: word, as: UTF8.self)) }
                word.removeAll(keepingCapacity: true)
                hasWord = false
            default:
                word.append(byte)
                hasWord = true
            }
        }
        guard !isQuoted else { throw fault("a quote is not closed") }
        if hasWord { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
