// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import SchemaModel

/// Writes the structures and the enum constants of one document.
struct TypeEmitter {
    let model: GeneratorModel
    let document: SchemaDocument

    /// Enum names that Swift keeps for itself or that are too common.
    private static let renamed = ["Protocol": "TransportProtocol"]

    func text(_ types: [TypeSchema]) -> String {
        types.map(structure).joined() + document.enums.keys.sorted().map(constants).joined()
    }

    static func swiftType(_ shape: GeneratorModel.Shape) -> String {
        switch shape {
        case .string: "String"
        case .int32: "Int32"
        case .int64: "Int64"
        case .bool: "Bool"
        case .double: "Double"
        case .bytes: "[UInt8]"
        case .items: "[String]"
        case .message(let name): name
        case .optional(let inner): swiftType(inner) + "?"
        case .list(let inner): "[" + swiftType(inner) + "]"
        case .map(let inner): "[String: " + swiftType(inner) + "]"
        }
    }

    static func zero(_ shape: GeneratorModel.Shape) -> String {
        switch shape {
        case .string: " = \"\""
        case .int32, .int64: " = 0"
        case .bool: " = false"
        case .double: " = 0"
        case .bytes, .items, .list: " = []"
        case .message(let name): " = \(name)()"
        case .optional: ""
        case .map: " = [:]"
        }
    }

    private func structure(_ type: TypeSchema) -> String {
        var text = "/// `\(type.name)` of \(document.key).\npublic struct \(type.swiftName): \(conformances(type)) {\n"
        for field in type.fields {
            let shape = model.shape(of: field.type, in: document)
            let property = GeneratorModel.property(field.name)
            text += "    /// JSON `\(field.isInline ? "(inline)" : field.name)`.\n"
            if model.isBoxed(shape) {
                let wrapper = if case .optional = shape { "@OptionalBoxed" } else { "@Boxed" }
                text += "    \(wrapper) public var \(property): \(Self.swiftType(shape))\n"
            } else {
                text += "    public var \(property): \(Self.swiftType(shape))\(Self.zero(shape))\n"
            }
        }
        for field in type.fields where field.tellsGivenEmpty {
            text += "    /// Whether `\(field.name)` was written as an empty list.\n"
            text += "    public var \(GeneratorModel.givenEmptyProperty(field.name)) = false\n"
        }
        if model.embeddedKinds.contains(type.swiftName) {
            text +=
                "    /// Whether, inside another object, it carries `kind` and `apiVersion`.\n    public var isTyped = false\n"
        }
        text += "    public init() {}\n"
        if type.isKind { text += kindMembers(type) }
        return text + "}\n\n"
    }

    private func conformances(_ type: TypeSchema) -> String {
        guard type.isKind else { return "WireValue" }
        var names: [String] = []
        if isObject(type) {
            names.append(resourceIndex(type) == nil ? "KubernetesObject" : "RESTObject")
            if hasField(type, "spec") { names.append("SpecObject") }
            if hasField(type, "status") { names.append("StatusObject") }
        } else {
            names.append("TopLevelObject")
        }
        return names.joined(separator: ", ")
    }

    private func isObject(_ type: TypeSchema) -> Bool {
        type.fields.contains {
            $0.name == "metadata" && model.shape(of: $0.type, in: document) == .message("ObjectMeta")
        }
    }

    private func hasField(_ type: TypeSchema, _ name: String) -> Bool {
        type.fields.contains { field in
            guard field.name == name, case .message = model.shape(of: field.type, in: document) else { return false }
            return true
        }
    }

    private func resourceIndex(_ type: TypeSchema) -> Int? { document.resources.firstIndex { $0.kind == type.name } }

    private func kindMembers(_ type: TypeSchema) -> String {
        let group = document.package == "meta" ? "" : document.group
        var text = """
                public static var group: String { "\(group)" }
                public static var version: String { "\(document.version)" }
                public static var kind: String { "\(type.name)" }

            """
        if isObject(type), let index = resourceIndex(type) {
            let plural = document.resources[index].plural
            text += """
                    public static let resource = ResourceInfo.required(group: "\(group)", version: "\(document.version)", plural: "\(plural)")

                """
        }
        return text
    }

    private func constants(_ name: String) -> String {
        guard let values = document.enums[name] else { return "" }
        // A name that two documents have stands in the first of them, if the values are the same.
        let owner = model.documents.keys.sorted().first { model.documents[$0]?.enums[name] == values }
        guard owner == document.key else { return "" }
        let clashes = model.documents.values.contains {
            $0.key != document.key && $0.enums[name] != nil && $0.enums[name] != values
        }
        let isTaken = model.documents.values.contains { $0.types.contains { $0.swiftName == name } }
        let swiftName =
            Self.renamed[name] ?? (clashes && document.package != "core" || isTaken ? groupPrefix + name : name)
        var text = "/// The values of `\(name)` in \(document.key).\npublic enum \(swiftName) {\n"
        for value in values {
            text += "    public static let \(GeneratorModel.constant(value)) = \"\(value)\"\n"
        }
        text += "    /// Every value, in alphabetical order.\n"
        text += "    public static let allValues: [String] = [\(values.map { "\"\($0)\"" }.joined(separator: ", "))]\n"
        return text + "}\n\n"
    }

    /// `admissionregistration.k8s.io` -> `Admissionregistration`.
    private var groupPrefix: String {
        let first = document.package.split(separator: ".").first.map(String.init) ?? ""
        return first.prefix(1).uppercased() + first.dropFirst()
    }
}
