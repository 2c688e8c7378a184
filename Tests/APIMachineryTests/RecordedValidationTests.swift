// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

/// Compares validation with what a real API server answered (`../shared/parity`), where the recordings are there.
struct RecordedValidationTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../../shared/parity/public", isDirectory: true
    ).standardizedFileURL

    static let isPresent = FileManager.default.fileExists(atPath: folder.path)

    /// One request to create an object, and the causes in the answer (none: accepted).
    struct Exchange {
        var id: String
        var type: any (RESTObject & Validated).Type
        var body: [UInt8]
        var causes: [String]
    }

    static func exchanges(_ file: String) throws -> [Exchange] {
        let data = try Data(contentsOf: folder.appendingPathComponent(file))
        let document = try JSONValue.parse([UInt8](data))
        return (document["steps"]?.arrayValue ?? []).compactMap(exchange)
    }

    private static func exchange(_ step: JSONValue) -> Exchange? {
        guard step["method"] == "POST", let path = step["path"]?.stringValue, let body = step["body"],
            body.objectValue != nil,
            let expected = step.at("expect", "body"), let status = step.at("expect", "status")?.int64Value
        else { return nil }
        let parts = path.split(separator: "?")[0].split(separator: "/").map(String.init)
        let isCore = parts.first == "api"
        let (group, version) = isCore ? ("", parts[1]) : (parts[1], parts[2])
        guard let plural = parts.last, let info = ResourceInfo.find(group: group, version: version, plural: plural),
            let type = KindTable.type(apiVersion: info.apiVersion, kind: info.kind)
                as? any (RESTObject & Validated).Type,
            // the registry gives Jobs their selector and labels before it looks at them
            info.kind != "Job"
        else { return nil }
        let isInvalid = status == 422 && expected["reason"] == "Invalid"
        guard isInvalid || status == 201, !path.contains("dryRun=x") else { return nil }
        let causes = (expected.at("details", "causes")?.arrayValue ?? []).map { cause in
            (cause["field"]?.stringValue ?? "") + ": " + (cause["message"]?.stringValue ?? "")
        }
        let bytes = body.text().replacing("{{ns}}", with: "n-s")
        return Exchange(
            id: step["id"]?.stringValue ?? "", type: type, body: Array(bytes.utf8),
            causes: isInvalid ? causes.map { $0.replacing("<ns>", with: "n-s") } : [])
    }

    static func faults<Object: RESTObject & Validated>(_ type: Object.Type, _ body: [UInt8]) throws -> [String] {
        var object = try JSONCoding.decode(Object.self, from: body)
        // what the registry does before validation
        object.metadata.namespace = Object.resource.isNamespaced ? "n-s" : ""
        if object.metadata.name.isEmpty, !object.metadata.generateName.isEmpty {
            object.metadata.name = GeneratedName.make(prefix: object.metadata.generateName)
        }
        if var secret = object as? Secret {
            for (key, value) in secret.stringData { secret.data[key] = Array(value.utf8) }
            object = secret as? Object ?? object
        }
        if var defaulted = object as? any Defaulted {
            defaulted.applyDefaults()
            object = defaulted as? Object ?? object
        }
        let metadata = ObjectMetaRules.validate(
            object.metadata, isNamespaced: Object.resource.isNamespaced, name: Object.nameRule)
        return (metadata + object.validateBody()).map { ($0.field.isEmpty ? "<nil>" : $0.field) + ": " + $0.body }
    }

    @Test("validation finds what a real API server finds", .enabled(if: isPresent, "no recordings in ../shared/parity"))
    func recorded() throws {
        var total = 0
        var wrong: [String] = []
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        for file in files.sorted()
        where file.hasPrefix("invalid-") || file.hasPrefix("create-") || file.hasPrefix("content-") {
            for exchange in try Self.exchanges(file) {
                guard let found = try? Self.faults(exchange.type, exchange.body) else { continue }
                total += 1
                if found != exchange.causes {
                    wrong.append("\(file) \(exchange.id)\n  expected \(exchange.causes)\n  found    \(found)")
                }
            }
        }
        for text in wrong { print(text) }
        print("validation: \(total - wrong.count) of \(total) exchanges agree")
        #expect(total > 0 && wrong.count * 10 <= total)
    }
}
