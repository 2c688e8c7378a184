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
            review.metadata.wipeSystemFields(namespace: "")
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
            review.metadata.wipeSystemFields(namespace: namespace)
            try check(AccessReviewRules.faults(review))
            review.status = decide(
                Self.user(review.spec), review.spec.resourceAttributes, review.spec.nonResourceAttributes)
            return Responses.value(review, status: 201, request, headers: Responses.warnings(warnings))
        default:
            var review = try BodyDecoder.decode(SelfSubjectAccessReview.self, body, options, &warnings)
            review.metadata.wipeSystemFields(namespace: "")
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
        var faults: [String] = []
        if let resource {
            let selectors = ReviewSelectors(resource)
            faults = selectors.faults
            attributes = AuthorizationAttributes(
                user: user, verb: resource.verb, apiGroup: resource.group, resource: resource.resource,
                subresource: resource.subresource, namespace: resource.namespace, name: resource.name,
                fieldSelector: selectors.fields)
        } else {
            attributes = AuthorizationAttributes(user: user, verb: path?.verb ?? "", path: path?.path ?? "")
        }
        let decision = authorizer.authorize(attributes)
        return SubjectAccessReviewStatus {
            $0.allowed = decision.verdict == .allow
            $0.denied = decision.verdict == .deny
            $0.reason = decision.reason
            $0.evaluationError = faults.joined(separator: "; ")
        }
    }
}

/// The selectors of a review as authorization sees them. What cannot be read is left out: then more is asked for, never less.
///
/// - SeeAlso: `ResourceAttributesFrom` of Kubernetes' `pkg/registry/authorization/util`.
struct ReviewSelectors: Equatable {
    /// In text form; empty for verbs that select nothing.
    var fields = ""
    /// What was left out, as `status.evaluationError` tells it.
    var faults: [String] = []

    init(_ attributes: ResourceAttributes) {
        let (fields, fieldFault) = Self.read(attributes.fieldSelector)
        if ["list", "watch", "deletecollection"].contains(attributes.verb) {
            self.fields = fields.joined(separator: ",")
        }
        if fieldFault { faults.append(Self.fault("fieldSelector", isPartial: !fields.isEmpty)) }
        guard let labels = attributes.labelSelector else { return }
        let known = labels.requirements.filter { ["In", "NotIn", "Exists", "DoesNotExist"].contains($0.`operator`) }
        let isUnread = labels.requirements.isEmpty && (try? LabelSelectorExpression(parsing: labels.rawSelector)) == nil
        if isUnread || known.count < labels.requirements.count {
            faults.append(Self.fault("labelSelector", isPartial: !known.isEmpty))
        }
    }

    private static func fault(_ field: String, isPartial: Bool) -> String {
        "spec.resourceAttributes.\(field) \(isPartial ? "partially ignored" : "ignored") due to parse error"
    }

    /// The terms, and whether some could not be read.
    private static func read(_ selector: FieldSelectorAttributes?) -> (terms: [String], hasFault: Bool) {
        guard let selector else { return ([], false) }
        if selector.requirements.isEmpty {
            guard (try? FieldSelector(parsing: selector.rawSelector)) != nil else { return ([], true) }
            return ([selector.rawSelector], false)
        }
        let terms = selector.requirements.compactMap { requirement -> String? in
            guard requirement.values.count == 1 else { return nil }
            switch requirement.`operator` {
            case "In": return "\(requirement.key)=\(requirement.values[0])"
            case "NotIn": return "\(requirement.key)!=\(requirement.values[0])"
            default: return nil
            }
        }
        return (terms, terms.count < selector.requirements.count)
    }
}

extension ObjectMeta {
    /// What a client cannot say of itself in an object that is answered, not stored.
    mutating func wipeSystemFields(namespace: String) {
        self.namespace = namespace
        creationTimestamp = Time()
        deletionTimestamp = nil
        deletionGracePeriodSeconds = nil
        uid = ""
        selfLink = ""
    }
}
