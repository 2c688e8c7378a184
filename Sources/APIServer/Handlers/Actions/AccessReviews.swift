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
            try check(AccessReviewRules.faults(review.spec))
            review.status = decide(
                Self.user(review.spec), review.spec.resourceAttributes, review.spec.nonResourceAttributes)
            return Responses.value(review, status: 201, request)
        case "localsubjectaccessreviews":
            var review = try BodyDecoder.decode(LocalSubjectAccessReview.self, body, options, &warnings)
            try check(AccessReviewRules.localFaults(review.spec, namespace: request.info.namespace))
            review.metadata.namespace = request.info.namespace
            review.status = decide(
                Self.user(review.spec), review.spec.resourceAttributes, review.spec.nonResourceAttributes)
            return Responses.value(review, status: 201, request)
        default:
            var review = try BodyDecoder.decode(SelfSubjectAccessReview.self, body, options, &warnings)
            try check(AccessReviewRules.faults(review.spec))
            review.status = decide(request.user, review.spec.resourceAttributes, review.spec.nonResourceAttributes)
            return Responses.value(review, status: 201, request)
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
                subresource: resource.subresource, namespace: resource.namespace, name: resource.name)
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
}

/// The faults of access reviews.
enum AccessReviewRules {
    static func faults(_ spec: SubjectAccessReviewSpec) -> [FieldError] {
        var faults = attributes(spec.resourceAttributes, spec.nonResourceAttributes)
        if spec.user.isEmpty, spec.groups.isEmpty {
            faults.append(
                .invalid(FieldPath("spec", "user"), spec.user, "at least one of user or group must be specified"))
        }
        return faults
    }

    static func faults(_ spec: SelfSubjectAccessReviewSpec) -> [FieldError] {
        attributes(spec.resourceAttributes, spec.nonResourceAttributes)
    }

    static func localFaults(_ spec: SubjectAccessReviewSpec, namespace: String) -> [FieldError] {
        var faults = faults(spec)
        if let resource = spec.resourceAttributes, resource.namespace != namespace {
            faults.append(
                .invalid(
                    FieldPath("spec", "resourceAttributes", "namespace"), resource.namespace,
                    "must match metadata.namespace"))
        }
        if spec.nonResourceAttributes != nil {
            faults.append(
                .invalid(
                    FieldPath("spec", "nonResourceAttributes"), .object(JSONObject()),
                    "disallowed on this kind of request"))
        }
        return faults
    }

    private static func attributes(_ resource: ResourceAttributes?, _ path: NonResourceAttributes?) -> [FieldError] {
        if resource != nil, path != nil {
            return [
                .invalid(
                    FieldPath("spec", "nonResourceAttributes"), .object(JSONObject()),
                    "cannot be specified in combination with resourceAttributes")
            ]
        }
        if resource == nil, path == nil {
            return [
                .invalid(
                    FieldPath("spec", "resourceAttributes"), .null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified")
            ]
        }
        return []
    }
}
