// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Reads query parameters as Kubernetes converts them.
///
/// - SeeAlso: `k8s.io/apimachinery/pkg/conversion/queryparams` and the conversions of `meta/v1`.
struct QueryReader {
    let query: [(name: String, value: String)]

    func string(_ name: String) -> String { query.first { $0.name == name }?.value ?? "" }

    func strings(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }

    /// A parameter that is there is true, except for `0` and `false`.
    func bool(_ name: String) -> Bool? {
        guard let value = query.first(where: { $0.name == name })?.value else { return nil }
        return value != "0" && value.lowercased() != "false"
    }

    func int(_ name: String) throws(APIStatusError) -> Int64? {
        guard let value = query.first(where: { $0.name == name })?.value else { return nil }
        guard let number = Int64(value) else {
            let digits = value.hasPrefix("-") || value.hasPrefix("+") ? value.dropFirst() : Substring(value)
            let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) }
            throw .badRequest(
                "strconv.ParseInt: parsing \"\(value)\": " + (isNumber ? "value out of range" : "invalid syntax"))
        }
        return number
    }
}

/// `CreateOptions`, `UpdateOptions` and `PatchOptions`.
package struct WriteOptions: Sendable {
    package enum FieldValidation: Sendable { case ignore, warn, strict }
    package var isDryRun = false
    package var fieldManager = ""
    package var fieldValidation = FieldValidation.warn
    /// Of an apply patch.
    package var force: Bool?

    package init() {}

    /// - Parameters:
    ///   - kind: `CreateOptions` or `UpdateOptions`, for the error.
    init(query: QueryReader, kind: String) throws(APIStatusError) {
        self.init(reading: query)
        let faults = OptionRules.write(query, fieldManager: fieldManager)
        if !faults.isEmpty { throw .invalidOptions(kind, faults) }
    }

    /// - Parameter patch: what kind of patch the options go with.
    init(query: QueryReader, patch: ObjectPatch.Form) throws(APIStatusError) {
        self.init(reading: query)
        var faults: [FieldError] = []
        if patch == .apply {
            if fieldManager.isEmpty {
                faults.append(.required(FieldPath("fieldManager"), "is required for apply patch"))
            }
        } else if force != nil {
            faults.append(.forbidden(FieldPath("force"), "may not be specified for non-apply patch"))
        }
        faults += OptionRules.write(query, fieldManager: fieldManager)
        if !faults.isEmpty { throw .invalidOptions("PatchOptions", faults) }
    }

    private init(reading query: QueryReader) {
        isDryRun = !query.strings("dryRun").isEmpty
        fieldManager = query.string("fieldManager")
        force = query.bool("force")
        switch query.string("fieldValidation") {
        case "Ignore": fieldValidation = .ignore
        case "Strict": fieldValidation = .strict
        default: fieldValidation = .warn
        }
    }
}

/// `ListOptions`.
package struct ListOptions: Sendable {
    package var labelSelector = ""
    package var fieldSelector = ""
    package var isWatch = false
    package var allowsBookmarks = false
    package var resourceVersion = ""
    package var resourceVersionMatch = ""
    package var timeoutSeconds: Int64?
    /// 0 for no limit.
    package var limit = 0
    package var continueToken = ""
    package var sendInitialEvents: Bool?

    package init() {}

    init(query: QueryReader) throws(APIStatusError) {
        labelSelector = query.string("labelSelector")
        fieldSelector = query.string("fieldSelector")
        isWatch = query.bool("watch") ?? false
        allowsBookmarks = query.bool("allowWatchBookmarks") ?? false
        resourceVersion = query.string("resourceVersion")
        resourceVersionMatch = query.string("resourceVersionMatch")
        timeoutSeconds = try query.int("timeoutSeconds")
        limit = Int(clamping: max(0, try query.int("limit") ?? 0))
        continueToken = query.string("continue")
        sendInitialEvents = query.bool("sendInitialEvents")
    }

    /// - Parameter isWatch: whether it is a watch by path or parameter.
    func validate(isWatch: Bool) throws(APIStatusError) {
        let faults = isWatch ? OptionRules.watch(self) : OptionRules.list(self)
        if !faults.isEmpty { throw .invalidOptions("ListOptions", faults) }
    }
}

/// The rules of `ListOptions` and of the options of writes.
///
/// - SeeAlso: `ValidateListOptions` of `apimachinery/pkg/apis/meta/internalversion/validation`.
enum OptionRules {
    static func dryRun(_ values: [String]) -> [FieldError] {
        guard values.contains(where: { $0 != "All" }) else { return [] }
        return [.notSupported(FieldPath("dryRun"), .array(values.map(JSONValue.string)), ["All"])]
    }

    /// The faults that the options of all writes can have.
    static func write(_ query: QueryReader, fieldManager name: String) -> [FieldError] {
        fieldManager(name) + dryRun(query.strings("dryRun")) + fieldValidation(query.string("fieldValidation"))
    }

    static func fieldValidation(_ value: String) -> [FieldError] {
        let known = ["", "Ignore", "Strict", "Warn"]
        return known.contains(value) ? [] : [.notSupported(FieldPath("fieldValidation"), .string(value), known)]
    }

    static func fieldManager(_ value: String) -> [FieldError] {
        let path = FieldPath("fieldManager")
        var faults: [FieldError] = []
        if value.utf8.count <= 128, value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return [] }
        if value.utf8.count > 128 { faults.append(.tooLong(path, limit: 128)) }
        // positions are those of Go: of bytes
        var position = 0
        for scalar in value.unicodeScalars {
            if !isPrintable(scalar) {
                let hex = String(scalar.value, radix: 16, uppercase: true)
                let code = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
                faults.append(.invalid(path, .string(value), "invalid character \(code) (at position \(position))"))
            }
            position += Unicode.UTF8.width(scalar)
        }
        return faults
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }

    private static let match = FieldPath("resourceVersionMatch")

    static func list(_ options: ListOptions) -> [FieldError] {
        if options.sendInitialEvents != nil {
            return [.forbidden(FieldPath("sendInitialEvents"), "sendInitialEvents is forbidden for list")]
        }
        return matchRules(options)
    }

    static func watch(_ options: ListOptions) -> [FieldError] {
        let asked = options.resourceVersionMatch
        var faults: [FieldError] = []
        if options.sendInitialEvents != nil, asked != "NotOlderThan" {
            faults.append(.forbidden(match, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
        }
        if !asked.isEmpty {
            if options.sendInitialEvents == nil {
                let text = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
                faults.append(.forbidden(match, text))
            }
            if asked != "NotOlderThan" { faults.append(.notSupported(match, .string(asked), ["NotOlderThan"])) }
        }
        if !options.continueToken.isEmpty {
            faults.append(.forbidden(match, "resourceVersionMatch is forbidden when continue is provided"))
        }
        return faults
    }

    private static func matchRules(_ options: ListOptions) -> [FieldError] {
        guard !options.resourceVersionMatch.isEmpty else { return [] }
        var faults: [FieldError] = []
        if options.resourceVersion.isEmpty {
            faults.append(.forbidden(match, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
        }
        if !options.continueToken.isEmpty {
            faults.append(.forbidden(match, "resourceVersionMatch is forbidden when continue is provided"))
        }
        switch options.resourceVersionMatch {
        case "NotOlderThan": break
        case "Exact":
            if options.resourceVersion == "0" {
                faults.append(
                    .forbidden(match, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
            }
        case let other:
            faults.append(.notSupported(match, other, ["Exact", "NotOlderThan", ""]))
        }
        return faults
    }
}
