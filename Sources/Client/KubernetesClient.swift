// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// The typed client of the Kubernetes API, over any transport.
///
/// It is a value: copies are cheap and share the transport. It never retries by itself.
public struct KubernetesClient: Sendable {
    public let transport: any Transport
    /// Sent as `User-Agent`, for example `martlet/scheduler`.
    public let userAgent: String

    public init(transport: any Transport, userAgent: String = "martlet") {
        self.transport = transport
        self.userAgent = userAgent
    }

    /// The same transport under another user agent.
    public func named(_ userAgent: String) -> KubernetesClient {
        KubernetesClient(transport: transport, userAgent: userAgent)
    }

    /// Reads one object.
    ///
    /// - Parameter resourceVersion: nil for the newest state; `"0"` for any state the server has at hand.
    public func get<T: RESTObject>(
        _ type: T.Type, namespace: String = "", name: String, resourceVersion: String? = nil
    ) async throws(ClientError) -> T {
        try await get(
            T.self, at: ResourcePath(T.resource), namespace: namespace, name: name, resourceVersion: resourceVersion)
    }

    /// Reads one object of an explicit resource, for example as `PartialObjectMetadata`.
    public func get<T: KubernetesObject>(
        _ type: T.Type, at resource: ResourcePath, namespace: String = "", name: String, resourceVersion: String? = nil
    ) async throws(ClientError) -> T {
        var request = TransportRequest(.get, resource.object(namespace: namespace, name: name))
        if let resourceVersion { request.query.append(("resourceVersion", resourceVersion)) }
        return try await perform(request)
    }

    /// Reads one page of objects.
    ///
    /// - Parameter namespace: nil or empty for all namespaces.
    public func list<T: RESTObject>(
        _ type: T.Type, namespace: String? = nil, options: ListQuery = ListQuery()
    ) async throws(ClientError) -> ObjectList<T> {
        try await list(T.self, at: ResourcePath(T.resource), namespace: namespace, options: options)
    }

    /// Reads one page of objects of an explicit resource.
    public func list<T: KubernetesObject>(
        _ type: T.Type, at resource: ResourcePath, namespace: String? = nil, options: ListQuery = ListQuery()
    ) async throws(ClientError) -> ObjectList<T> {
        try await perform(TransportRequest(.get, resource.collection(namespace: namespace), query: options.parameters))
    }

    /// Reads all objects, page by page.
    ///
    /// - Parameter pageSize: how many objects each request asks for.
    public func listAll<T: RESTObject>(
        _ type: T.Type, namespace: String? = nil, options: ListQuery = ListQuery(), pageSize: Int = 500
    ) async throws(ClientError) -> [T] {
        var options = options
        options.limit = pageSize
        var items: [T] = []
        while true {
            let page = try await list(T.self, namespace: namespace, options: options)
            items.append(contentsOf: page.items)
            if page.metadata.continue.isEmpty { return items }
            options.continueToken = page.metadata.continue
        }
    }

    /// Makes an object; the server may name it (`metadata.generateName`).
    public func create<T: RESTObject>(_ object: T, options: WriteQuery = WriteQuery()) async throws(ClientError) -> T {
        try await send(
            .post, object, to: ResourcePath(T.resource).collection(namespace: object.metadata.namespace), options)
    }

    /// Replaces an object. With `metadata.resourceVersion` set, only where it is still that version (else `conflict`).
    public func update<T: RESTObject>(_ object: T, options: WriteQuery = WriteQuery()) async throws(ClientError) -> T {
        try await send(.put, object, to: Self.path(of: object), options)
    }

    /// Replaces the status of an object; the rest of `object` is not looked at.
    public func updateStatus<T: RESTObject>(
        _ object: T, options: WriteQuery = WriteQuery()
    ) async throws(ClientError) -> T {
        try await send(.put, object, to: Self.path(of: object, subresource: "status"), options)
    }

    /// Changes an object on the server's side.
    ///
    /// - Parameter subresource: for example `status`.
    public func patch<T: RESTObject>(
        _ type: T.Type, namespace: String = "", name: String, _ patch: Patch, subresource: String? = nil,
        options: WriteQuery = WriteQuery()
    ) async throws(ClientError) -> T {
        try await self.patch(
            T.self, at: ResourcePath(T.resource), namespace: namespace, name: name, patch, subresource: subresource,
            options: options)
    }

    /// Changes an object of an explicit resource on the server's side.
    public func patch<T: KubernetesObject>(
        _ type: T.Type, at resource: ResourcePath, namespace: String = "", name: String, _ patch: Patch,
        subresource: String? = nil, options: WriteQuery = WriteQuery()
    ) async throws(ClientError) -> T {
        var query = options.parameters
        if case .apply(_, let force) = patch, force { query.append(("force", "true")) }
        let path = resource.object(namespace: namespace, name: name, subresource: subresource)
        return try await perform(
            TransportRequest(
                .patch, path, query: query, headers: [("content-type", patch.contentType)], body: patch.body))
    }

    /// Deletes an object. It may stay for a while, with a deletion timestamp.
    public func delete<T: RESTObject>(
        _ type: T.Type, namespace: String = "", name: String, options: DeleteOptions = DeleteOptions()
    ) async throws(ClientError) {
        try await delete(at: ResourcePath(T.resource), namespace: namespace, name: name, options: options)
    }

    /// Deletes an object of an explicit resource.
    public func delete(
        at resource: ResourcePath, namespace: String = "", name: String, options: DeleteOptions = DeleteOptions()
    ) async throws(ClientError) {
        let path = resource.object(namespace: namespace, name: name)
        _ = try await performRaw(TransportRequest(.delete, path, headers: Self.json, body: JSONCoding.encode(options)))
    }

    /// Deletes all objects that the selectors name.
    public func deleteCollection(
        at resource: ResourcePath, namespace: String?, options: DeleteOptions = DeleteOptions(),
        selecting: ListQuery = ListQuery()
    ) async throws(ClientError) {
        let path = resource.collection(namespace: namespace)
        _ = try await performRaw(
            TransportRequest(
                .delete, path, query: selecting.parameters, headers: Self.json, body: JSONCoding.encode(options)))
    }
}
