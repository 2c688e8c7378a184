// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// SubjectAccessReview and its relatives: what somebody may do.
struct AccessReviews: ResourceAction {
    let authorizer: any Authorizer

    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        guard request.method == "POST", request.info.name.isEmpty else { throw APIStatusError.methodNotAllowed }
        let options = try WriteOptions(query: QueryReader(query: request.query), kind: "CreateOptions")
        let body = try ObjectBody(request)
        var warnings: [String] = []
        switch request.info.resource {
        case "subjectaccessreviews":
            var review = try BodyDecoder.decode(SubjectAccessReview.self, body, options, &warnings)
            try check(AccessReviewRules.faults(review))
            review.status = decide(
                Self.user(review.spec), review.spec.resourceAttributes, review.spec.nonResourceAttributes)
            return Responses.value(review, status: 201, request, headers: Responses.warnings(warnings))
        case "localsubjectaccessreviews":
            var review = try BodyDecoder.decode(LocalSubjectAccessReview.self, body, options, &warnings)
            let namespace = request.info.namespace
            guard review.metadata.namespace.isEmpty || review.metadata.namespace == namespace else {
                throw APIStatusError.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request")
            }
            review.metadata.namespace = namespace
            try check(AccessReviewRules.faults(review))
            review.status = decide(
                Self.user(review.spec), review.spec.resourceAttributes, review.spec.nonResourceAttributes)
            return Responses.value(review, status: 201, request, headers: Responses.warnings(warnings))
        default:
            var review = try BodyDecoder.decode(SelfSubjectAccessReview.self, body, options, &warnings)
            try check(AccessReviewRules.faults(review))
            review.status = decide(request.user, review.spec.resourceAttributes, review.spec.nonResourceAttributes)
            return Responses.value(review, status: 201, request, headers: Responses.warnings(warnings))
        }
    }

    private func check(_ faults: [FieldError]) throws {
        guard !faults.isEmpty else { return }
        throw APIStatusError.invalid(
            APIMachinery.GroupKind(group: SubjectAccessReview.group, kind: ""), name: "", faults)
    }

    private static func user(_ spec: SubjectAccessReviewSpec) -> RequestUser {
        RequestUser(name: spec.user, uid: spec.uid, groups: spec.groups, extra: spec.extra)
    }

    private func decide(
        _ user: RequestUser, _ resource: ResourceAttributes?, _ path: NonResourceAttributes?
    ) -> SubjectAccessReviewStatus {
        let attributes: AuthorizationAttributes
        if let resource {
            attributes = AuthorizationAttributes(
                user: user, verb: resource.verb, apiGroup: resource.group, resource: resource.resource,
                subresource: resource.subresource, namespace: resource.namespace, name: resource.name,
                fieldSelector: Self.fieldSelector(resource))
        } else {
            attributes = AuthorizationAttributes(user: user, verb: path?.verb ?? "", path: path?.path ?? "")
        }
        let decision = authorizer.authorize(attributes)
        return SubjectAccessReviewStatus {
            $0.allowed = decision.verdict == .allow
            $0.denied = decision.verdict == .deny
            $0.reason = decision.reason
        }
    }

    /// The selector in text form. A requirement that the text cannot say selects more, never less.
    private static func fieldSelector(_ attributes: ResourceAttributes) -> String {
        guard ["list", "watch", "deletecollection"].contains(attributes.verb), let selector = attributes.fieldSelector
        else { return "" }
        if !selector.rawSelector.isEmpty { return selector.rawSelector }
        return selector.requirements.compactMap { requirement in
            requirement.`operator` == "In" && requirement.values.count == 1
                ? "\(requirement.key)=\(requirement.values[0])" : nil
        }.joined(separator: ",")
    }
}
