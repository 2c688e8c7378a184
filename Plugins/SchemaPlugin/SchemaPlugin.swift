// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import PackagePlugin

/// Turns `Schema/*.schema` into Swift while `KubernetesAPI` is built.
@main
struct SchemaPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let folder = context.package.directoryURL.appending(path: "Schema")
        let schemas = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "schema" }
            .sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL
        // The same names as `GeneratedFile.names` of the generator makes.
        var files = ["Resources.swift", "Kinds.swift", "SchemaText.swift"].map { output.appending(path: $0) }
        for schema in schemas {
            let stem = schema.deletingPathExtension().lastPathComponent
            for part in ["Types", "JSON", "Protobuf"] { files.append(output.appending(path: "\(stem)+\(part).swift")) }
        }
        return [
            .buildCommand(
                displayName: "Generating API types", executable: try context.tool(named: "SchemaGenerator").url,
                arguments: [folder.path, output.path], inputFiles: schemas, outputFiles: files)
        ]
    }
}
