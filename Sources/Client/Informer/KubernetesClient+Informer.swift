// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Logging

extension KubernetesClient {
    /// All objects of a query and the resource version at which they are true; objects that cannot be read are left out.
    func listForInformer<T: KubernetesObject>(
        _ type: T.Type, _ query: ObjectQuery, resourceVersion: String?, logger: Logger
    ) async throws(ClientError) -> (objects: [T], version: String) {
        if let shared = transport as? any ObjectTransport {
            let page = try await shared.listObjects(query)
            return (Self.readable(page.objects, query, logger), page.resourceVersion)
        }
        var options = ListQuery(
            labelSelector: query.labelSelector, fieldSelector: query.fieldSelector,
            limit: resourceVersion == nil ? 500 : 0,
            resourceVersion: resourceVersion)
        var objects: [T] = []
        while true {
            let page = try await list(T.self, at: query.resource, namespace: query.namespace, options: options)
            objects.append(contentsOf: page.items)
            if page.metadata.continue.isEmpty { return (objects, page.metadata.resourceVersion) }
            options.continueToken = page.metadata.continue
            options.resourceVersion = nil
        }
    }

    private static func readable<T: KubernetesObject>(
        _ objects: [StoredObject], _ query: ObjectQuery, _ logger: Logger
    ) -> [T] {
        objects.compactMap { object in
            do {
                return try object.decoded(as: T.self)
            } catch {
                logger.error(
                    "skipping an object of a list",
                    metadata: ["query": "\(query.path)", "object": "\(object.name)", "error": "\(error)"])
                return nil
            }
        }
    }
}
