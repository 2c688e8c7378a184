// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// All of a ConfigMap or Secret together, in bytes.
private let dataLimit = 1024 * 1024

private let immutableData = "field is immutable when `immutable` is set"

extension ConfigMap: Validated {
    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        for (key, value) in data.sorted(by: { $0.key < $1.key }) {
            let at = FieldPath("data").key(key)
            errors += NameRules.configMapKey(key).map { .invalid(at, key, $0) }
            if binaryData[key] != nil { errors.append(.invalid(at, key, "duplicate of key present in binaryData")) }
            size += value.utf8.count
        }
        for (key, value) in binaryData.sorted(by: { $0.key < $1.key }) {
            errors += NameRules.configMapKey(key).map { .invalid(FieldPath("binaryData").key(key), key, $0) }
            size += value.count
        }
        if size > dataLimit { errors.append(.tooLong(FieldPath(""), limit: dataLimit)) }
        return errors
    }

    public func validateUpdate(from old: ConfigMap) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateChange(from: old) + validateAsNew()
    }

    public func validateChange(from old: ConfigMap) -> [FieldError] {
        guard old.immutable == true else { return [] }
        var errors: [FieldError] = []
        if immutable != true { errors.append(.forbidden(FieldPath("immutable"), immutableData)) }
        if data != old.data { errors.append(.forbidden(FieldPath("data"), immutableData)) }
        if binaryData != old.binaryData { errors.append(.forbidden(FieldPath("binaryData"), immutableData)) }
        return errors
    }
}

extension Secret: Validated {
    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        for (key, value) in data.sorted(by: { $0.key < $1.key }) {
            errors += NameRules.configMapKey(key).map { .invalid(FieldPath("data").key(key), key, $0) }
            size += value.count
        }
        if size > dataLimit { errors.append(.tooLong(FieldPath("data"), limit: dataLimit)) }
        return errors + typeFaults()
    }

    private func typeFaults() -> [FieldError] {
        switch type {
        case "kubernetes.io/service-account-token":
            let annotation = "kubernetes.io/service-account.name"
            let name = metadata.annotations[annotation] ?? ""
            return name.isEmpty ? [.required(FieldPath("metadata", "annotations").key(annotation))] : []
        case "kubernetes.io/dockercfg": return document(".dockercfg")
        case "kubernetes.io/dockerconfigjson": return document(".dockerconfigjson")
        case "kubernetes.io/basic-auth":
            guard data["username"] == nil, data["password"] == nil else { return [] }
            return [.required(FieldPath("data").key("username")), .required(FieldPath("data").key("password"))]
        case "kubernetes.io/ssh-auth":
            let isThere = !(data["ssh-privatekey"] ?? []).isEmpty
            return isThere ? [] : [.required(FieldPath("data").key("ssh-privatekey"))]
        case "kubernetes.io/tls": return missing(["tls.crt", "tls.key"])
        default: return []
        }
    }

    private func missing(_ keys: [String]) -> [FieldError] {
        keys.filter { data[$0] == nil }.map { .required(FieldPath("data").key($0)) }
    }

    private func document(_ key: String) -> [FieldError] {
        let at = FieldPath("data").key(key)
        guard let bytes = data[key] else { return [.required(at)] }
        do {
            let kind: String
            switch try JSONValue.parse(bytes) {
            case .object, .null: return []
            case .array: kind = "array"
            case .string: kind = "string"
            case .bool: kind = "bool"
            default: kind = "number"
            }
            let text = "json: cannot unmarshal \(kind) into Go value of type map[string]interface {}"
            return [.invalid(at, "<secret contents redacted>", text)]
        } catch {
            return [.invalid(at, "<secret contents redacted>", error.message)]
        }
    }

    public func validateUpdate(from old: Secret) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateChange(from: old) + validateAsNew()
    }

    public func validateChange(from old: Secret) -> [FieldError] {
        var errors: [FieldError] = []
        if type != old.type { errors.append(.invalid(FieldPath("type"), type, ObjectMetaRules.immutableText)) }
        guard old.immutable == true else { return errors }
        if immutable != true { errors.append(.forbidden(FieldPath("immutable"), immutableData)) }
        if data != old.data { errors.append(.forbidden(FieldPath("data"), immutableData)) }
        return errors
    }
}
