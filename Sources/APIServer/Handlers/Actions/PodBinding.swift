// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// `pods/binding` and `bindings`: assigns a pod to a node.
///
/// - SeeAlso: `BindingREST` of Kubernetes' pod registry.
struct PodBinding: ResourceAction {
    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        guard request.method == "POST" else { throw APIStatusError.methodNotAllowed }
        guard !request.info.namespace.isEmpty else { throw APIStatusError.methodNotAllowed }
        let options = try WriteOptions(query: QueryReader(query: request.query), kind: "CreateOptions")
        var warnings: [String] = []
        let binding = try BodyDecoder.decode(Binding.self, try ObjectBody(request), options, &warnings)
        var name = request.info.name
        if request.info.resource == "bindings" {
            name = binding.metadata.name
        } else if !binding.metadata.name.isEmpty, binding.metadata.name != name {
            throw APIStatusError.badRequest("name in URL does not match name in Binding object")
        }
        if let fault = Self.fault(binding) { throw APIStatusError.plain(fault) }
        let context = WriteContext(
            .update, user: request.user, namespace: request.info.namespace, name: name, subresource: "binding",
            options: options, now: handler.registry.services.now())
        let pods = try handler.registry.endpoint(Pod.self)
        _ = try await pods.update(context) { pod, _ in try Self.bind(pod, binding, at: context.now) }
        let status = Status {
            $0.status = "Success"
            $0.code = 201
        }
        return Responses.value(status, status: 201, request, headers: Responses.warnings(warnings))
    }

    private static func fault(_ binding: Binding) -> String? {
        if !binding.target.kind.isEmpty, binding.target.kind != "Node" {
            return
                "target.kind: Unsupported value: \(GoText.quote(binding.target.kind)): supported values: \"Node\", \"<empty>\""
        }
        return binding.target.name.isEmpty ? "target.name: Required value" : nil
    }

    /// The pod on its node, with the labels and annotations of the binding.
    static func bind(_ old: Pod, _ binding: Binding, at now: Time) throws(APIStatusError) -> Pod {
        let resource = APIMachinery.GroupResource(group: "", resource: "pods/binding")
        func conflict(_ text: String) -> APIStatusError { .conflict(resource, name: old.metadata.name, text) }
        if !binding.metadata.uid.isEmpty, binding.metadata.uid != old.metadata.uid {
            throw conflict(
                "Precondition failed: UID in precondition: \(binding.metadata.uid), UID in object meta: \(old.metadata.uid)"
            )
        }
        guard old.metadata.deletionTimestamp == nil else {
            throw conflict("pod \(old.metadata.name) is being deleted, cannot be assigned to a host")
        }
        guard old.spec.nodeName.isEmpty else {
            throw conflict("pod \(old.metadata.name) is already assigned to node \(GoText.quote(old.spec.nodeName))")
        }
        guard old.spec.schedulingGates.isEmpty else {
            throw conflict("pod \(old.metadata.name) has non-empty .spec.schedulingGates")
        }
        var pod = old
        pod.spec.nodeName = binding.target.name
        pod.status.nominatedNodeName = ""
        pod.metadata.labels.merge(binding.metadata.labels) { $1 }
        pod.metadata.annotations.merge(binding.metadata.annotations) { $1 }
        if let index = pod.status.conditions.firstIndex(where: { $0.type == PodConditionType.podScheduled }) {
            if pod.status.conditions[index].status != ConditionStatus.true {
                pod.status.conditions[index].lastTransitionTime = now
            }
            pod.status.conditions[index].status = ConditionStatus.true
            pod.status.conditions[index].reason = ""
            pod.status.conditions[index].message = ""
        } else {
            pod.status.conditions.append(
                PodCondition {
                    $0.type = PodConditionType.podScheduled
                    $0.status = ConditionStatus.true
                    $0.lastTransitionTime = now
                })
        }
        return pod
    }
}
