// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The time zones that expressions may name.
public protocol CELTimeZones: Sendable {
    /// Seconds east of UTC at a moment given in seconds since 1970; nil for a name that no zone has.
    func offset(of zone: String, at seconds: Int64) -> Int64?
}

/// What an expression may speak of: variables, functions and structures.
public struct CELEnvironment: Sendable {
    public var variables: [String: CELType]
    public var functions: CELFunctions
    public var objects: [String: CELObjectType]
    /// A structure which has any field, and whose fields are named as types behind it: `Object` allows `Object.spec`.
    public var openObject: String?
    /// Whether `cel.bind` is there.
    public var hasBind: Bool
    /// The time zones that have a name; nil where expressions are only checked, or none is known.
    public var zones: (any CELTimeZones)?

    /// - Parameter functions: all functions that Kubernetes has everywhere, if not said otherwise.
    public init(
        variables: [String: CELType] = [:], functions: CELFunctions = CELLibrary.kubernetes,
        objects: [CELObjectType] = [], openObject: String? = nil, hasBind: Bool = false
    ) {
        self.variables = variables
        self.functions = functions
        self.objects = Dictionary(objects.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.openObject = openObject
        self.hasBind = hasBind
    }

    private static let types: [String: CELType] = [
        "bool": .bool, "bytes": .bytes, "double": .double, "int": .int, "string": .string, "uint": .uint,
        "dyn": .dyn, "null_type": .null, "type": .type(nil), "list": .list(.dyn), "map": .map(.dyn, .dyn),
        "google.protobuf.Timestamp": .timestamp, "google.protobuf.Duration": .duration,
        "optional_type": .optional(.parameter("V")),
    ]

    /// What a name stands for: a variable, or a type.
    func lookup(_ name: String) -> CELType? {
        let plain = name.hasPrefix(".") ? String(name.dropFirst()) : name
        if let variable = variables[plain] { return variable }
        if let type = Self.types[plain] { return .type(type) }
        if objects[plain] != nil || isOpen(plain) { return .type(.object(plain)) }
        return nil
    }

    private func isOpen(_ name: String) -> Bool {
        guard let openObject else { return false }
        return name == openObject || name.hasPrefix(openObject + ".")
    }

    /// The type of a field of a structure.
    func field(_ field: String, of object: String) -> CELType? {
        if let known = objects[object] { return known.fields[field] ?? known.others }
        return isOpen(object) ? .dyn : nil
    }

    /// Whether the fields of a structure are known.
    func hasFields(_ object: String) -> Bool { objects[object] != nil || isOpen(object) }

    func function(_ name: String) -> [CELOverload]? {
        functions[name.hasPrefix(".") ? String(name.dropFirst()) : name]
    }
}
