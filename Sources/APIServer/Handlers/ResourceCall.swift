// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// One request for one stored resource.
struct ResourceCall: Sendable {
    let request: APIRequest
    let endpoint: any ResourceEndpoint
    let handler: ResourceHandler

    private var query: QueryReader { QueryReader(query: request.query) }

    /// Cluster-scoped objects have no namespace, whatever the path says (`/namespaces/x` is about x).
    var namespace: String { endpoint.info.isNamespaced ? request.info.namespace : "" }

    func context(_ operation: WriteContext.Operation, options: WriteOptions = WriteOptions()) -> WriteContext {
        var context = WriteContext(
            operation, user: request.user, namespace: namespace, name: request.info.name,
            subresource: request.info.subresource, options: options, now: handler.registry.services.now())
        context.fieldManager = request.fieldManager(options)
        context.origin = PolicyOrigin(handler.policies, request)
        return context
    }

    private func renderer(_ offer: OutputFormat.Offer = .transforms) throws -> ObjectRenderer {
        try RouteMedia.check(request)
        let format = try OutputFormat.negotiate(request, offer)
        return ObjectRenderer(endpoint: endpoint, format: format, tableOptions: try TableOptions(query, format))
    }

    // MARK: - reading

    func get() async throws -> APIResponse {
        let renderer = try renderer()
        if let text = request.parameter("resourceVersion"), !text.isEmpty { try checkRevision(text) }
        guard let object = try await endpoint.cache.get(namespace: namespace, name: request.info.name) else {
            throw APIStatusError.notFound(endpoint.info, request.info.name)
        }
        return try renderer.response(object, status: 200)
    }

    private func checkRevision(_ text: String) throws(APIStatusError) {
        guard let asked = UInt64(text) else {
            let quoted = GoText.quote(text)
            throw .plain(
                "resourceVersion: Invalid value: \(quoted): strconv.ParseUint: parsing \(quoted): invalid syntax")
        }
        let current = handler.registry.services.store.currentRevision.rawValue
        if asked > current { throw .tooLarge(asked, current: current) }
    }

    func listOrWatch() async throws -> APIResponse {
        let options = try ListOptions(query: query)
        let isWatch = request.info.verb == "watch"
        try options.validate(isWatch: isWatch)
        let renderer = try renderer(isWatch ? .watch : .transforms)
        let selection = try SelectorReader.selection(
            options, endpoint, namespace: namespace, name: isWatch ? request.info.name : "")
        if isWatch {
            return try await WatchResponse(
                renderer: renderer, selection: selection, options: options, clock: handler.clock
            ).response()
        }
        let page = try await ListReader(cache: endpoint.cache, selection: selection, options: options).page()
        return try renderer.listResponse(page)
    }

    // MARK: - writing

    func create() async throws -> APIResponse {
        let renderer = try renderer()
        let options = try WriteOptions(query: query, kind: "CreateOptions")
        let result = try await endpoint.create(try body(), context(.create, options: options))
        return try renderer.response(result.object, status: 201, headers: Responses.warnings(result.warnings))
    }

    func update() async throws -> APIResponse {
        let renderer = try renderer()
        let options = try WriteOptions(query: query, kind: "UpdateOptions")
        let result = try await endpoint.update(try body(), context(.update, options: options))
        return try renderer.response(
            result.object, status: result.isCreated ? 201 : 200, headers: Responses.warnings(result.warnings))
    }

    func patch() async throws -> APIResponse {
        let renderer = try renderer()
        let form = try ObjectPatch.Form(contentType: request.header("content-type") ?? "")
        let options = try WriteOptions(query: query, patch: form)
        let patch = ObjectPatch(form: form, bytes: request.body)
        let result = try await endpoint.patch(patch, context(.update, options: options))
        return try renderer.response(
            result.object, status: result.isCreated ? 201 : 200, headers: Responses.warnings(result.warnings))
    }

    func delete() async throws -> APIResponse {
        let renderer = try renderer()
        let options = try DeleteOptionsReader.read(request)
        var write = WriteOptions()
        write.isDryRun = !options.dryRun.isEmpty
        let context = context(.delete, options: write)
        switch try await endpoint.delete(options, context) {
        case .object(let object, let isGone):
            let status = !isGone && options.orphanDependents == false ? 202 : 200
            return try renderer.response(object, status: status, headers: Responses.warnings(context.warnings.texts))
        case .gone(let object):
            return Responses.value(
                Self.success(object, endpoint.info), status: 200, request,
                headers: Responses.warnings(context.warnings.texts))
        }
    }

    private static func success(_ object: StoredObject, _ info: ResourceInfo) -> Status {
        Status {
            $0.status = "Success"
            $0.details = StatusDetails {
                $0.name = object.name
                $0.group = info.group
                $0.kind = info.plural
                $0.uid = object.uid
            }
        }
    }

    func deleteCollection() async throws -> APIResponse {
        let renderer = try renderer()
        let list = try ListOptions(query: query)
        try list.validate(isWatch: false)
        let options = try DeleteOptionsReader.read(request)
        let selection = try SelectorReader.selection(list, endpoint, namespace: namespace, name: "")
        let page = try await ListReader(cache: endpoint.cache, selection: selection, options: list).page()
        var write = WriteOptions()
        write.isDryRun = !options.dryRun.isEmpty
        for object in page.objects {
            var context = context(.delete, options: write)
            context.name = object.name
            context.namespace = object.namespace
            context.origin?.isCollection = true
            do {
                _ = try await endpoint.delete(options, context)
            } catch let error as APIStatusError where error.isNotFound {
                continue  // somebody else deleted it in between
            }
        }
        return try renderer.listResponse(page)
    }

    /// The body, by its content type.
    func body() throws(APIStatusError) -> ObjectBody { try ObjectBody(request) }
}

extension APIRequest {
    /// Who becomes the owner of what the request changes: the manager it names, or else its agent.
    func fieldManager(_ options: WriteOptions) -> String {
        options.fieldManager.isEmpty
            ? FieldWriter.manager(userAgent: header("user-agent") ?? "") : options.fieldManager
    }
}

extension ObjectBody {
    /// - Throws: 415 for a content type that is none of the three.
    init(_ request: APIRequest) throws(APIStatusError) {
        let header = request.header("content-type") ?? ""
        let name = header.isEmpty ? "application/json" : MediaType.bodyName(header)
        switch name {
        case "application/json": self.init(.json, request.body)
        case "application/yaml": self.init(.yaml, request.body)
        case "application/vnd.kubernetes.protobuf": self.init(.protobuf, request.body)
        default: throw .unsupportedMediaType(accepted: OutputFormat.acceptedTypes)
        }
    }
}
