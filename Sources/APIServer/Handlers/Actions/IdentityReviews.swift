// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// TokenReview: who a token belongs to.
struct TokenReviewAction: ResourceAction {
    let authenticator: RequestAuthenticator

    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        guard request.method == "POST", request.info.name.isEmpty else { throw APIStatusError.methodNotAllowed }
        let options = try WriteOptions(query: QueryReader(query: request.query), kind: "CreateOptions")
        var warnings: [String] = []
        var review = try BodyDecoder.decode(TokenReview.self, try ObjectBody(request), options, &warnings)
        guard !review.spec.token.isEmpty else {
            throw APIStatusError.badRequest("token is required for TokenReview in authentication")
        }
        review.metadata.wipeSystemFields(namespace: "")
        let result = authenticator.review(token: review.spec.token, audiences: review.spec.audiences)
        review.status = TokenReviewStatus {
            $0.authenticated = result.user != nil
            $0.audiences = result.audiences
            $0.error = result.error
            if let user = result.user { $0.user = UserInfo(user) }
        }
        return Responses.value(review, status: 201, request, headers: Responses.warnings(warnings))
    }
}

/// SelfSubjectReview: who the server takes the client for.
struct SelfSubjectReviewAction: ResourceAction {
    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        guard request.method == "POST", request.info.name.isEmpty else { throw APIStatusError.methodNotAllowed }
        let options = try WriteOptions(query: QueryReader(query: request.query), kind: "CreateOptions")
        var warnings: [String] = []
        var review = try BodyDecoder.decode(SelfSubjectReview.self, try ObjectBody(request), options, &warnings)
        // the answer does not repeat what was asked
        review = SelfSubjectReview()
        review.metadata.creationTimestamp = handler.registry.services.now()
        review.status.userInfo = UserInfo(request.user)
        return Responses.value(review, status: 201, request, headers: Responses.warnings(warnings))
    }
}

/// SelfSubjectRulesReview: all that the client may do in a namespace.
struct SelfSubjectRulesReviewAction: ResourceAction {
    let rules: RBACAuthorizer

    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        guard request.method == "POST", request.info.name.isEmpty else { throw APIStatusError.methodNotAllowed }
        let options = try WriteOptions(query: QueryReader(query: request.query), kind: "CreateOptions")
        var warnings: [String] = []
        var review = try BodyDecoder.decode(SelfSubjectRulesReview.self, try ObjectBody(request), options, &warnings)
        guard !review.spec.namespace.isEmpty else { throw APIStatusError.badRequest("no namespace on request") }
        let found = rules.rules(of: request.user, namespace: review.spec.namespace)
        // the answer does not repeat what was asked
        review = SelfSubjectRulesReview()
        review.status.resourceRules = found.rules.filter { !$0.resources.isEmpty }.map { rule in
            ResourceRule {
                $0.verbs = rule.verbs
                $0.apiGroups = rule.apiGroups
                $0.resources = rule.resources
                $0.resourceNames = rule.resourceNames
            }
        }
        review.status.nonResourceRules = found.rules.filter { !$0.nonResourceURLs.isEmpty }.map { rule in
            NonResourceRule {
                $0.verbs = rule.verbs
                $0.nonResourceURLs = rule.nonResourceURLs
            }
        }
        var faults: [String] = []
        if NodeAuthorizer.nodeName(of: request.user) != nil {
            // what a node may do depends on its pods: rules cannot say it
            faults.append("node authorizer does not support user rule resolution")
            review.status.incomplete = true
        }
        if !found.faults.isEmpty { faults.append(RBACAuthorizer.text(of: found.faults)) }
        if !faults.isEmpty { review.status.evaluationError = RBACAuthorizer.text(of: faults) }
        return Responses.value(review, status: 201, request, headers: Responses.warnings(warnings))
    }
}

extension UserInfo {
    /// A user as reviews show them.
    init(_ user: RequestUser) {
        self.init {
            $0.username = user.name
            $0.uid = user.uid
            $0.groups = user.groups
            $0.extra = user.extra
        }
    }
}
