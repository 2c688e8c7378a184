// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// A kind with a number of replicas.
protocol Scalable: RESTObject {
    var scaleReplicas: Int32 { get set }
    var observedReplicas: Int32 { get }
    /// The selector of its pods in text form.
    var scaleSelector: String { get }
}

extension Deployment: Scalable {
    var scaleReplicas: Int32 {
        get { spec.replicas ?? 1 }
        set { spec.replicas = newValue }
    }
    var observedReplicas: Int32 { status.replicas }
    var scaleSelector: String { LabelSelectorExpression(spec.selector).description }
}

extension ReplicaSet: Scalable {
    var scaleReplicas: Int32 {
        get { spec.replicas ?? 1 }
        set { spec.replicas = newValue }
    }
    var observedReplicas: Int32 { status.replicas }
    var scaleSelector: String { LabelSelectorExpression(spec.selector).description }
}

extension StatefulSet: Scalable {
    var scaleReplicas: Int32 {
        get { spec.replicas ?? 1 }
        set { spec.replicas = newValue }
    }
    var observedReplicas: Int32 { status.replicas }
    var scaleSelector: String { LabelSelectorExpression(spec.selector).description }
}

extension ReplicationController: Scalable {
    var scaleReplicas: Int32 {
        get { spec.replicas ?? 1 }
        set { spec.replicas = newValue }
    }
    var observedReplicas: Int32 { status.replicas }
    var scaleSelector: String { LabelSelectorExpression(matching: spec.selector).description }
}

/// The `scale` subresource: the same small object for every kind with replicas.
struct ScaleAction<Object: Scalable>: ResourceAction {
    var offersTransforms: Bool { true }

    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        let endpoint = try handler.registry.endpoint(Object.self)
        switch request.method {
        case "GET":
            guard let object = try await endpoint.get(namespace: request.info.namespace, name: request.info.name) else {
                throw APIStatusError.notFound(Object.resource, request.info.name)
            }
            return try ScaleAnswer(Self.scale(object), request).response
        case "PUT":
            let options = try WriteOptions(query: QueryReader(query: request.query), kind: "UpdateOptions")
            var warnings: [String] = []
            var scale = try BodyDecoder.decode(Scale.self, try ObjectBody(request), options, &warnings)
            try BodyDecoder.checkIdentity(&scale.metadata, context(request, options, handler), isNamespaced: true)
            let wanted = scale
            return try await write(request, options, handler) { _ in wanted }
        case "PATCH":
            let form = try ObjectPatch.Form(contentType: request.header("content-type") ?? "")
            let options = try WriteOptions(query: QueryReader(query: request.query), patch: form)
            let patch = ObjectPatch(form: form, bytes: request.body)
            let context = context(request, options, handler)
            return try await write(request, options, handler) { object in
                let document = try JSONValue.parse(JSONCoding.encode(Self.scale(object)))
                var warnings: [String] = []
                var scale = try PatchEngine.apply(patch, to: document, kind: Scale.self)
                    .decode(Scale.self, options, &warnings)
                try BodyDecoder.checkIdentity(&scale.metadata, context, isNamespaced: true)
                return scale
            }
        default: throw APIStatusError.methodNotAllowed
        }
    }

    private func context(_ request: APIRequest, _ options: WriteOptions, _ handler: ResourceHandler) -> WriteContext {
        WriteContext(
            .update, user: request.user, namespace: request.info.namespace, name: request.info.name,
            subresource: "scale",
            options: options, now: handler.registry.services.now())
    }

    private func write(
        _ request: APIRequest, _ options: WriteOptions, _ handler: ResourceHandler,
        _ wanted: @escaping @Sendable (Object) throws -> Scale
    ) async throws -> APIResponse {
        let endpoint = try handler.registry.endpoint(Object.self)
        let result = try await endpoint.update(context(request, options, handler)) { old, _ in
            let scale = try wanted(old)
            if scale.spec.replicas < 0 {
                throw APIStatusError.invalid(
                    APIMachinery.GroupKind(group: "autoscaling", kind: "Scale"), name: old.metadata.name,
                    [.invalid(FieldPath("spec", "replicas"), scale.spec.replicas, "must be greater than or equal to 0")]
                )
            }
            var new = old
            new.metadata.resourceVersion = scale.metadata.resourceVersion
            if !scale.metadata.uid.isEmpty { new.metadata.uid = scale.metadata.uid }
            new.scaleReplicas = scale.spec.replicas
            return new
        }
        return try ScaleAnswer(Self.scale(try endpoint.decode(result.object)), request).response
    }

    private static func scale(_ object: Object) -> Scale {
        Scale {
            $0.metadata.name = object.metadata.name
            $0.metadata.namespace = object.metadata.namespace
            $0.metadata.uid = object.metadata.uid
            $0.metadata.resourceVersion = object.metadata.resourceVersion
            $0.metadata.creationTimestamp = object.metadata.creationTimestamp
            $0.spec.replicas = object.scaleReplicas
            $0.status.replicas = object.observedReplicas
            $0.status.selector = object.scaleSelector
        }
    }
}
