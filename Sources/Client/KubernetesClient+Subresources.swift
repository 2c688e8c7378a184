// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension KubernetesClient {
    /// Puts a pod on a node, as the scheduler does.
    ///
    /// - Throws: `conflict` where it is on one already, or is another pod than `uid` says.
    public func bind(namespace: String, pod: String, uid: String, to node: String) async throws(ClientError) {
        let binding = Binding {
            $0.metadata.namespace = namespace
            $0.metadata.name = pod
            $0.metadata.uid = uid
            $0.target.kind = "Node"
            $0.target.name = node
        }
        let path = ResourcePath(Pod.resource).object(namespace: namespace, name: pod, subresource: "binding")
        try await performRaw(TransportRequest(.post, path, headers: Self.json, body: JSONCoding.encode(binding)))
    }

    /// Asks a pod to go, if its disruption budget allows it.
    ///
    /// - Throws: `tooManyRequests` where the budget does not allow it now.
    public func evict(
        namespace: String, pod: String, options: DeleteOptions? = nil
    ) async throws(ClientError) {
        let eviction = Eviction {
            $0.metadata.namespace = namespace
            $0.metadata.name = pod
            $0.deleteOptions = options
        }
        let path = ResourcePath(Pod.resource).object(namespace: namespace, name: pod, subresource: "eviction")
        try await performRaw(TransportRequest(.post, path, headers: Self.json, body: JSONCoding.encode(eviction)))
    }

    /// Reads the `scale` subresource of an object.
    public func scale<T: RESTObject>(
        of type: T.Type, namespace: String, name: String
    ) async throws(ClientError) -> Scale {
        try await perform(
            TransportRequest(
                .get, ResourcePath(T.resource).object(namespace: namespace, name: name, subresource: "scale")))
    }

    /// Replaces the `scale` subresource of an object.
    public func updateScale<T: RESTObject>(
        of type: T.Type, _ scale: Scale
    ) async throws(ClientError) -> Scale {
        let path = ResourcePath(T.resource).object(
            namespace: scale.metadata.namespace, name: scale.metadata.name, subresource: "scale")
        return try await send(.put, scale, to: path, WriteQuery())
    }

    /// Asks for a token of a service account.
    public func createToken(
        namespace: String, serviceAccount: String, _ request: TokenRequest
    ) async throws(ClientError) -> TokenRequest {
        let path = ResourcePath(ServiceAccount.resource).object(
            namespace: namespace, name: serviceAccount, subresource: "token")
        return try await send(.post, request, to: path, WriteQuery())
    }

    /// The log of a container of a pod.
    ///
    /// - Parameter parameters: those of the `log` subresource: `container`, `follow`, `tailLines`, ...
    public func log(
        namespace: String, pod: String, parameters: [(name: String, value: String)] = []
    ) async throws(ClientError) -> ByteChunks {
        let path = ResourcePath(Pod.resource).object(namespace: namespace, name: pod, subresource: "log")
        return try await performStream(
            TransportRequest(.get, path, query: parameters, headers: [("accept", "*/*")]))
    }
}
