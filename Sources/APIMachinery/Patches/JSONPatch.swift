// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// JSON Patch (RFC 6902), with the liberties of the library that Kubernetes' API server uses: `replace` and `copy` on members
/// that are not there work, negative indices count from the end.
public struct JSONPatch: Sendable {
    /// One step.
    struct Operation: Sendable {
        var name: String
        var path: String?
        var from: String?
        /// nil where the operation has none.
        var value: JSONValue?
    }

    /// How many operations one patch may have.
    public static let operationLimit = 10_000

    /// How many bytes all `copy` operations of one patch may copy.
    public static let copyLimit = 3 * 1024 * 1024

    let operations: [Operation]

    /// What strict reading says of the patch: members that no operation has, and names that stand twice.
    public let strictFaults: [String]

    /// Reads the body of a patch.
    ///
    /// - Throws: ``PatchError`` for what is no list of operations, or too long.
    public init(parsing bytes: [UInt8]) throws(PatchError) {
        let value: JSONValue
        let duplicates: [String]
        do { (value, duplicates) = try JSONValue.parseReportingDuplicates(bytes, depth: PatchError.depthLimit) } catch {
            throw PatchError(.malformed, "error decoding patch: " + error.message)
        }
        if value.isNull {
            operations = []
            strictFaults = []
            return
        }
        guard case .array(let elements) = value else {
            throw Self.wrongType(value, "value of type []handlers.jsonPatchOp")
        }
        guard elements.count <= Self.operationLimit else {
            let text = "The allowed maximum operations in a JSON patch is \(Self.operationLimit), got \(elements.count)"
            throw PatchError(.tooLarge, text)
        }
        operations = try elements.map { element throws(PatchError) in try Self.operation(element) }
        let known: Set = ["op", "path", "from", "value"]
        let unknown = elements.enumerated().flatMap { index, element in
            (element.objectValue?.keys ?? []).filter { !known.contains($0) }.map {
                "unknown field \"[\(index)].\($0)\""
            }
        }
        strictFaults = (unknown + duplicates.map { "duplicate field \"\($0)\"" }).map { "json patch " + $0 }
    }

    private static func operation(_ element: JSONValue) throws(PatchError) -> Operation {
        guard case .object(let members) = element else {
            if element.isNull { return Operation(name: "") }
            throw wrongType(element, "value of type handlers.jsonPatchOp")
        }
        return Operation(
            name: try text(members, "op") ?? "", path: try text(members, "path"), from: try text(members, "from"),
            value: members["value"])
    }

    private static func text(_ members: JSONObject, _ key: String) throws(PatchError) -> String? {
        guard let value = members[key], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw wrongType(value, "struct field jsonPatchOp.\(key) of type string")
        }
        return text
    }

    private static func wrongType(_ value: JSONValue, _ target: String) -> PatchError {
        PatchError(.malformed, "error decoding patch: json: cannot unmarshal \(value.kindName) into Go \(target)")
    }

    /// The document after all operations; the document stays as it is if one fails.
    public func apply(to document: JSONValue) throws(PatchError) -> JSONValue {
        var result = document
        var copied = 0
        for operation in operations {
            switch operation.name {
            case "add": try add(operation, to: &result)
            case "remove": try remove(operation, from: &result)
            case "replace": try replace(operation, in: &result)
            case "move": try move(operation, in: &result)
            case "copy": try copy(operation, in: &result, &copied)
            case "test": try test(operation, on: result)
            default: throw PatchError(.unprocessable, "Unexpected kind: \(operation.name)")
            }
        }
        return result
    }

    private func path(_ text: String?, _ name: String) throws(PatchError) -> JSONPointer {
        guard let text else {
            throw PatchError(.unprocessable, "\(name) operation failed to decode path: missing operation path")
        }
        return JSONPointer(text)
    }

    private func missing(_ name: String, _ path: JSONPointer) -> PatchError {
        PatchError(
            .unprocessable,
            "\(name) operation does not apply: doc is missing path: \(GoText.quote(path.text)): missing value")
    }

    private func add(_ operation: Operation, to document: inout JSONValue) throws(PatchError) {
        let path = try path(operation.path, "add")
        try insert(operation.value ?? .null, at: path, in: &document, "add")
    }

    private func insert(
        _ value: JSONValue, at path: JSONPointer, in document: inout JSONValue, _ name: String
    ) throws(PatchError) {
        let done = try path.withContainer(of: &document) {
            (container: inout JSONValue, key: String) throws(PatchError) in
            switch container {
            case .object(var members):
                container = .null
                members[key] = value
                container = .object(members)
            case .array(var elements):
                container = .null
                let index = key == "-" ? elements.count : try JSONPointer.index(key, count: elements.count + 1)
                elements.insert(value, at: index)
                container = .array(elements)
            default: break
            }
        }
        if !done { throw missing(name, path) }
    }

    private func remove(_ operation: Operation, from document: inout JSONValue) throws(PatchError) {
        let path = try path(operation.path, "remove")
        _ = try take(path, from: &document, "remove")
    }

    private func take(_ path: JSONPointer, from document: inout JSONValue, _ name: String) throws(PatchError)
        -> JSONValue
    {
        var taken = JSONValue.null
        let done = try path.withContainer(of: &document) {
            (container: inout JSONValue, key: String) throws(PatchError) in
            switch container {
            case .object(var members):
                container = .null
                guard let value = members.removeValue(forKey: key) else {
                    throw PatchError(.unprocessable, "Unable to remove nonexistent key: \(key): missing value")
                }
                taken = value
                container = .object(members)
            case .array(var elements):
                container = .null
                taken = elements.remove(at: try JSONPointer.index(key, count: elements.count))
                container = .array(elements)
            default: break
            }
        }
        if !done { throw missing(name, path) }
        return taken
    }

    private func replace(_ operation: Operation, in document: inout JSONValue) throws(PatchError) {
        let path = try path(operation.path, "replace")
        let value = operation.value ?? .null
        if path.text.isEmpty {
            switch value {
            case .object, .array: document = value
            default: throw PatchError(.unprocessable, "replace operation value must be object or array")
            }
            return
        }
        let done = try path.withContainer(of: &document) {
            (container: inout JSONValue, key: String) throws(PatchError) in
            switch container {
            case .object(var members):
                container = .null
                members[key] = value
                container = .object(members)
            case .array(var elements):
                container = .null
                elements[try JSONPointer.index(key, count: elements.count)] = value
                container = .array(elements)
            default: break
            }
        }
        if !done { throw missing("replace", path) }
    }

    private func move(_ operation: Operation, in document: inout JSONValue) throws(PatchError) {
        let from = try path(operation.from, "move")
        let value = try take(from, from: &document, "move")
        try insert(value, at: try path(operation.path, "move"), in: &document, "move")
    }

    private func copy(_ operation: Operation, in document: inout JSONValue, _ copied: inout Int) throws(PatchError) {
        let from = try path(operation.from, "copy")
        guard let value = try from.value(in: document) else { throw missing("copy", from) }
        copied += value.bytes().count
        guard copied <= Self.copyLimit else {
            throw PatchError(
                .unprocessable,
                "Unable to copy, the accumulated size increase of copy is \(copied), exceeding the limit")
        }
        try insert(value, at: try path(operation.path, "copy"), in: &document, "copy")
    }

    private func test(_ operation: Operation, on document: JSONValue) throws(PatchError) {
        let path = try path(operation.path, "test")
        let found = path.text.isEmpty ? document : try path.value(in: document)
        guard let found else { throw missing("test", path) }
        guard JSONPointer.isSame(found, operation.value ?? .null) else {
            throw PatchError(.unprocessable, "testing value \(path.text) failed: \(PatchError.failedTest)")
        }
    }
}
