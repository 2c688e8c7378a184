// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// `pods/eviction`: deletes a pod unless a disruption budget forbids it.
///
/// - SeeAlso: `EvictionREST` of Kubernetes' pod registry.
struct PodEviction: ResourceAction {
    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        guard request.method == "POST" else { throw APIStatusError.methodNotAllowed }
        let options = try WriteOptions(query: QueryReader(query: request.query), kind: "CreateOptions")
        var warnings: [String] = []
        let eviction = try BodyDecoder.decode(Eviction.self, try ObjectBody(request), options, &warnings)
        let (namespace, name) = (request.info.namespace, request.info.name)
        guard eviction.metadata.name == name else {
            throw APIStatusError.badRequest("name in URL does not match name in Eviction object")
        }
        let pods = try handler.registry.endpoint(Pod.self)
        guard let pod = try await pods.get(namespace: namespace, name: name) else {
            throw APIStatusError.notFound(Pod.resource, name)
        }
        var delete = eviction.deleteOptions ?? DeleteOptions()
        var write = options
        write.isDryRun = options.isDryRun || delete.dryRun.contains("All")
        if !Self.ignoresBudget(pod) {
            try await claimDisruption(of: pod, handler, request, write)
            var preconditions = delete.preconditions ?? Preconditions()
            preconditions.uid = preconditions.uid ?? pod.metadata.uid
            delete.preconditions = preconditions
        }
        let context = WriteContext(
            .delete, user: request.user, namespace: namespace, name: name, options: write,
            now: handler.registry.services.now())
        _ = try await pods.delete(delete, context)
        let status = Status {
            $0.status = "Success"
            $0.code = 201
        }
        return Responses.value(status, status: 201, request, headers: Responses.warnings(warnings))
    }

    /// Finished, pending and already deleted pods do not disturb anybody.
    static func ignoresBudget(_ pod: Pod) -> Bool {
        switch pod.status.phase {
        case PodPhase.succeeded, PodPhase.failed, PodPhase.pending: true
        default: pod.metadata.deletionTimestamp != nil
        }
    }

    private func claimDisruption(
        of pod: Pod, _ handler: ResourceHandler, _ request: APIRequest, _ options: WriteOptions
    ) async throws {
        let budgets = try handler.registry.endpoint(PodDisruptionBudget.self)
        let selection = ObjectSelection(namespace: pod.metadata.namespace)
        let matching = try await budgets.cache.snapshot().objects(selection).map { try budgets.decode($0) }
            .filter { LabelSelectorExpression($0.spec.selector).matches(pod.metadata.labels) }
        guard matching.count <= 1 else {
            throw APIStatusError.internalError(
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
        }
        guard let budget = matching.first else { return }
        if Self.isUnready(pod), Self.lets(unreadyPodOf: budget) { return }
        let context = WriteContext(
            .update, user: request.user, namespace: budget.metadata.namespace, name: budget.metadata.name,
            subresource: "status", options: options, now: handler.registry.services.now())
        _ = try await budgets.update(context) { current, _ in try Self.disrupt(current, pod, at: context.now) }
    }

    private static func isUnready(_ pod: Pod) -> Bool {
        !pod.status.conditions.contains { $0.type == PodConditionType.ready && $0.status == ConditionStatus.true }
    }

    /// Whether the policy of a budget lets pods go that are not ready.
    private static func lets(unreadyPodOf budget: PodDisruptionBudget) -> Bool {
        if budget.spec.unhealthyPodEvictionPolicy == "AlwaysAllow" { return true }
        return budget.status.currentHealthy >= budget.status.desiredHealthy && budget.status.desiredHealthy > 0
    }

    /// The budget with one disruption less.
    static func disrupt(_ old: PodDisruptionBudget, _ pod: Pod, at now: Time) throws(APIStatusError)
        -> PodDisruptionBudget
    {
        let name = GoText.quote(old.metadata.name)
        guard old.status.observedGeneration >= old.metadata.generation else {
            throw refusal(
                "The disruption budget \(old.metadata.name) is still being processed by the server.", retryAfter: 10)
        }
        guard old.status.disruptionsAllowed >= 0 else {
            throw .forbidden(
                PodDisruptionBudget.resource, old.metadata.name, "pdb disruptions allowed is negative")
        }
        guard old.status.disruptedPods.count <= 2000 else {
            throw .forbidden(
                PodDisruptionBudget.resource, old.metadata.name,
                "DisruptedPods map too big - too many evictions not confirmed by PDB controller")
        }
        guard old.status.disruptionsAllowed > 0 else {
            throw refusal(
                "The disruption budget \(old.metadata.name) needs \(old.status.desiredHealthy) healthy pods and has "
                    + "\(old.status.currentHealthy) currently", retryAfter: 0, subject: name)
        }
        var budget = old
        budget.status.disruptionsAllowed -= 1
        budget.status.disruptedPods[pod.metadata.name] = now
        return budget
    }

    private static func refusal(_ text: String, retryAfter: Int32, subject: String = "") -> APIStatusError {
        var error = APIStatusError.tooManyRequests(
            "Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds: retryAfter)
        error.details?.causes = [
            StatusCause {
                $0.reason = "DisruptionBudget"
                $0.message = text
            }
        ]
        return error
    }
}
