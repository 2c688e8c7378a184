// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import SchemaModel

/// All documents together, with every name resolved.
struct GeneratorModel {
    /// What a field is in Swift.
    indirect enum Shape: Equatable {
        case string, int32, int64, bool, double, bytes
        /// A structure with that Swift name.
        case message(String)
        /// A list of strings that protobuf wraps in a message.
        case items
        case optional(Shape)
        case list(Shape)
        case map(Shape)
    }

    /// Swift types written by hand for types that stand in no document, or are `extern` there, by name.
    static let handWritten: [String: String] = [
        "Quantity": "Quantity", "IntOrString": "IntOrString", "RawExtension": "RawExtension", "Time": "Time",
        "MicroTime": "MicroTime", "Duration": "MetaDuration", "FieldsV1": "FieldsV1", "JSON": "JSONRaw",
        "JSONSchemaPropsOrArray": "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool": "JSONSchemaPropsOrBool",
        "JSONSchemaPropsOrStringArray": "JSONSchemaPropsOrStringArray",
    ]

    let documents: [String: SchemaDocument]
    private var typesBySwiftName: [String: (TypeSchema, SchemaDocument)] = [:]
    /// Kinds that other types hold: they remember whether they were given `kind` and `apiVersion`.
    private(set) var embeddedKinds: Set<String> = []

    init(_ documents: [SchemaDocument]) {
        self.documents = Dictionary(uniqueKeysWithValues: documents.map { ($0.key, $0) })
        for document in documents {
            for type in document.types where !type.isExtern { typesBySwiftName[type.swiftName] = (type, document) }
        }
        for document in documents {
            for field in document.types.flatMap(\.fields) {
                guard let name = message(in: shape(of: field.type, in: document)),
                    typesBySwiftName[name]?.0.isKind == true
                else { continue }
                embeddedKinds.insert(name)
            }
        }
    }

    func shape(of expression: TypeExpression, in document: SchemaDocument) -> Shape {
        switch expression {
        case .pointer(let inner): return .optional(shape(of: inner, in: document))
        case .list(.named("byte")): return .bytes
        case .list(let inner): return .list(shape(of: inner, in: document))
        case .map(let inner): return .map(shape(of: inner, in: document))
        case .named(let name): return shape(ofNamed: name, in: document)
        }
    }

    /// The structure that a shape holds, if any.
    private func message(in shape: Shape) -> String? {
        switch shape {
        case .message(let name): name
        case .optional(let inner), .list(let inner), .map(let inner): message(in: inner)
        default: nil
        }
    }

    private func shape(ofNamed name: String, in document: SchemaDocument) -> Shape {
        switch name {
        case "string": return .string
        case "int32": return .int32
        case "int64": return .int64
        case "bool": return .bool
        case "float64": return .double
        default: break
        }
        var home = document
        var local = name
        if let slash = name.firstIndex(of: "/"), let dot = name[slash...].firstIndex(of: ".") {
            guard let other = documents[String(name[..<dot])] else { return .message(unknown(name)) }
            home = other
            local = String(name[name.index(after: dot)...])
        }
        if home.enums[local] != nil { return .string }
        if let alias = home.aliases[local] { return alias.isItemsMessage ? .items : shape(of: alias.type, in: home) }
        if let swift = Self.handWritten[local] { return .message(swift) }
        guard let type = home.types.first(where: { $0.name == local }) else { return .message(unknown(name)) }
        return .message(type.swiftName)
    }

    /// A name that does not compile, so that a wrong reference is found with its name in the message.
    private func unknown(_ name: String) -> String {
        "UnknownType_" + name.map { $0.isLetter ? String($0) : "_" }.joined()
    }

    // MARK: - sizes

    /// Structures larger than so many bytes are boxed where another structure holds them.
    private static let inlineLimit = 256
    /// The same for optional ones: most are absent.
    private static let optionalInlineLimit = 32

    func isBoxed(_ shape: Shape) -> Bool {
        switch shape {
        case .message(let name): return size(ofMessage: name, seen: []) > Self.inlineLimit
        case .optional(.message(let name)): return size(ofMessage: name, seen: []) > Self.optionalInlineLimit
        default: return false
        }
    }

    private func size(ofMessage name: String, seen: Set<String>) -> Int {
        guard !seen.contains(name) else { return .max / 4 }
        guard let (type, document) = typesBySwiftName[name] else { return handWrittenSize(name) }
        var total = 0
        for field in type.fields {
            let size = size(of: shape(of: field.type, in: document), seen: seen.union([name]))
            total = min(total + size, .max / 4)
        }
        return total
    }

    private func handWrittenSize(_ name: String) -> Int {
        name.hasPrefix("JSONSchemaProps") ? 16 : name == "Quantity" || name.hasSuffix("Time") ? 16 : 8
    }

    private func size(of shape: Shape, seen: Set<String>) -> Int {
        switch shape {
        case .bool: return 1
        case .int32: return 4
        case .string: return 16
        case .int64, .double, .bytes, .items, .list, .map: return 8
        case .message(let name):
            let size = size(ofMessage: name, seen: seen)
            return size > Self.inlineLimit ? 8 : size
        case .optional(.message(let name)):
            let size = size(ofMessage: name, seen: seen)
            return size > Self.optionalInlineLimit ? 8 : size + 1
        case .optional(.string): return 16
        case .optional(let inner): return self.size(of: inner, seen: seen) + 1
        }
    }

    // MARK: - names

    private static let keywords: Set<String> = [
        "default", "operator", "protocol", "continue", "self", "case", "in", "is", "as", "for", "where", "extension",
        "internal",
        "public", "static", "init", "class", "struct", "enum", "func", "import", "let", "var", "if", "else", "switch",
        "repeat",
        "return", "throw", "try", "true", "false", "nil", "any", "some", "private", "break", "guard", "do", "while",
        "super", "Type",
    ]

    /// The Swift property of a JSON field.
    static func givenEmptyProperty(_ json: String) -> String {
        "hasGivenEmpty" + json.prefix(1).uppercased() + json.dropFirst()
    }

    static func property(_ json: String) -> String {
        var words = json.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
        if words.isEmpty { words = ["value"] }
        var name = words[0].prefix(1).lowercased() + words[0].dropFirst()
        for word in words.dropFirst() { name += word.prefix(1).uppercased() + word.dropFirst() }
        return keywords.contains(name) ? "`\(name)`" : name
    }

    /// The Swift constant of an enum value.
    static func constant(_ value: String) -> String {
        if value.isEmpty { return "unset" }
        if value == "IPv4" || value == "IPv6" { return value.lowercased() }
        if value.hasSuffix("-") { return constant(value + "Prefix") }
        let marked = value.replacing("+", with: " plus ").replacing(
            "-", with: value.hasPrefix("SIGRTMAX") ? " minus " : " ")
        let words = marked.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        guard let first = words.first else { return "symbol" }
        var name = lowerFirst(first)
        for word in words.dropFirst() { name += word.prefix(1).uppercased() + word.dropFirst() }
        if name.first?.isNumber == true { name = "value" + name }
        return keywords.contains(name) ? "`\(name)`" : name
    }

    /// `HTTPGet` -> `httpGet`, `TCP` -> `tcp`, `Running` -> `running`.
    static func lowerFirst(_ word: String) -> String {
        let run = word.prefix { $0.isUppercase }
        if run.count <= 1 { return word.prefix(1).lowercased() + word.dropFirst() }
        if run.count == word.count { return word.lowercased() }
        let next = word[run.endIndex]
        let keep = next.isLowercase ? run.count - 1 : run.count
        return word.prefix(keep).lowercased() + word.dropFirst(keep)
    }
}
