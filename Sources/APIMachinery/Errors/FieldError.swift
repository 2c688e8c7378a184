// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// One fault of one field. Validation collects them all and never stops at the first.
///
/// - SeeAlso: `field.Error` of Kubernetes' apimachinery, whose wording this follows.
public struct FieldError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of fault it is; the raw value is the `reason` of the cause in a `Status`.
    public enum Kind: String, Sendable, Equatable {
        case notFound = "FieldValueNotFound"
        case required = "FieldValueRequired"
        case duplicate = "FieldValueDuplicate"
        case invalid = "FieldValueInvalid"
        case notSupported = "FieldValueNotSupported"
        case forbidden = "FieldValueForbidden"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case internalError = "InternalError"
        case typeInvalid = "FieldValueTypeInvalid"

        /// The first words of the message.
        var title: String {
            switch self {
            case .notFound: "Not found"
            case .required: "Required value"
            case .duplicate: "Duplicate value"
            case .invalid, .typeInvalid: "Invalid value"
            case .notSupported: "Unsupported value"
            case .forbidden: "Forbidden"
            case .tooLong: "Too long"
            case .tooMany: "Too many"
            case .internalError: "Internal error"
            }
        }

        /// Whether the message shows the value.
        var showsValue: Bool {
            switch self {
            case .required, .forbidden, .tooLong, .internalError: false
            default: true
            }
        }
    }

    public var kind: Kind
    /// The path as text; empty for the object itself.
    public var field: String
    /// The value that was refused; nil leaves it out of the message.
    public var badValue: JSONValue?
    /// What is wrong with it; may be empty.
    public var detail: String

    public init(_ kind: Kind, _ path: FieldPath, _ badValue: JSONValue? = nil, _ detail: String = "") {
        self.kind = kind
        field = path.description
        self.badValue = badValue
        self.detail = detail
    }

    /// The message without the field: `Invalid value: "x": must be ...`.
    public var body: String {
        var text = kind.title
        if kind.showsValue, let badValue { text += ": " + Self.show(badValue) }
        return detail.isEmpty ? text : text + ": " + detail
    }

    /// `field: body`; an empty path is written `<nil>`, as Go does.
    public var description: String { (field.isEmpty ? "<nil>" : field) + ": " + body }

    private static func show(_ value: JSONValue) -> String {
        if case .string(let text) = value { return GoText.quote(text) }
        return value.text()
    }
}

extension FieldError {
    /// A value that must be there is not.
    public static func required(_ path: FieldPath, _ detail: String = "") -> FieldError {
        .init(.required, path, nil, detail)
    }

    /// A value breaks a rule, which `detail` says.
    public static func invalid(_ path: FieldPath, _ value: JSONValue, _ detail: String) -> FieldError {
        .init(.invalid, path, value, detail)
    }

    /// A string breaks a rule, which `detail` says.
    public static func invalid(_ path: FieldPath, _ value: String, _ detail: String) -> FieldError {
        .init(.invalid, path, .string(value), detail)
    }

    /// An integer breaks a rule, which `detail` says.
    public static func invalid(_ path: FieldPath, _ value: some BinaryInteger, _ detail: String) -> FieldError {
        .init(.invalid, path, .int(value), detail)
    }

    /// A value of the wrong JSON type.
    public static func typeInvalid(_ path: FieldPath, _ value: JSONValue, _ detail: String) -> FieldError {
        .init(.typeInvalid, path, value, detail)
    }

    /// A value is none of those that are known; they are shown in the order given.
    public static func notSupported(_ path: FieldPath, _ value: JSONValue, _ supported: [String]) -> FieldError {
        let quoted = supported.map(GoText.quote).joined(separator: ", ")
        return .init(.notSupported, path, value, supported.isEmpty ? "" : "supported values: " + quoted)
    }

    /// A string is none of those that are known; they are shown in the order given.
    public static func notSupported(_ path: FieldPath, _ value: String, _ supported: [String]) -> FieldError {
        notSupported(path, .string(value), supported)
    }

    /// A value that must be unique is there twice.
    public static func duplicate(_ path: FieldPath, _ value: JSONValue) -> FieldError { .init(.duplicate, path, value) }

    /// A string that must be unique is there twice.
    public static func duplicate(_ path: FieldPath, _ value: String) -> FieldError {
        .init(.duplicate, path, .string(value))
    }

    /// A value may not be set here.
    public static func forbidden(_ path: FieldPath, _ detail: String) -> FieldError {
        .init(.forbidden, path, nil, detail)
    }

    /// A string has more than `limit` bytes.
    public static func tooLong(_ path: FieldPath, limit: Int) -> FieldError {
        .init(.tooLong, path, nil, "may not be more than \(limit) " + (limit == 1 ? "byte" : "bytes"))
    }

    /// A list has `count` items, more than `limit`.
    public static func tooMany(_ path: FieldPath, count: Int, limit: Int) -> FieldError {
        .init(.tooMany, path, .int(count), "must have at most \(limit) " + (limit == 1 ? "item" : "items"))
    }

    /// What a value refers to is not there.
    public static func notFound(_ path: FieldPath, _ value: JSONValue) -> FieldError { .init(.notFound, path, value) }

    /// Validation itself failed.
    public static func internalError(_ path: FieldPath, _ detail: String) -> FieldError {
        .init(.internalError, path, nil, detail)
    }
}

extension Sequence<FieldError> {
    /// All messages as one: alone as it is, several in brackets, each only once.
    public var aggregateMessage: String {
        var seen: Set<String> = []
        let messages = map(\.description).filter { seen.insert($0).inserted }
        return messages.count == 1 ? messages[0] : "[" + messages.joined(separator: ", ") + "]"
    }
}
