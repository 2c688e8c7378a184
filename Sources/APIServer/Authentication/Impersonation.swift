// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Acting as somebody else by the `Impersonate-*` header fields.
///
/// - SeeAlso: "User impersonation" in Kubernetes' documentation; KEP-5284 (constrained impersonation).
package struct Impersonation: Sendable, Equatable {
    package var userName = ""
    package var uid = ""
    package var groups: [String] = []
    package var extra: [String: [String]] = [:]

    /// What a request asks for.
    ///
    /// - Returns: nil where it asks for nothing.
    /// - Throws: ``FailureStatus`` 400 where groups, uid or extra come without a user.
    package init?(headers: [(name: String, value: String)]) throws(FailureStatus) {
        let extraPrefix = "impersonate-extra-"
        for (name, value) in headers where name.hasPrefix("impersonate-") {
            switch name {
            case "impersonate-user": userName = userName.isEmpty ? value : userName
            case "impersonate-group": groups.append(value)
            case "impersonate-uid": uid = uid.isEmpty ? value : uid
            default:
                guard name.hasPrefix(extraPrefix) else { continue }
                let key = String(name.dropFirst(extraPrefix.count))
                extra[RequestTarget("/" + key).map { String($0.path.dropFirst()) } ?? key, default: []].append(value)
            }
        }
        guard userName.isEmpty else { return }
        guard !groups.isEmpty || !uid.isEmpty || !extra.isEmpty else { return nil }
        throw FailureStatus.badRequest("requested \(goText) without impersonating a user name")
    }

    /// The value as upstream's message prints it.
    private var goText: String {
        func list(_ values: [String]) -> String {
            "[]string{" + values.map { FailureStatus.quote($0) }.joined(separator: ", ") + "}"
        }
        let groupText = groups.isEmpty ? "[]string(nil)" : list(groups)
        let pairs = extra.sorted { $0.key < $1.key }.map { "\(FailureStatus.quote($0.key)):\(list($0.value))" }
        let extraText =
            extra.isEmpty ? "map[string][]string(nil)" : "map[string][]string{" + pairs.joined(separator: ", ") + "}"
        return "&user.DefaultInfo{Name:\(FailureStatus.quote(userName)), UID:\(FailureStatus.quote(uid)), "
            + "Groups:\(groupText), Extra:\(extraText)}"
    }

    /// What the real user must be allowed to, in the order of asking.
    ///
    /// - Parameters:
    ///   - verb: `impersonate`, or that of a constrained mode.
    ///   - group: the API group of users and groups; empty with the verb `impersonate`.
    func permissions(for user: RequestUser, verb: String, group: String) -> [AuthorizationAttributes] {
        let own = "authentication.k8s.io"
        var list: [AuthorizationAttributes] = []
        if let account = ServiceAccountClaims.splitUserName(userName) {
            list.append(
                AuthorizationAttributes(
                    user: user, verb: verb, apiGroup: group, resource: "serviceaccounts", namespace: account.namespace,
                    name: account.name))
        } else if verb.hasSuffix("-node") {
            let name = userName.dropFirst("system:node:".count)
            list.append(
                AuthorizationAttributes(user: user, verb: verb, apiGroup: group, resource: "nodes", name: String(name)))
        } else {
            list.append(
                AuthorizationAttributes(user: user, verb: verb, apiGroup: group, resource: "users", name: userName))
        }
        for name in groups {
            list.append(
                AuthorizationAttributes(user: user, verb: verb, apiGroup: group, resource: "groups", name: name))
        }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            list += values.map {
                AuthorizationAttributes(
                    user: user, verb: verb, apiGroup: own, resource: "userextras", subresource: key, name: $0)
            }
        }
        if !uid.isEmpty {
            list.append(AuthorizationAttributes(user: user, verb: verb, apiGroup: own, resource: "uids", name: uid))
        }
        return list
    }

    /// The constrained mode for this kind of user.
    var mode: String {
        if ServiceAccountClaims.splitUserName(userName) != nil { return "serviceaccount" }
        return userName.hasPrefix("system:node:") ? "arbitrary-node" : "user-info"
    }

    /// The user that the request goes on as.
    package var user: RequestUser {
        var groups = groups
        if groups.isEmpty, let account = ServiceAccountClaims.splitUserName(userName) {
            groups = ServiceAccountClaims.groups(namespace: account.namespace)
        }
        let standard = userName == RequestUser.anonymous.name ? "system:unauthenticated" : "system:authenticated"
        if !groups.contains(standard), !groups.contains("system:unauthenticated") { groups.append(standard) }
        return RequestUser(name: userName, uid: uid, groups: groups, extra: extra)
    }

    /// Checks the permissions: those of the plain verb `impersonate`, or those of the constrained mode together with
    /// `impersonate-on:MODE:VERB` for the request itself.
    ///
    /// - Parameters:
    ///   - request: what the impersonated user wants to do, with the real user.
    ///   - hasPlainRights: whether the real user was let impersonate by the plain verb before; decides whose refusal is told.
    /// - Returns: whether the plain verb allowed it.
    /// - Throws: ``FailureStatus`` 403.
    func check(
        _ request: AuthorizationAttributes, hasPlainRights: Bool, authorizer: any Authorizer
    ) throws(FailureStatus) -> Bool {
        let plain = Self.firstRefusal(permissions(for: request.user, verb: "impersonate", group: ""), authorizer)
        guard let plain else { return true }
        var onRequest = request
        onRequest.verb = "impersonate-on:\(mode):\(request.verb)"
        let group = mode == "serviceaccount" ? "" : "authentication.k8s.io"
        let asked = [onRequest] + permissions(for: request.user, verb: "impersonate:\(mode)", group: group)
        guard let constrained = Self.firstRefusal(asked, authorizer) else { return false }
        throw hasPlainRights ? plain : constrained
    }

    private static func firstRefusal(_ list: [AuthorizationAttributes], _ authorizer: any Authorizer) -> FailureStatus?
    {
        for attributes in list {
            let decision = authorizer.authorize(attributes)
            if decision.verdict != .allow { return .forbidden(attributes, reason: decision.reason) }
        }
        return nil
    }
}
