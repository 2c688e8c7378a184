// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import SchemaModel

/// Writes the Swift files.
struct SwiftEmitter {
    let model: GeneratorModel

    static let header = """
        // SPDX-License-Identifier: Apache-2.0
        // Copyright the Martlet authors
        // Generated from Schema/ while building.


        """

    static let codecHeader = header + "public import Wire\n\n"

    func files(for inputs: [SchemaInput]) -> [GeneratedFile] {
        var files: [GeneratedFile] = []
        for input in inputs {
            let types = input.document.types.filter { !$0.isExtern }
            files.append(
                GeneratedFile(
                    name: "\(input.stem)+Types.swift",
                    text: Self.header + (types.allSatisfy(\.isKind) ? "import Wire\n\n" : "public import Wire\n\n")
                        + TypeEmitter(model: model, document: input.document).text(types)))
            files.append(
                GeneratedFile(
                    name: "\(input.stem)+JSON.swift",
                    text: Self.codecHeader + JSONEmitter(model: model, document: input.document).text(types)))
            files.append(
                GeneratedFile(
                    name: "\(input.stem)+Protobuf.swift",
                    text: Self.codecHeader + ProtobufEmitter(model: model, document: input.document).text(types)))
        }
        let documents = inputs.map(\.document)
        files.append(GeneratedFile(name: "Resources.swift", text: Self.header + resources(documents)))
        files.append(GeneratedFile(name: "Kinds.swift", text: Self.header + kinds(documents)))
        files.append(GeneratedFile(name: "SchemaText.swift", text: Self.header + schemaText(inputs)))
        return files
    }

    /// The table of all REST resources.
    private func resources(_ documents: [SchemaDocument]) -> String {
        var text = "extension ResourceInfo {\n    /// Every REST resource of the API, by group, version and name.\n"
        text += "    public static let all: [ResourceInfo] = [\n"
        for document in documents {
            for resource in document.resources { text += "        " + literal(resource, document) + ",\n" }
        }
        return text + "    ]\n}\n"
    }

    private func literal(_ resource: ResourceSchema, _ document: SchemaDocument) -> String {
        let subresources = resource.subresources.map { sub in
            let parts = sub.kind.split(separator: ".")
            let home =
                sub.kind.contains("/")
                ? sub.kind.prefix(through: sub.kind.lastIndex(of: ".") ?? sub.kind.startIndex).dropLast() : ""
            let kind = parts.last.map(String.init) ?? sub.kind
            let group =
                home.isEmpty ? document.group : String(home.split(separator: "/")[0]).replacing("core", with: "")
            let version = home.isEmpty ? document.version : String(home.split(separator: "/")[1])
            return
                "SubresourceInfo(name: \"\(sub.name)\", group: \"\(group)\", version: \"\(version)\", kind: \"\(kind)\", verbs: \(list(sub.verbs)))"
        }
        return """
            ResourceInfo(group: "\(document.group)", version: "\(document.version)", plural: "\(resource.plural)", \
            singular: "\(resource.singular)", kind: "\(resource.kind)", isNamespaced: \(resource.isNamespaced), \
            verbs: \(list(resource.verbs)), shortNames: \(list(resource.shortNames)), \
            categories: \(list(resource.categories)), subresources: [\(subresources.joined(separator: ", "))])
            """
    }

    private func list(_ words: [String]) -> String { "[" + words.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }

    /// The table of all kinds.
    private func kinds(_ documents: [SchemaDocument]) -> String {
        var text =
            "extension KindTable {\n    /// The Swift type of every kind.\n    static let all: [any TopLevelObject.Type] = [\n"
        for document in documents {
            for type in document.types where type.isKind && !type.isExtern {
                text += "        \(type.swiftName).self,\n"
            }
        }
        return text + "    ]\n}\n"
    }

    /// The schemas themselves, for what needs field metadata at run time.
    private func schemaText(_ inputs: [SchemaInput]) -> String {
        var text = "extension Schema {\n    static let texts: [(key: String, text: StaticString)] = [\n"
        for input in inputs {
            text += "        (\"\(input.document.key)\", ##\"\"\"\n\(input.text)\n\"\"\"##),\n"
        }
        return text + "    ]\n}\n"
    }
}
