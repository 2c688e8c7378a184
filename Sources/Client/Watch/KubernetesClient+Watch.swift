// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
public import KubernetesAPI

extension KubernetesClient {
    /// Follows the changes of a resource after `resourceVersion`.
    ///
    /// - Parameters:
    ///   - resourceVersion: where a list, an object or a bookmark left off.
    ///   - timeout: after how long the server should end the watch; nil for its own choice.
    /// - Throws: `expired` (also while iterating) where the changes after `resourceVersion` are no longer all known.
    public func watch<T: RESTObject>(
        _ type: T.Type, namespace: String? = nil, labelSelector: String = "", fieldSelector: String = "",
        after resourceVersion: String, timeout: Duration? = nil
    ) async throws(ClientError) -> WatchChanges<T> {
        try await watch(
            T.self,
            ObjectQuery(
                ResourcePath(T.resource), namespace: namespace, labelSelector: labelSelector,
                fieldSelector: fieldSelector),
            after: resourceVersion, timeout: timeout)
    }

    /// Follows the changes of an explicit resource after `resourceVersion`.
    public func watch<T: KubernetesObject>(
        _ type: T.Type, _ query: ObjectQuery, after resourceVersion: String, timeout: Duration? = nil
    ) async throws(ClientError) -> WatchChanges<T> {
        if let shared = transport as? any ObjectTransport {
            return Self.decoding(try await shared.watchObjects(query, after: resourceVersion))
        }
        var parameters = query.parameters
        parameters.append(("watch", "true"))
        parameters.append(("allowWatchBookmarks", "true"))
        parameters.append(("resourceVersion", resourceVersion))
        if let timeout { parameters.append(("timeoutSeconds", String(max(1, timeout.components.seconds)))) }
        return Self.parsing(try await performStream(TransportRequest(.get, query.path, query: parameters)))
    }

    private static func parsing<T: KubernetesObject>(_ body: ByteChunks) -> WatchChanges<T> {
        WatchChanges {
            var chunks = body.makeAsyncIterator()
            var frames = WatchFrames<T>()
            return {
                while let chunk = try await chunks.next() {
                    let changes = try frames.receive(chunk)
                    if !changes.isEmpty { return changes }
                }
                return nil
            }
        }
    }

    private static func decoding<T: KubernetesObject>(_ events: ObjectEvents) -> WatchChanges<T> {
        WatchChanges {
            var batches = events.makeAsyncIterator()
            return { try await batches.next().map { $0.map(change) } }
        }
    }

    private static func change<T: KubernetesObject>(_ event: ObjectEvent) -> WatchChange<T> {
        do {
            return switch event {
            case .added(let object): .added(try object.decoded(as: T.self))
            case .modified(let object): .modified(try object.decoded(as: T.self))
            case .deleted(let object): .deleted(try object.decoded(as: T.self))
            case .bookmark(let version): .bookmark(resourceVersion: version)
            }
        } catch {
            return .unreadable(ClientError(.decoding, "an object of the watch is not readable: \(error)", cause: error))
        }
    }
}
