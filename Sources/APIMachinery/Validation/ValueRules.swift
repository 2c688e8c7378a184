// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives
import Wire

/// Rules for single values that many kinds share.
package enum ValueRules {
    /// `must be greater than or equal to 0`.
    static let notNegative = "must be greater than or equal to 0"

    /// A number that may not be negative.
    static func nonNegative(_ value: some BinaryInteger, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        value < 0 ? [.invalid(path(), value, notNegative)] : []
    }

    /// A text that has to be one of several, which an error shows in the order given.
    static func oneOf(_ value: String, _ known: [String], _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        known.contains(value) ? [] : [.notSupported(path(), value, known)]
    }

    /// A text that has to be one of several, if it is there.
    static func oneOf(_ value: String?, _ known: [String], _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        value.map { oneOf($0, known, path()) } ?? []
    }

    /// A text that may not change.
    static func immutable(_ new: String?, _ old: String?, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        immutable(new, old, path()) { .string($0) }
    }

    /// A value that may not change; a fault shows it as `shown` says, `null` where it is absent.
    static func immutable<Value: Equatable>(
        _ new: Value?, _ old: Value?, _ path: @autoclosure () -> FieldPath, shown: (Value) -> JSONValue
    ) -> [FieldError] {
        new == old ? [] : [.invalid(path(), new.map(shown) ?? .null, ObjectMetaRules.immutableText)]
    }

    /// A text that must be there, and be one of several.
    static func known(_ value: String, _ known: [String], _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        value.isEmpty ? [.required(path())] : oneOf(value, known, path())
    }

    /// A text that must be there.
    static func required(_ value: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        value.isEmpty ? [.required(path())] : []
    }

    /// A text that must be there and be a name of some kind.
    static func name(
        _ value: String, _ path: @autoclosure () -> FieldPath, _ rule: (String) -> [String]
    ) -> [FieldError] {
        value.isEmpty ? [.required(path())] : rule(value).map { .invalid(path(), value, $0) }
    }

    /// A text that must be a name of some kind, if it is there.
    static func optionalName(
        _ value: String, _ path: @autoclosure () -> FieldPath, _ rule: (String) -> [String]
    ) -> [FieldError] {
        value.isEmpty ? [] : rule(value).map { .invalid(path(), value, $0) }
    }

    /// A domain of at least three parts.
    static func fullyQualifiedName(_ name: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        if name.isEmpty { return [.required(path())] }
        let faults = NameRules.dns1123Subdomain(name)
        if !faults.isEmpty { return [.invalid(path(), name, faults.joined(separator: ","))] }
        guard name.utf8.count(where: { $0 == UInt8(ascii: ".") }) < 2 else { return [] }
        return [.invalid(path(), name, "should be a domain with at least three segments separated by dots")]
    }

    /// A port by number (1 to 65535) or by name.
    static func port(_ value: IntOrString, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        switch value {
        case .int(let number): NameRules.portNumber(Int(number)).map { .invalid(path(), number, $0) }
        case .string(let name): NameRules.portName(name).map { .invalid(path(), name, $0) }
        }
    }

    /// A name below a domain that may have several parts: `acme.io/foo/bar`.
    package static func domainPath(_ text: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        if text.isEmpty { return [.required(path())] }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            return [.invalid(path(), text, #"must be a domain-prefixed path (such as "acme.io/foo")"#)]
        }
        let errors = NameRules.dns1123Subdomain(parts[0]).map { FieldError.invalid(path(), parts[0], $0) }
        let allowed = "/-._~%!$&'()*+,;=:".utf8
        let fits = parts[1].utf8.allSatisfy { byte in
            NameRules.isLetter(byte) || NameRules.isDigit(byte) || allowed.contains(byte)
        }
        let form = NameRules.regexError("Invalid path", #"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"#)
        return fits ? errors : errors + [.invalid(path(), parts[1], form)]
    }

    /// A user or group id.
    static func userID(_ value: Int64?, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        guard let value, value < 0 || value > Int64(Int32.max) else { return [] }
        return [.invalid(path(), value, NameRules.range(0, Int(Int32.max)))]
    }

    /// A path below some directory: not absolute, nothing above it.
    static func relativePath(_ text: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        (text.hasPrefix("/") ? [.invalid(path(), text, "must be a relative path")] : []) + noBacksteps(text, path())
    }

    /// A path without `..`.
    static func noBacksteps(_ text: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        hasBackstep(text) ? [.invalid(path(), text, "must not contain '..'")] : []
    }

    private static func hasBackstep(_ path: String) -> Bool {
        path.utf8.contains(UInt8(ascii: ".")) && path.split(separator: "/").contains("..")
    }

    /// Whether a path is the root, however it is written.
    static func isRoot(_ path: String) -> Bool {
        path.hasPrefix("/")
            && path.split(separator: "/").reduce(0) { $1 == "." ? $0 : $1 == ".." ? max($0 - 1, 0) : $0 + 1 } == 0
    }

    /// A number or a percentage; neither may be negative.
    static func countOrPercent(_ value: IntOrString, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        switch value {
        case .int(let number): nonNegative(number, path())
        case .string(let text): NameRules.percent(text).map { .invalid(path(), text, $0) }
        }
    }

    /// A percentage of at most 100.
    static func atMostAll(_ value: IntOrString, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        guard case .string(let text) = value, NameRules.percent(text).isEmpty, let number = Int(text.dropLast()),
            number > 100
        else {
            return []
        }
        return [.invalid(path(), text, "must not be greater than 100%")]
    }

    /// The JSON of a string map, keys in order; `null` if it is empty.
    static func json(_ map: [String: String]) -> JSONValue {
        guard !map.isEmpty else { return .null }
        return .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }))
    }

    /// The JSON of a list of texts.
    static func json(_ list: [String]) -> JSONValue { .array(list.map { .string($0) }) }
}
