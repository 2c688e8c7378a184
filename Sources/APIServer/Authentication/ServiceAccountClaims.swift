// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Wire

/// What a ServiceAccount token says.
///
/// - SeeAlso: the private claims of Kubernetes' `pkg/serviceaccount`.
package struct ServiceAccountClaims: Sendable, Equatable {
    /// The name and uid of an object that a token is bound to.
    package struct Reference: Sendable, Equatable {
        package var name: String
        package var uid: String

        package init(name: String, uid: String) {
            self.name = name
            self.uid = uid
        }
    }

    package var issuer = ""
    package var subject = ""
    package var audiences: [String] = []
    /// Seconds since 1970, as all times here.
    package var expiry: Int64 = 0
    package var notBefore: Int64 = 0
    package var issuedAt: Int64 = 0
    /// The identity of the token (`jti`).
    package var id = ""
    package var namespace = ""
    package var serviceAccount = Reference(name: "", uid: "")
    package var pod: Reference?
    package var node: Reference?
    package var secret: Reference?
    /// From when on use of the token is counted as stale; for tokens whose expiry was extended.
    package var warnAfter: Int64?

    package init() {}

    /// The payload of a token.
    package init?(json: [UInt8]) {
        guard let value = try? JSONValue.parse(json), let kubernetes = value["kubernetes.io"],
            let expiry = value["exp"].flatMap(Self.seconds)
        else { return nil }
        issuer = value["iss"]?.stringValue ?? ""
        subject = value["sub"]?.stringValue ?? ""
        if let one = value["aud"]?.stringValue { audiences = [one] }
        if let many = value["aud"]?.arrayValue { audiences = many.compactMap(\.stringValue) }
        self.expiry = expiry
        notBefore = value["nbf"].flatMap(Self.seconds) ?? 0
        issuedAt = value["iat"].flatMap(Self.seconds) ?? 0
        id = value["jti"]?.stringValue ?? ""
        namespace = kubernetes["namespace"]?.stringValue ?? ""
        serviceAccount = Self.reference(kubernetes["serviceaccount"]) ?? serviceAccount
        pod = Self.reference(kubernetes["pod"])
        node = Self.reference(kubernetes["node"])
        secret = Self.reference(kubernetes["secret"])
        warnAfter = kubernetes["warnafter"].flatMap(Self.seconds)
    }

    /// The payload in JSON, members in alphabetical order.
    package var json: [UInt8] {
        var kubernetes: [(String, JSONValue)] = [("namespace", .string(namespace))]
        if let node { kubernetes.append(("node", Self.value(node))) }
        if let pod { kubernetes.append(("pod", Self.value(pod))) }
        if let secret { kubernetes.append(("secret", Self.value(secret))) }
        kubernetes.append(("serviceaccount", Self.value(serviceAccount)))
        if let warnAfter { kubernetes.append(("warnafter", .int(warnAfter))) }
        let members: [(String, JSONValue)] = [
            ("aud", .array(audiences.map { .string($0) })), ("exp", .int(expiry)), ("iat", .int(issuedAt)),
            ("iss", .string(issuer)), ("jti", .string(id)), ("kubernetes.io", .object(JSONObject(kubernetes))),
            ("nbf", .int(notBefore)), ("sub", .string(subject)),
        ]
        return JSONValue.object(JSONObject(members)).bytes()
    }

    /// The user that the token stands for.
    package var user: RequestUser {
        var extra = ["authentication.kubernetes.io/credential-id": ["JTI=\(id)"]]
        if id.isEmpty { extra = [:] }
        if let pod {
            extra["authentication.kubernetes.io/pod-name"] = [pod.name]
            extra["authentication.kubernetes.io/pod-uid"] = [pod.uid]
        }
        if let node {
            extra["authentication.kubernetes.io/node-name"] = [node.name]
            extra["authentication.kubernetes.io/node-uid"] = [node.uid]
        }
        return RequestUser(
            name: Self.userName(namespace: namespace, name: serviceAccount.name), uid: serviceAccount.uid,
            groups: Self.groups(namespace: namespace), extra: extra)
    }

    /// `system:serviceaccount:NAMESPACE:NAME`.
    package static func userName(namespace: String, name: String) -> String {
        "system:serviceaccount:\(namespace):\(name)"
    }

    /// The groups of every ServiceAccount of a namespace.
    package static func groups(namespace: String) -> [String] {
        ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"]
    }

    /// Takes `system:serviceaccount:NAMESPACE:NAME` apart; nil for other names.
    package static func splitUserName(_ user: String) -> (namespace: String, name: String)? {
        let prefix = "system:serviceaccount:"
        guard user.hasPrefix(prefix) else { return nil }
        let parts = user.dropFirst(prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let (namespace, name) = (String(parts[0]), String(parts[1]))
        guard NameRules.dns1123Label(namespace).isEmpty, NameRules.dns1123Subdomain(name).isEmpty else { return nil }
        return (namespace, name)
    }

    private static func seconds(_ value: JSONValue) -> Int64? {
        if let whole = value.int64Value { return whole }
        return value.doubleValue.flatMap { Int64(exactly: $0.rounded(.down)) }
    }

    private static func reference(_ value: JSONValue?) -> Reference? {
        guard let name = value?["name"]?.stringValue else { return nil }
        return Reference(name: name, uid: value?["uid"]?.stringValue ?? "")
    }

    private static func value(_ reference: Reference) -> JSONValue {
        .object(JSONObject([("name", .string(reference.name)), ("uid", .string(reference.uid))]))
    }
}
