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

extension Scalable {
    /// The body of the subresource.
    var scale: Scale {
        Scale {
            $0.metadata.name = metadata.name
            $0.metadata.namespace = metadata.namespace
            $0.metadata.uid = metadata.uid
            $0.metadata.resourceVersion = metadata.resourceVersion
            $0.metadata.creationTimestamp = metadata.creationTimestamp
            $0.spec.replicas = scaleReplicas
            $0.status.replicas = observedReplicas
            $0.status.selector = scaleSelector
        }
    }
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
            return try ScaleAnswer(object.scale, request).response
        case "PUT": return try await put(request, handler)
        case "PATCH": return try await patch(request, handler)
        default: throw APIStatusError.methodNotAllowed
        }
    }

    private func put(_ request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        let options = try WriteOptions(query: QueryReader(query: request.query), kind: "UpdateOptions")
        var warnings: [String] = []
        var scale = try BodyDecoder.decode(Scale.self, try ObjectBody(request), options, &warnings)
        let context = context(request, options, handler)
        try BodyDecoder.checkIdentity(&scale.metadata, context, isNamespaced: true)
        let wanted = scale
        return try await write(request, context, handler) { object in
            ScaleOwnership(object, request.fieldManager(options), context).updated(object.scale, to: wanted)
        }
    }

    private func patch(_ request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        let form = try ObjectPatch.Form(contentType: request.header("content-type") ?? "")
        let options = try WriteOptions(query: QueryReader(query: request.query), patch: form)
        let context = context(request, options, handler)
        if form == .apply {
            let body = try ApplyRequest(request.body)
            _ = try body.checkDuplicates(options)
            return try await write(request, context, handler) { object in
                var scale = try ScaleOwnership(object, options.fieldManager, context).applied(
                    body, to: object.scale)
                try BodyDecoder.checkIdentity(&scale.metadata, context, isNamespaced: true)
                return scale
            }
        }
        let patch = ObjectPatch(form: form, bytes: request.body)
        return try await write(request, context, handler) { object in
            let old = object.scale
            let document = try JSONValue.parse(JSONCoding.encode(old))
            var warnings: [String] = []
            var scale = try PatchEngine.apply(patch, to: document, kind: Scale.self)
                .decode(Scale.self, options, &warnings)
            try BodyDecoder.checkIdentity(&scale.metadata, context, isNamespaced: true)
            return ScaleOwnership(object, request.fieldManager(options), context).updated(old, to: scale)
        }
    }

    private func context(_ request: APIRequest, _ options: WriteOptions, _ handler: ResourceHandler) -> WriteContext {
        var context = WriteContext(
            .update, user: request.user, namespace: request.info.namespace, name: request.info.name,
            subresource: "scale",
            options: options, now: handler.registry.services.now())
        context.origin = PolicyOrigin(handler.policies, request)
        return context
    }

    /// - Parameter wanted: makes the new scale, whose entries of ownership are those of the object to write.
    private func write(
        _ request: APIRequest, _ context: WriteContext, _ handler: ResourceHandler,
        _ wanted: @escaping @Sendable (Object) throws -> Scale
    ) async throws -> APIResponse {
        let endpoint = try handler.registry.endpoint(Object.self)
        let result = try await endpoint.update(context) { old, _ in
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
            new.metadata.managedFields = scale.metadata.managedFields
            return new
        }
        let answer = try ScaleAnswer(endpoint.decode(result.object).scale, request).response
        var head = answer.head
        head.headers += Responses.warnings(result.warnings)
        return answer.with(head)
    }
}

/// Who owns the number of replicas after a write of a scale.
private struct ScaleOwnership {
    private let fields: ScaleFields
    private let writer: FieldWriter
    private let force: Bool
    private let facts = FieldFacts(
        shape: ApplySchema.shared.kind(group: Scale.group, version: Scale.version, kind: Scale.kind),
        blank: JSONCoding.encode(Scale()))

    init<Object: Scalable>(_ object: Object, _ manager: String, _ context: WriteContext) {
        fields = ScaleFields(object.metadata.managedFields, apiVersion: Object.apiVersion)
        writer = FieldWriter(manager: manager, apiVersion: Scale.apiVersion, subresource: "scale", now: context.now)
        force = context.options.force ?? false
    }

    /// The new scale with the entries that the object gets.
    func updated(_ old: Scale, to new: Scale) -> Scale {
        var result = new
        result.metadata.managedFields = []
        let changes = FieldComparison(
            JSONCoding.encode(old), JSONCoding.encode(result), shape: facts.shape, ignoresSystemFields: true)
        let base = ManagedFields.base(stored: fields.scale, proposed: [], takesProposed: false)
        let managed = FieldManager.update(base, isCreate: false, changes: changes, by: writer)
        result.metadata.managedFields = fields.parent(after: managed.encoded)
        return result
    }

    func applied(_ request: ApplyRequest, to old: Scale) throws -> Scale {
        try request.check(is: Scale.self)
        let apply = FieldApply(
            blank: facts.blank, live: try JSONValue.parse(JSONCoding.encode(old)), patch: request.patch,
            shape: facts.shape, subject: request.subject, writer: writer, force: force)
        let applied = try apply.run(ManagedFields(fields.scale) ?? ManagedFields())
        var scale = try applied.object.map { try request.decode(Scale.self, $0) } ?? old
        scale.metadata.managedFields = fields.parent(after: applied.managed.encoded)
        return scale
    }
}
