// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery

/// `authorizer` in an expression: asks the server's authorization what a user may do.
///
/// - SeeAlso: the authorizer library of `k8s.io/apiserver/pkg/cel/library`.
struct CELAuthorizer: CELExtension {
    let user: RequestUser
    let authorizer: any Authorizer

    var typeName: String { "kubernetes.authorization.Authorizer" }

    func isEqual(to other: any CELExtension) -> Bool { (other as? CELAuthorizer)?.user == user }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        switch (name, arguments.first, arguments.count) {
        case ("path", .string(let path), 1):
            guard !path.isBlank else { throw CELFailure("path must not be empty") }
            return .other(CELPathCheck(user: user, path: path, authorizer: authorizer))
        case ("group", .string(let group), 1):
            return .other(CELGroupCheck(user: user, group: group, authorizer: authorizer))
        case ("serviceAccount", .string(let namespace), 2):
            guard case .string(let account) = arguments[1] else { return nil }
            return .other(CELAuthorizer(user: try Self.serviceAccount(namespace, account), authorizer: authorizer))
        default: return nil
        }
    }

    private static func serviceAccount(_ namespace: String, _ name: String) throws(CELFailure) -> RequestUser {
        guard NameRules.dns1123Subdomain(name).isEmpty else { throw CELFailure("Invalid service account name") }
        guard NameRules.dns1123Label(namespace).isEmpty else {
            throw CELFailure("Invalid service account namespace")
        }
        return RequestUser(
            name: "system:serviceaccount:\(namespace):\(name)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"])
    }
}

/// `authorizer.path(...)`.
struct CELPathCheck: CELExtension {
    let user: RequestUser
    let path: String
    let authorizer: any Authorizer

    var typeName: String { "kubernetes.authorization.PathCheck" }

    func isEqual(to other: any CELExtension) -> Bool {
        (other as? CELPathCheck).map { $0.user == user && $0.path == path } ?? false
    }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        guard name == "check", arguments.count == 1, case .string(let verb) = arguments[0] else { return nil }
        let attributes = AuthorizationAttributes(user: user, verb: verb, path: path)
        return .other(CELDecision(decision: authorizer.authorize(attributes)))
    }
}

/// `authorizer.group(...)`.
struct CELGroupCheck: CELExtension {
    let user: RequestUser
    let group: String
    let authorizer: any Authorizer

    var typeName: String { "kubernetes.authorization.GroupCheck" }

    func isEqual(to other: any CELExtension) -> Bool {
        (other as? CELGroupCheck).map { $0.user == user && $0.group == group } ?? false
    }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        guard name == "resource", arguments.count == 1, case .string(let resource) = arguments[0] else { return nil }
        guard !resource.isBlank else { throw CELFailure("resource must not be empty") }
        return .other(
            CELResourceCheck(
                AuthorizationAttributes(user: user, verb: "", apiGroup: group, resource: resource),
                authorizer: authorizer))
    }
}

/// `authorizer.group(...).resource(...)`, and `authorizer.requestResource`.
struct CELResourceCheck: CELExtension {
    private let attributes: AuthorizationAttributes
    private let authorizer: any Authorizer

    init(_ attributes: AuthorizationAttributes, authorizer: any Authorizer) {
        self.attributes = attributes
        self.authorizer = authorizer
    }

    var typeName: String { "kubernetes.authorization.ResourceCheck" }

    func isEqual(to other: any CELExtension) -> Bool { (other as? CELResourceCheck)?.attributes == attributes }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        guard arguments.count == 1, case .string(let text) = arguments[0] else { return nil }
        var changed = attributes
        switch name {
        case "subresource": changed.subresource = text
        case "namespace": changed.namespace = text
        case "name": changed.name = text
        case "fieldSelector": changed.fieldSelector = text
        // no authorizer of this server looks at labels
        case "labelSelector": break
        case "check":
            changed.verb = text
            return .other(CELDecision(decision: authorizer.authorize(changed)))
        default: return nil
        }
        return .other(CELResourceCheck(changed, authorizer: authorizer))
    }
}

/// What authorization says.
struct CELDecision: CELExtension {
    let decision: AuthorizationDecision

    var typeName: String { "kubernetes.authorization.Decision" }

    func isEqual(to other: any CELExtension) -> Bool { (other as? CELDecision)?.decision == decision }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        guard arguments.isEmpty else { return nil }
        switch name {
        case "allowed": return .bool(decision.verdict == .allow)
        case "reason": return .string(decision.reason)
        // the authorizers of this server always have an answer
        case "errored": return .bool(false)
        case "error": return .string("")
        default: return nil
        }
    }
}

extension String {
    /// Whether there is nothing in it but white space.
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
