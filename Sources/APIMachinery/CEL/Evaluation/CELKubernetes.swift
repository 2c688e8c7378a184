// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives

/// Functions that make values of Kubernetes' own types.
enum CELKubernetes {
    static func call(_ name: String, _ values: [CELValue]) throws(CELFailure) -> CELValue? {
        if name.hasPrefix("format.") { return format(name, values) }
        guard case .string(let text)? = values.first else { return nil }
        switch (name, values.count) {
        case ("quantity", 1):
            guard let quantity = Quantity(text) else { throw CELFailure(Quantity.formatMessage) }
            return .other(CELQuantity(quantity: quantity))
        case ("isQuantity", 1): return .bool(Quantity(text) != nil)
        case ("ip", 1): return .other(try CELAddress(text))
        case ("isIP", 1): return .bool((try? CELAddress(text)) != nil)
        case ("ip.isCanonical", 1): return .bool(try CELAddress(text).address.description == text)
        case ("cidr", 1): return .other(try CELNetwork(text))
        case ("isCIDR", 1): return .bool((try? CELNetwork(text)) != nil)
        case ("url", 1): return .other(try CELURL(text))
        case ("isURL", 1): return .bool((try? CELURL(text)) != nil)
        case ("semver", 1...2): return .other(try CELSemver(text, isLoose: values.last == .bool(true)))
        case ("isSemver", 1...2):
            return .bool((try? CELSemver(text, isLoose: values.last == .bool(true))) != nil)
        case ("image", 1): return .other(try CELImage(text))
        case ("isImage", 1): return .bool((try? CELImage(text)) != nil)
        case ("jsonpatch.escapeKey", 1):
            let escaped = text.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
            return .string(escaped.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1"))
        default: return nil
        }
    }

    private static func format(_ name: String, _ values: [CELValue]) -> CELValue? {
        if name == "format.named", case .string(let wanted)? = values.first {
            return .optional(CELLibrary.formatNames.contains(wanted) ? .other(CELFormat(name: wanted)) : nil)
        }
        let plain = String(name.dropFirst("format.".count))
        return values.isEmpty && CELLibrary.formatNames.contains(plain) ? .other(CELFormat(name: plain)) : nil
    }
}

/// An amount: `kubernetes.Quantity`.
struct CELQuantity: CELExtension {
    let quantity: Quantity

    var typeName: String { "kubernetes.Quantity" }

    func isEqual(to other: any CELExtension) -> Bool { (other as? CELQuantity)?.quantity == quantity }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        guard let first = arguments.first else { return try scalar(name) }
        let other: Quantity
        switch first {
        case .other(let value):
            guard let value = value as? CELQuantity else { return nil }
            other = value.quantity
        case .int(let value) where name == "add" || name == "sub": other = Quantity(value)
        default: return nil
        }
        switch name {
        case "isGreaterThan": return .bool(quantity > other)
        case "isLessThan": return .bool(quantity < other)
        case "compareTo": return .int(quantity == other ? 0 : quantity < other ? -1 : 1)
        case "add": return .other(CELQuantity(quantity: quantity + other))
        case "sub": return .other(CELQuantity(quantity: quantity - other))
        default: return nil
        }
    }

    private func scalar(_ name: String) throws(CELFailure) -> CELValue? {
        let isWhole = Quantity(quantity.value) == quantity
        switch name {
        case "sign": return .int(quantity.isZero ? 0 : quantity < Quantity() ? -1 : 1)
        case "isInteger": return .bool(isWhole)
        case "asInteger":
            guard isWhole else { throw CELFailure("cannot convert value to integer") }
            return .int(quantity.value)
        case "asApproximateFloat": return .double(Double(quantity.nanos) / 1e9)
        default: return nil
        }
    }
}

/// A rule for texts which has a name: `kubernetes.NamedFormat`.
struct CELFormat: CELExtension {
    let name: String

    var typeName: String { "kubernetes.NamedFormat" }

    func isEqual(to other: any CELExtension) -> Bool { (other as? CELFormat)?.name == name }

    func call(_ function: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        guard function == "validate", case .string(let text)? = arguments.first else { return nil }
        let faults = faults(text)
        return .optional(faults.isEmpty ? nil : .list(faults.map { .string($0) }))
    }

    private func faults(_ text: String) -> [String] {
        switch name {
        case "dns1123Label": NameRules.dns1123Label(text)
        case "dns1123Subdomain": NameRules.dns1123Subdomain(text)
        case "dns1035Label": NameRules.dns1035Label(text)
        case "qualifiedName": LabelRules.qualifiedName(text)
        case "dns1123LabelPrefix": NameRules.dns1123Label(Self.prefix(text))
        case "dns1123SubdomainPrefix": NameRules.dns1123Subdomain(Self.prefix(text))
        case "dns1035LabelPrefix": NameRules.dns1035Label(Self.prefix(text))
        case "labelValue": LabelRules.value(text)
        case "uri": (try? CELURL(text)) == nil ? ["parse \(GoText.quote(text)): invalid URI for request"] : []
        case "uuid": Self.isUUID(text) ? [] : ["does not match the UUID format"]
        case "byte": Self.isBase64(text) ? [] : ["invalid base64"]
        case "date": CELTimes.timestamp(text + "T00:00:00Z") == nil ? ["invalid date"] : []
        case "datetime": CELTimes.timestamp(text) == nil ? ["invalid datetime"] : []
        default: []
        }
    }

    /// The beginning of a generated name as a name of its own.
    private static func prefix(_ text: String) -> String {
        text.utf8.count > 1 && text.hasSuffix("-") ? String(text.dropLast()) + "a" : text
    }

    private static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.unicodeScalars.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { $0.unicodeScalars.allSatisfy(CELLexer.isHexDigit) }
    }

    private static func isBase64(_ text: String) -> Bool {
        let padding = text.utf8.reversed().prefix { $0 == 0x3D }.count
        let body = text.unicodeScalars.dropLast(padding)
        return padding <= 2 && text.utf8.count.isMultiple(of: 4)
            && body.allSatisfy {
                $0 != "_" && CELLexer.isLetter($0) || CELLexer.isDigit($0) || $0 == "+" || $0 == "/"
            }
    }
}
