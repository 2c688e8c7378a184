// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Lists and watches for components of the same process: they are handed the watch cache's own objects.
package protocol ObjectSource: Sendable {
    /// What a list request without limit would answer.
    ///
    /// - Throws: what the request would answer instead; see ``APIStatusError/from(_:)``.
    func listObjects(_ request: APIRequest) async throws -> (objects: [StoredObject], revision: UInt64)

    /// What a watch request would answer. The caller must read the watch, and end it.
    ///
    /// - Throws: what the request would answer instead.
    func watchObjects(_ request: APIRequest) async throws -> ObjectWatch
}

/// One watch of a component of the same process.
package struct ObjectWatch: Sendable {
    package enum Change: Sendable {
        case added(StoredObject)
        case modified(StoredObject)
        /// The last state, at the revision of the deletion.
        case deleted(StoredObject)
        /// Everything up to the revision has been delivered.
        case reached(UInt64)
    }

    private let watcher: Watcher
    private let cache: ResourceCache
    private let endpoint: any ResourceEndpoint

    init(_ watcher: Watcher, endpoint: any ResourceEndpoint) {
        self.watcher = watcher
        self.endpoint = endpoint
        cache = endpoint.cache
    }

    /// What has changed since the last call, waiting for something where there is nothing.
    ///
    /// - Returns: nil when the watch is over.
    /// - Throws: 410 where the history that it needs is gone.
    package func next() async throws -> [Change]? {
        guard let batch = await watcher.next() else {
            if case .expired(let message)? = watcher.end { throw APIStatusError.expired(message) }
            return nil
        }
        return try batch.compactMap(change)
    }

    /// Ends the watch.
    package func end() { cache.stop(watcher) }

    private func change(_ delivery: WatchDelivery) throws -> Change? {
        switch delivery {
        case .initial(let object): return .added(try endpoint.present(object))
        case .bookmark(let revision, _): return .reached(revision)
        case .event(let type, let event):
            guard let object = event.object(as: type) else { return nil }
            let shown = try endpoint.present(object)
            return switch type {
            case .added: .added(shown)
            case .modified: .modified(shown)
            case .deleted: .deleted(shown)
            }
        }
    }
}

extension ResourceHandler: ObjectSource {
    package func listObjects(_ request: APIRequest) async throws -> (objects: [StoredObject], revision: UInt64) {
        let (endpoint, selection, options) = try selection(of: request)
        let page = try await ListReader(cache: endpoint.cache, selection: selection, options: options).page()
        return (try page.objects.map(endpoint.present), page.revision)
    }

    package func watchObjects(_ request: APIRequest) async throws -> ObjectWatch {
        let (endpoint, selection, options) = try selection(of: request)
        let start = try WatchResponse.start(options, endpoint.cache)
        do {
            return ObjectWatch(
                try await endpoint.cache.watch(selection, from: start, isLocal: true), endpoint: endpoint)
        } catch {
            throw WatchResponse.expired(error, start, endpoint.cache)
        }
    }

    private func selection(
        of request: APIRequest
    ) throws -> (any ResourceEndpoint, ObjectSelection, ListOptions) {
        let info = request.info
        guard let endpoint = registry.endpoint(group: info.apiGroup, version: info.apiVersion, plural: info.resource)
        else { throw APIStatusError.noSuchResource }
        let options = try ListOptions(query: QueryReader(query: request.query))
        let namespace = endpoint.info.isNamespaced ? info.namespace : ""
        return (endpoint, try SelectorReader.selection(options, endpoint, namespace: namespace, name: ""), options)
    }
}
