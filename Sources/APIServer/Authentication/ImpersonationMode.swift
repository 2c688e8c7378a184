// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery

/// A set of permissions that lets one user act as another.
///
/// Beside the verb `impersonate` there are modes, each for a kind of user: one permission says which request may be made
/// (`impersonate-on:MODE:VERB`), others as whom (`impersonate:MODE`).
///
/// - SeeAlso: KEP-5284 (constrained impersonation).
package enum ImpersonationMode: String, Sendable, CaseIterable {
    /// A service account as the node of its own pod.
    case associatedNode = "associated-node"
    case arbitraryNode = "arbitrary-node"
    case serviceAccount = "serviceaccount"
    /// Everybody else, with all fields.
    case userInfo = "user-info"
    /// The verb `impersonate` alone.
    case plain = ""

    /// The order of asking: what worked last time for a user comes first.
    static func order(last: ImpersonationMode?) -> [ImpersonationMode] {
        guard let last else { return allCases }
        return [last] + allCases.filter { $0 != last }
    }

    private var isConstrained: Bool { self != .plain }
    private var verb: String { isConstrained ? "impersonate:\(rawValue)" : "impersonate" }
    /// The API group of users, nodes, groups and service accounts in questions of this mode.
    private var group: String { isConstrained ? Self.ownGroup : "" }
    private static let ownGroup = "authentication.k8s.io"

    /// Whether the mode is for users of this kind.
    private func applies(to wanted: Impersonation, requestor: RequestUser) -> Bool {
        let hasNameAlone = wanted.uid.isEmpty && wanted.groups.isEmpty && wanted.extra.isEmpty
        let node = Self.nodeName(of: wanted.userName)
        let isAccount = ServiceAccountClaims.splitUserName(wanted.userName) != nil
        switch self {
        case .associatedNode:
            return hasNameAlone && node != nil && ServiceAccountClaims.splitUserName(requestor.name) != nil
                && requestor.extra["authentication.kubernetes.io/node-name"] == node.map { [$0] }
        case .arbitraryNode: return hasNameAlone && node != nil
        case .serviceAccount: return hasNameAlone && isAccount
        case .userInfo: return node == nil && !isAccount
        case .plain: return true
        }
    }

    private static func nodeName(of user: String) -> String? {
        let prefix = "system:node:"
        guard user.hasPrefix(prefix) else { return nil }
        let name = String(user.dropFirst(prefix.count))
        return NameRules.dns1123Subdomain(name).isEmpty ? name : nil
    }

    /// The user that the request goes on as.
    ///
    /// - Parameter request: what the user wants to do, with the real user.
    /// - Returns: nil where the mode is not for this kind of user.
    /// - Throws: ``FailureStatus`` 403 of the first permission that is missing.
    func user(
        _ wanted: Impersonation, _ request: AuthorizationAttributes, _ authorizer: any Authorizer
    ) throws(FailureStatus) -> RequestUser? {
        guard applies(to: wanted, requestor: request.user) else { return nil }
        if isConstrained {
            var onRequest = request
            onRequest.verb = "impersonate-on:\(rawValue):\(request.verb)"
            try ask(onRequest, authorizer)
        }
        try ask(nameQuestion(wanted, request.user), authorizer)
        if !wanted.uid.isEmpty {
            try ask(question(request.user, Self.ownGroup, "uids", wanted.uid), authorizer)
        }
        try askGroups(wanted.groups, request.user, authorizer)
        try askExtra(wanted.extra, request.user, authorizer)
        return result(wanted)
    }

    private func result(_ wanted: Impersonation) -> RequestUser {
        var groups = wanted.groups
        if groups.isEmpty, let account = ServiceAccountClaims.splitUserName(wanted.userName) {
            groups = ServiceAccountClaims.groups(namespace: account.namespace)
        } else if isConstrained, Self.nodeName(of: wanted.userName) != nil {
            groups = ["system:nodes"]
        }
        let nobody = "system:unauthenticated"
        let standard = wanted.userName == RequestUser.anonymous.name ? nobody : "system:authenticated"
        if !groups.contains(standard), !groups.contains(nobody) { groups.append(standard) }
        return RequestUser(name: wanted.userName, uid: wanted.uid, groups: groups, extra: wanted.extra)
    }

    // MARK: - questions

    private func question(
        _ user: RequestUser, _ group: String, _ resource: String, _ name: String, subresource: String = ""
    ) -> AuthorizationAttributes {
        AuthorizationAttributes(
            user: user, verb: verb, apiGroup: group, resource: resource, subresource: subresource, name: name)
    }

    private func nameQuestion(_ wanted: Impersonation, _ user: RequestUser) -> AuthorizationAttributes {
        if let account = ServiceAccountClaims.splitUserName(wanted.userName) {
            var asked = question(user, group, "serviceaccounts", account.name)
            asked.namespace = account.namespace
            return asked
        }
        if isConstrained, let node = Self.nodeName(of: wanted.userName) {
            // whoever may be the node of their pod may be so wherever the pod runs
            return question(user, group, "nodes", self == .associatedNode ? "*" : node)
        }
        return question(user, group, "users", wanted.userName)
    }

    /// From this many on, a permission for all of them is asked for first.
    private static let many = 4

    private func askGroups(
        _ groups: [String], _ user: RequestUser, _ authorizer: any Authorizer
    ) throws(FailureStatus) {
        if isConstrained {
            if groups.contains("") {
                throw .forbidden(
                    question(user, group, "groups", ""),
                    reason: "impersonating the empty string group is not allowed")
            }
            if groups.contains("system:masters") {
                throw .forbidden(
                    question(user, group, "groups", "system:masters"),
                    reason: "impersonating the system:masters group is not allowed")
            }
            if groups.count >= Self.many, allows(question(user, group, "groups", "*"), authorizer) { return }
        }
        for name in groups { try ask(question(user, group, "groups", name), authorizer) }
    }

    private func askExtra(
        _ extra: [String: [String]], _ user: RequestUser, _ authorizer: any Authorizer
    ) throws(FailureStatus) {
        if isConstrained {
            for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
                guard let fault = Self.fault(key, values) else { continue }
                throw .forbidden(question(user, Self.ownGroup, "userextras", ""), reason: fault)
            }
            let isMany = extra.reduce(0) { $0 + $1.value.count } >= Self.many
            let all = question(user, Self.ownGroup, "userextras", "*", subresource: "*")
            if isMany, allows(all, authorizer) { return }
        }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            for value in values {
                try ask(question(user, Self.ownGroup, "userextras", value, subresource: key), authorizer)
            }
        }
    }

    private static func fault(_ key: String, _ values: [String]) -> String? {
        if key.isEmpty { return "impersonating the empty string key in extra is not allowed" }
        let faults = ValueRules.domainPath(key, FieldPath("extra", "key"))
        if !faults.isEmpty {
            return "impersonating an invalid key in extra is not allowed: \(faults.aggregateMessage)"
        }
        return values.contains("") ? "impersonating the empty string value in extra is not allowed" : nil
    }

    private func allows(_ attributes: AuthorizationAttributes, _ authorizer: any Authorizer) -> Bool {
        authorizer.authorize(attributes).verdict == .allow
    }

    private func ask(_ attributes: AuthorizationAttributes, _ authorizer: any Authorizer) throws(FailureStatus) {
        let decision = authorizer.authorize(attributes)
        guard decision.verdict == .allow else { throw .forbidden(attributes, reason: decision.reason) }
    }
}

extension Impersonation {
    /// The user that the request goes on as, by the first mode that allows it.
    ///
    /// - Parameters:
    ///   - request: what the user wants to do, with the real user.
    ///   - last: the mode that worked last for the real user; it is tried first.
    /// - Returns: the user and the mode that worked.
    /// - Throws: ``FailureStatus`` 403 of the first mode that is for this kind of user.
    func user(
        for request: AuthorizationAttributes, last: ImpersonationMode?, authorizer: any Authorizer
    ) throws(FailureStatus) -> (user: RequestUser, mode: ImpersonationMode) {
        var refusal: FailureStatus?
        for mode in ImpersonationMode.order(last: last) {
            do throws(FailureStatus) {
                if let user = try mode.user(self, request, authorizer) { return (user, mode) }
            } catch {
                refusal = refusal ?? error
            }
        }
        throw refusal ?? .forbidden(request, reason: "all impersonation modes failed")
    }
}
