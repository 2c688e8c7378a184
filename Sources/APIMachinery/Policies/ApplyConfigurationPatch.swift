// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// Merges what an expression made, `Object{...}`, into an object as server-side apply would, without ownership.
///
/// - SeeAlso: `k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch`.
enum ApplyConfigurationPatch {
    static func apply(
        _ value: CELValue, to object: JSONValue, _ shape: ApplyShape
    ) throws(MutatingPolicyProgram.Failure) -> JSONValue {
        guard case .object = value else {
            throw .init(
                message: "unsupported return type from ApplyConfiguration expression: \(value.typeName)")
        }
        try ObjectTypeNames.check(value)
        var patch: JSONValue
        do throws(CELFailure) { patch = try value.json() } catch {
            throw .init(message: "invalid return type: \(error.message)")
        }
        for name in ["apiVersion", "kind"] { patch[name] = object[name] }
        func refuse(_ text: String) -> MutatingPolicyProgram.Failure { .init(message: "error applying patch: " + text) }
        let faults = TypedValue(patch, shape).faults()
        guard faults.isEmpty else {
            throw refuse("failed to convert patch object to typed object: " + TypedFault.text(faults))
        }
        var wholes: [String] = []
        findWholes(patch, shape, "", &wholes)
        guard wholes.isEmpty else {
            throw refuse(
                "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: "
                    + wholes.joined(separator: ", "))
        }
        let doubles = TypedValue(object, shape).faults().filter { $0.message.hasPrefix("duplicate entries") }
        guard doubles.isEmpty else {
            throw refuse("failed to convert original object to typed object: " + TypedFault.text(doubles))
        }
        return TypedValue(object, shape).merging(patch).value
    }

    /// The paths of lists and objects that can only be replaced as wholes: who sets one of their fields means, most likely, to
    /// keep the others.
    private static func findWholes(_ value: JSONValue, _ shape: ApplyShape, _ path: String, _ found: inout [String]) {
        switch (value, shape) {
        case (.object(let members), .structure(let structure, let isAtomic)):
            if isAtomic { found.append(path) }
            for member in members.sortedByKey() {
                guard let field = structure.field(member.key) else { continue }
                findWholes(member.value, field.shape, path + "." + member.key, &found)
            }
        case (.object, .map(_, isAtomic: true)): found.append(path)
        case (.array(let items), .list(let item, let kind)):
            if kind == .atomic { found.append(path) }
            for (index, entry) in items.enumerated() { findWholes(entry, item, path + "[\(index)]", &found) }
        case (.array, .anything): found.append(path)
        default: return
        }
    }
}

/// Applies the JSON Patch that an expression made, `[JSONPatch{...}]`.
enum PolicyJSONPatch {
    static func apply(
        _ value: CELValue, to object: JSONValue
    ) throws(MutatingPolicyProgram.Failure) -> MutatingPolicyProgram.Mutated {
        guard case .list(let elements) = value else {
            throw .init(message: "type mismatch: JSONPatchType.expression should evaluate to array")
        }
        var operations: [JSONValue] = []
        for element in elements { operations.append(try operation(element)) }
        do throws(PatchError) {
            return .patched(try JSONPatch(parsing: JSONValue.array(operations).bytes()).apply(to: object))
        } catch {
            if error.isFailedTest { return .unchanged }
            throw .init(message: "JSONPath: " + error.message)
        }
    }

    private static func operation(_ value: CELValue) throws(MutatingPolicyProgram.Failure) -> JSONValue {
        guard case .object("JSONPatch", let fields) = value else {
            throw .init(
                message:
                    "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch, got element of "
                    + value.typeName)
        }
        func text(_ name: String) throws(MutatingPolicyProgram.Failure) -> String {
            switch fields[name] {
            case nil: return ""
            case .string(let text): return text
            case let other?:
                throw .init(message: "unexpected type \(other.typeName) for JSONPatchType '\(name)' field")
            }
        }
        var members: [(String, JSONValue)] = [
            ("op", .string(try text("op"))), ("path", .string(try text("path"))),
        ]
        let from = try text("from")
        if !from.isEmpty { members.append(("from", .string(from))) }
        if let added = fields["value"] {
            try ObjectTypeNames.check(added)
            do throws(CELFailure) { members.append(("value", try added.json())) } catch {
                throw .init(
                    message: "JSONPath valueExpression evaluated to a type that could not marshal to JSON: "
                        + error.message)
            }
        }
        return .object(JSONObject(members))
    }
}
