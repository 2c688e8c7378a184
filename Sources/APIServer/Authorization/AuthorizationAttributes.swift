// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What authorization looks at.
///
/// - SeeAlso: `authorizer.Attributes` of Kubernetes' `k8s.io/apiserver/pkg/authorization/authorizer`.
package struct AuthorizationAttributes: Sendable, Equatable {
    package var user: RequestUser
    package var verb: String
    package var isResourceRequest: Bool
    package var apiGroup: String
    package var resource: String
    package var subresource: String
    package var namespace: String
    package var name: String
    /// Of a non-resource request.
    package var path: String
    /// The field selector of a list, watch or deletecollection, as sent; empty for others.
    package var fieldSelector: String

    /// About a resource.
    package init(
        user: RequestUser, verb: String, apiGroup: String, resource: String, subresource: String = "",
        namespace: String = "", name: String = "", fieldSelector: String = ""
    ) {
        self.user = user
        self.verb = verb
        isResourceRequest = true
        self.apiGroup = apiGroup
        self.resource = resource
        self.subresource = subresource
        self.namespace = namespace
        self.name = name
        path = ""
        self.fieldSelector = fieldSelector
    }

    /// About a path.
    package init(user: RequestUser, verb: String, path: String) {
        self.init(user: user, verb: verb, apiGroup: "", resource: "")
        isResourceRequest = false
        self.path = path
    }

    /// About a request.
    package init(_ request: APIRequest) {
        let info = request.info
        guard info.isResourceRequest else {
            self.init(user: request.user, verb: info.verb, path: request.path)
            return
        }
        let selects = info.verb == "list" || info.verb == "watch" || info.verb == "deletecollection"
        self.init(
            user: request.user, verb: info.verb, apiGroup: info.apiGroup, resource: info.resource,
            subresource: info.subresource, namespace: info.namespace, name: info.name,
            fieldSelector: selects ? request.parameter("fieldSelector") ?? "" : "")
    }

    /// `pods`, `pods/log`.
    package var combinedResource: String { subresource.isEmpty ? resource : "\(resource)/\(subresource)" }
}

/// What one authorizer, or all together, say.
package struct AuthorizationDecision: Sendable, Equatable {
    package enum Verdict: Sendable, Equatable {
        case allow
        /// Nobody else is asked.
        case deny
        /// The next authorizer decides; refused if none allows.
        case noOpinion
    }
    package var verdict: Verdict
    package var reason: String

    package init(_ verdict: Verdict, reason: String = "") {
        self.verdict = verdict
        self.reason = reason
    }
}

/// Decides whether a user may do something. Asked on every request: must be quick and must not wait.
package protocol Authorizer: Sendable {
    func authorize(_ attributes: AuthorizationAttributes) -> AuthorizationDecision
}

/// Asks authorizers in turn, as kube-apiserver with `--authorization-mode=Node,RBAC` does; `system:masters` may do everything.
package struct AuthorizerChain: Authorizer {
    private let authorizers: [any Authorizer]

    package init(_ authorizers: [any Authorizer]) { self.authorizers = authorizers }

    package func authorize(_ attributes: AuthorizationAttributes) -> AuthorizationDecision {
        if attributes.user.groups.contains("system:masters") { return AuthorizationDecision(.allow) }
        var reasons: [String] = []
        for authorizer in authorizers {
            let decision = authorizer.authorize(attributes)
            if decision.verdict == .allow { return decision }
            if !decision.reason.isEmpty { reasons.append(decision.reason) }
            if decision.verdict == .deny {
                return AuthorizationDecision(.deny, reason: reasons.joined(separator: "\n"))
            }
        }
        return AuthorizationDecision(.noOpinion, reason: reasons.joined(separator: "\n"))
    }
}

extension FailureStatus {
    /// 403 for what the authorizers refused, in Kubernetes' words.
    ///
    /// - SeeAlso: `responsewriters.Forbidden` of Kubernetes' `k8s.io/apiserver`.
    package static func forbidden(_ attributes: AuthorizationAttributes, reason: String) -> FailureStatus {
        let user = FailureStatus.quote(attributes.user.name)
        guard attributes.isResourceRequest else {
            var message =
                "forbidden: User \(user) cannot \(attributes.verb) path \(FailureStatus.quote(attributes.path))"
            if !reason.isEmpty { message += ": \(reason)" }
            return FailureStatus(code: 403, reason: "Forbidden", message: message, details: Details())
        }
        let scope =
            attributes.namespace.isEmpty
            ? "at the cluster scope" : "in the namespace \(FailureStatus.quote(attributes.namespace))"
        var text = "User \(user) cannot \(attributes.verb) resource \(FailureStatus.quote(attributes.combinedResource))"
        text += " in API group \(FailureStatus.quote(attributes.apiGroup)) \(scope)"
        if !reason.isEmpty { text += ": \(reason)" }
        return forbidden(
            group: attributes.apiGroup, resource: attributes.resource, name: attributes.name, message: text)
    }

    /// 403 about an object or a collection.
    package static func forbidden(group: String, resource: String, name: String, message: String) -> FailureStatus {
        let qualified = group.isEmpty ? resource : "\(resource).\(group)"
        let subject = name.isEmpty ? qualified : "\(qualified) \(FailureStatus.quote(name))"
        return FailureStatus(
            code: 403, reason: "Forbidden", message: "\(subject) is forbidden: \(message)",
            details: Details(name: name, group: group, kind: resource))
    }
}
