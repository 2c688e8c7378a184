// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import SchemaModel
import Store
import Wire

/// The Go struct that a JSON path leads to.
enum GoPlace {
    struct Found: Equatable {
        /// The struct that has the last field.
        var structure: String
        /// Without list positions and map keys.
        var path: String
        /// The Go type where it has a name or is a struct, map or list, or what a type reads itself from; nil for plain scalars.
        var type: String?
        /// Whether the type reads itself from another.
        var readsItself = false
    }

    static func find(_ steps: [JSONPlace.Step], package: String, type: String) -> Found {
        var structure = type
        var document = package
        var names: [String] = []
        var current: TypeExpression? = .named(type)
        for step in steps {
            guard let expression = current.map({ unwrap($0, in: document) }) else { break }
            switch (step, expression) {
            case (.item, .list(let element)): current = element
            case (.member, .map(let value)): current = value
            case (.member(let name), _):
                names.append(name)
                guard let found = field(name, of: expression, in: document) else {
                    current = nil
                    continue
                }
                structure = found.structure
                document = found.document
                current = found.type
            default: current = nil
            }
        }
        var found = Found(structure: structure, path: names.joined(separator: "."))
        if let expression = current, let source = source(of: unwrap(expression, in: document), in: document) {
            (found.type, found.readsItself) = (source, true)
        } else {
            found.type =
                unspoken(structure, names.last ?? "", steps.last)
                ?? current.flatMap { given($0, in: document) ?? compound(unwrap($0, in: document), in: document) }
        }
        return found
    }

    /// What the types read that read themselves; nil for others.
    private static func source(of expression: TypeExpression, in document: String) -> String? {
        guard case .named(let name) = expression else { return nil }
        switch split(name, in: document).local {
        case "Time", "MicroTime", "Duration": return "string"
        case "IntOrString": return "int32"
        default: return nil
        }
    }

    /// The structs whose `uid` is a plain string or number; elsewhere it has a type of its own.
    private static let plainUIDs: Set<String> = [
        "UserInfo", "SubjectAccessReviewSpec", "CertificateSigningRequestSpec", "LinuxContainerUser",
    ]
    /// Maps whose keys have a type of their own, by struct and field.
    private static let keyedMaps: [String: String] = [
        "PersistentVolumeClaimStatus.allocatedResourceStatuses": "map[v1.ResourceName]v1.ClaimResourceStatus",
        "NodeAllocatableResourceClaimStatus.resources": "map[v1.ResourceName]resource.Quantity",
        "CapacityRequirements.requests": "map[v1.QualifiedName]resource.Quantity",
        "DeviceRequestAllocationResult.consumedCapacity": "map[v1.QualifiedName]resource.Quantity",
        "Device.attributes": "map[v1.QualifiedName]v1.DeviceAttribute",
        "Device.capacity": "map[v1.QualifiedName]v1.DeviceCapacity",
        "Device.nodeAllocatableResourceMappings": "map[v1.ResourceName]v1.NodeAllocatableResourceMapping",
    ]

    /// The Go types that the schema does not tell, as it has no names for them.
    private static func unspoken(_ structure: String, _ field: String, _ last: JSONPlace.Step?) -> String? {
        if structure == "UncountedTerminatedPods" {
            if case .item = last { return "types.UID" }
            return "[]types.UID"
        }
        if field == "uid" { return plainUIDs.contains(structure) ? nil : "types.UID" }
        if field == "shareID", structure == "DeviceRequestAllocationResult" { return "types.UID" }
        return last == .member(field) ? keyedMaps["\(structure).\(field)"] : nil
    }

    /// The Go type of a string, list or map that the API gave a name.
    private static func given(_ expression: TypeExpression, in document: String) -> String? {
        switch expression {
        case .pointer(let inner): return given(inner, in: document)
        case .named(let name):
            let (home, local) = split(name, in: document)
            for place in [home, "meta/v1"] {
                guard let schema = Schema.shared.document(place) else { continue }
                if schema.enums[local] != nil { return goType(.named(local), in: place) }
                guard let alias = schema.aliases[local] else { continue }
                // a second name of a named string is only that, one of anything else is a type
                return given(alias.type, in: place) ?? goType(.named(local), in: place)
            }
            return nil
        default: return nil
        }
    }

    private static func split(_ name: String, in document: String) -> (home: String, local: String) {
        guard name.contains("/"), let dot = name.lastIndex(of: ".") else { return (document, name) }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }

    /// The Go type of a structure, list or map; nil for scalars, and for types that read themselves.
    private static func compound(_ expression: TypeExpression, in document: String) -> String? {
        switch expression {
        case .pointer(let inner): return compound(inner, in: document)
        case .list(.named("byte")): return nil
        case .list, .map: return goType(expression, in: document)
        case .named(let name):
            guard let (schema, _) = structure(expression, in: document), !schema.fields.isEmpty else { return nil }
            return goType(.named(name), in: document)
        }
    }

    private static func goType(_ expression: TypeExpression, in document: String) -> String {
        switch expression {
        case .pointer(let inner): return "*" + goType(inner, in: document)
        case .list(let inner): return "[]" + goType(inner, in: document)
        case .map(let inner): return "map[string]" + goType(inner, in: document)
        case .named(let name):
            switch name {
            case "string", "bool", "int32", "int64", "float64": return name
            case "byte": return "uint8"
            case "Quantity": return "resource.Quantity"
            case "IntOrString": return "intstr.IntOrString"
            default: break
            }
            let (home, local) = split(name, in: document)
            return (home.split(separator: "/").last.map(String.init) ?? "v1") + "." + local
        }
    }

    private static func field(
        _ name: String, of expression: TypeExpression, in document: String
    ) -> (structure: String, document: String, type: TypeExpression)? {
        guard let (schema, home) = structure(expression, in: document) else { return nil }
        for field in schema.fields {
            // the struct that has another inlined is the one that Go names
            if field.isInline, let nested = self.field(name, of: field.type, in: home) {
                return (schema.name, nested.document, nested.type)
            }
            if field.name == name { return (schema.name, home, field.type) }
        }
        return nil
    }

    private static func unwrap(_ expression: TypeExpression, in document: String) -> TypeExpression {
        switch expression {
        case .pointer(let inner): return unwrap(inner, in: document)
        case .named(let name):
            guard let alias = Schema.shared.document(document)?.aliases[name] else { return expression }
            return unwrap(alias.type, in: document)
        default: return expression
        }
    }

    private static func structure(_ expression: TypeExpression, in document: String) -> (TypeSchema, String)? {
        switch expression {
        case .pointer(let inner): return structure(inner, in: document)
        case .named(let name):
            if name.contains("/") { return Schema.shared.type(name).map { ($0, split(name, in: document).home) } }
            if let found = Schema.shared.type("\(document).\(name)") { return (found, document) }
            return Schema.shared.type("meta/v1.\(name)").map { ($0, "meta/v1") }
        default: return nil
        }
    }
}
