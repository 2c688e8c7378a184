// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// All resources and subresources that are actions rather than stored objects.
package enum StandardActions {
    /// By `group/resource` or `group/resource/subresource`, as ``ResourceHandler`` wants them.
    ///
    /// - Parameters:
    ///   - authorizer: the whole chain, for access reviews.
    ///   - rbac: for SelfSubjectRulesReview.
    package static func all(
        authorizer: any Authorizer, rbac: RBACAuthorizer, authenticator: RequestAuthenticator,
        issuer: ServiceAccountTokenIssuer
    ) -> [String: any ResourceAction] {
        let reviews = AccessReviews(authorizer: authorizer)
        return [
            "/bindings": AdmittedAction(PodBinding()),
            "/pods/binding": AdmittedAction(PodBinding()),
            "/pods/eviction": AdmittedAction(PodEviction()),
            "/serviceaccounts/token": AdmittedAction(ServiceAccountToken(issuer: issuer)),
            "/componentstatuses": ComponentStatuses(),
            "/replicationcontrollers/scale": ScaleAction<ReplicationController>(),
            "apps/deployments/scale": ScaleAction<Deployment>(),
            "apps/replicasets/scale": ScaleAction<ReplicaSet>(),
            "apps/statefulsets/scale": ScaleAction<StatefulSet>(),
            "authentication.k8s.io/tokenreviews": TokenReviewAction(authenticator: authenticator),
            "authentication.k8s.io/selfsubjectreviews": SelfSubjectReviewAction(),
            "authorization.k8s.io/subjectaccessreviews": reviews,
            "authorization.k8s.io/localsubjectaccessreviews": reviews,
            "authorization.k8s.io/selfsubjectaccessreviews": reviews,
            "authorization.k8s.io/selfsubjectrulesreviews": SelfSubjectRulesReviewAction(rules: rbac),
        ]
    }
}
