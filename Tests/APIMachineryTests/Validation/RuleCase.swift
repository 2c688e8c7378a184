// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

/// A row of a table of rules: what is merged into an object that is fine, and the faults that come of it.
struct RuleCase: Sendable, CustomTestStringConvertible {
    var name: String
    /// A JSON merge patch.
    var patch: String
    /// `field: message` of each fault in order; the beginning is enough.
    var faults: [String]

    init(_ name: String, _ patch: String, _ faults: [String]) {
        (self.name, self.patch, self.faults) = (name, patch, faults)
    }

    var testDescription: String { name }

    /// Whether these are the faults that the row says.
    func expect(_ found: [String], _ location: SourceLocation = #_sourceLocation) {
        let fits = found.count == faults.count && zip(found, faults).allSatisfy { $0.hasPrefix($1) }
        #expect(fits, "found \(found)", sourceLocation: location)
    }
}

/// The faults of objects given as JSON.
enum RuleTable {
    static func show(_ errors: [FieldError]) -> [String] {
        errors.map { ($0.field.isEmpty ? "<nil>" : $0.field) + ": " + $0.body }
    }

    private static func merged(_ base: String, _ patch: String) throws -> [UInt8] {
        let base = try #require(try JSONValue.parse(base).objectValue)
        let patch = try #require(try JSONValue.parse(patch).objectValue)
        return Array(JSONValue.object(MergePatch.apply(patch, to: base)).text().utf8)
    }

    /// The base with the patch applied, with defaults.
    static func object<Object: RESTObject & Validated>(_ base: String, _ patch: String) throws -> Object {
        var object = try JSONCoding.decode(Object.self, from: try merged(base, patch))
        if var defaulted = object as? any Defaulted {
            defaulted.applyDefaults()
            object = try #require(defaulted as? Object)
        }
        object.metadata.resourceVersion = "1"
        return object
    }

    /// What is wrong with a new object.
    static func create<Object: RESTObject & Validated>(
        _: Object.Type, _ base: String, _ patch: String
    ) throws -> [String] {
        show((try object(base, patch) as Object).validateAsNew())
    }

    /// What is wrong with a change of an object.
    static func update<Object: RESTObject & Validated>(
        _: Object.Type, _ base: String, _ patch: String
    ) throws -> [String] {
        show((try object(base, patch) as Object).validateUpdate(from: try object(base, "{}")))
    }

    /// What is wrong with a change of the status of an object.
    static func status<Object: RESTObject & Validated>(
        _: Object.Type, _ base: String, _ patch: String
    ) throws -> [String] {
        show((try object(base, patch) as Object).validateStatus(from: try object(base, "{}")))
    }
}
