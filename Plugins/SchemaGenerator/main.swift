// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import SchemaModel

/// Reads all schemas of a folder and writes the Swift files of `KubernetesAPI` to another.
func run(_ arguments: [String]) throws {
    guard arguments.count == 3 else {
        throw SchemaError(line: 0, message: "usage: SchemaGenerator SCHEMA-FOLDER OUTPUT-FOLDER")
    }
    let folder = URL(fileURLWithPath: arguments[1])
    let output = URL(fileURLWithPath: arguments[2])
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "schema" }
        .sorted { $0.path < $1.path }
    var inputs: [SchemaInput] = []
    for file in files {
        let text = try String(contentsOf: file, encoding: .utf8)
        do throws(SchemaError) {
            inputs.append(
                SchemaInput(
                    stem: file.deletingPathExtension().lastPathComponent, text: text,
                    document: try SchemaParser.parse(text)))
        } catch {
            throw SchemaError(line: error.line, message: "\(file.lastPathComponent): \(error.message)")
        }
    }
    let model = GeneratorModel(inputs.map(\.document))
    for file in SwiftEmitter(model: model).files(for: inputs) {
        let target = output.appendingPathComponent(file.name)
        try file.text.write(to: target, atomically: true, encoding: .utf8)
    }
}

/// One schema file.
struct SchemaInput {
    var stem: String
    var text: String
    var document: SchemaDocument
}

/// One file of the output.
struct GeneratedFile {
    var name: String
    var text: String
}

do {
    try run(CommandLine.arguments)
} catch {
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    exit(1)
}
