// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// `serviceaccounts/token`: makes a token, bound to a pod, a secret or a node where the request says so.
///
/// - SeeAlso: KEP-1205 and `TokenREST` of Kubernetes' service account registry.
struct ServiceAccountToken: ResourceAction {
    let issuer: ServiceAccountTokenIssuer

    private static let minimumSeconds: Int64 = 600
    private static let maximumSeconds: Int64 = 1 << 32
    /// What `ServiceAccount` projects into pods asks for this much; such tokens may live for a year, with a warning after an hour.
    private static let projectedSeconds: Int64 = 3607
    private static let yearSeconds: Int64 = 365 * 24 * 3600

    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        guard request.method == "POST" else { throw APIStatusError.methodNotAllowed }
        let options = try WriteOptions(query: QueryReader(query: request.query), kind: "CreateOptions")
        var warnings: [String] = []
        var review = try BodyDecoder.decode(TokenRequest.self, try ObjectBody(request), options, &warnings)
        let (namespace, name) = (request.info.namespace, request.info.name)
        try Self.check(review, namespace: namespace, name: name)
        let accounts = try handler.registry.endpoint(ServiceAccount.self)
        guard let account = try await accounts.get(namespace: namespace, name: name) else {
            throw APIStatusError.notFound(ServiceAccount.resource, name)
        }
        try Self.check(review.metadata.uid, is: account)
        var lifetime = review.spec.expirationSeconds ?? 3600
        let faults = Self.faults(lifetime)
        guard faults.isEmpty else { throw APIStatusError.invalid(Self.groupKind, name: "", faults) }
        try await restrict(request.user, review, namespace: namespace, name: name, handler)
        review.spec.expirationSeconds = lifetime
        if lifetime == Self.projectedSeconds, review.spec.boundObjectRef?.kind == "Pod", review.spec.audiences.isEmpty {
            lifetime = Self.yearSeconds
        }
        let bound = try await boundObject(review.spec.boundObjectRef, account, handler)
        if review.spec.audiences.isEmpty { review.spec.audiences = issuer.audiences }
        let reference = ServiceAccountClaims.Reference(name: name, uid: account.metadata.uid)
        let issued = try issuer.issue(
            namespace: namespace, serviceAccount: reference, audiences: review.spec.audiences, lifetime: lifetime,
            pod: bound.pod, node: bound.node, secret: bound.secret)
        review.metadata.name = name
        review.metadata.namespace = namespace
        review.metadata.uid = account.metadata.uid
        review.metadata.creationTimestamp = handler.registry.services.now()
        review.status.token = issued.token
        review.status.expirationTimestamp.seconds = issued.expiry
        return Responses.value(review, status: 201, request, headers: Responses.warnings(warnings))
    }

    private static let groupKind = APIMachinery.GroupKind(group: TokenRequest.group, kind: TokenRequest.kind)

    private static func check(_ review: TokenRequest, namespace: String, name: String) throws(APIStatusError) {
        if !review.metadata.namespace.isEmpty, review.metadata.namespace != namespace {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        guard !review.metadata.name.isEmpty, review.metadata.name != name else { return }
        throw .invalid(
            groupKind, name: name,
            [
                .invalid(
                    FieldPath("metadata", "name"), review.metadata.name,
                    "must match the service account name if specified")
            ])
    }

    /// Who names a uid wants a token of that account, not of one that has its name now.
    private static func check(_ uid: String, is account: ServiceAccount) throws(APIStatusError) {
        guard !uid.isEmpty, uid != account.metadata.uid else { return }
        throw .conflict(
            GroupResource(group: TokenRequest.group, resource: TokenRequest.kind), name: account.metadata.name,
            "the UID in the token request (\(uid)) does not match the UID of the service account (\(account.metadata.uid))"
        )
    }

    /// A kubelet gets tokens for the pods of its node alone.
    private func restrict(
        _ user: RequestUser, _ review: TokenRequest, namespace: String, name: String, _ handler: ResourceHandler
    ) async throws {
        guard let node = NodeAuthorizer.nodeName(of: user) else { return }
        var pod: Pod?
        if let reference = review.spec.boundObjectRef, reference.kind == "Pod" {
            pod = try await handler.registry.endpoint(Pod.self).get(namespace: namespace, name: reference.name)
        }
        guard let refusal = NodeRestrictionRules.token(review, node: node, pod: pod) else { return }
        throw APIStatusError.forbidden(ServiceAccount.resource, name, refusal)
    }

    private static func faults(_ seconds: Int64) -> [FieldError] {
        let path = FieldPath("spec", "expirationSeconds")
        if seconds < minimumSeconds {
            return [.invalid(path, seconds, "may not specify a duration less than 10 minutes")]
        }
        if seconds > maximumSeconds {
            return [.invalid(path, seconds, "may not specify a duration larger than 2^32 seconds")]
        }
        return []
    }

    private struct Bound {
        var pod: ServiceAccountClaims.Reference?
        var node: ServiceAccountClaims.Reference?
        var secret: ServiceAccountClaims.Reference?
    }

    private func boundObject(
        _ reference: BoundObjectReference?, _ account: ServiceAccount, _ handler: ResourceHandler
    ) async throws -> Bound {
        var bound = Bound()
        guard let reference else { return bound }
        let namespace = account.metadata.namespace
        let (group, version) = Self.parts(of: reference.apiVersion)
        switch (group, reference.kind) {
        case ("", "Pod"):
            guard
                let pod = try await handler.registry.endpoint(Pod.self).get(namespace: namespace, name: reference.name)
            else { throw APIStatusError.notFound(Pod.resource, reference.name) }
            guard pod.spec.serviceAccountName == account.metadata.name else {
                throw APIStatusError.badRequest(
                    "cannot bind token for serviceaccount \(GoText.quote(account.metadata.name)) to pod running with different "
                        + "serviceaccount name.")
            }
            bound.pod = try Self.checked(reference, pod.metadata)
            if !pod.spec.nodeName.isEmpty {
                let node = try await handler.registry.endpoint(Node.self).get(namespace: "", name: pod.spec.nodeName)
                bound.node = ServiceAccountClaims.Reference(name: pod.spec.nodeName, uid: node?.metadata.uid ?? "")
            }
        case ("", "Secret"):
            guard
                let secret = try await handler.registry.endpoint(Secret.self).get(
                    namespace: namespace, name: reference.name)
            else { throw APIStatusError.notFound(Secret.resource, reference.name) }
            bound.secret = try Self.checked(reference, secret.metadata)
        case ("", "Node"):
            guard let node = try await handler.registry.endpoint(Node.self).get(namespace: "", name: reference.name)
            else { throw APIStatusError.notFound(Node.resource, reference.name) }
            bound.node = try Self.checked(reference, node.metadata)
        default:
            throw APIStatusError.badRequest(
                "cannot bind token to object of type \(group)/\(version), Kind=\(reference.kind)")
        }
        return bound
    }

    /// - Throws: 409 where the object is another than the reference names.
    private static func checked(
        _ reference: BoundObjectReference, _ meta: ObjectMeta
    ) throws(APIStatusError) -> ServiceAccountClaims.Reference {
        if !reference.uid.isEmpty, reference.uid != meta.uid {
            // the message names the kind
            throw .conflict(
                GroupResource(group: "", resource: reference.kind), name: meta.name,
                "the UID in the bound object reference (\(reference.uid)) does not match the UID in record. The object might "
                    + "have been deleted and then recreated")
        }
        return ServiceAccountClaims.Reference(name: meta.name, uid: meta.uid)
    }

    /// Group and version; both are empty where they cannot be told. The version does not matter.
    private static func parts(of apiVersion: String) -> (group: String, version: String) {
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: return ("", parts[0])
        case 2: return (parts[0], parts[1])
        default: return ("", "")
        }
    }
}
