// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Logging

extension KubernetesClient {
    /// All objects of a query and the resource version at which they are true.
    func listForInformer<T: KubernetesObject>(
        _ type: T.Type, _ query: ObjectQuery, resourceVersion: String?
    ) async throws(ClientError) -> (objects: [HeldObject<T>], version: String) {
        if let shared = transport as? any ObjectTransport {
            let page = try await shared.listObjects(query)
            return (page.objects.map { .stored($0) }, page.resourceVersion)
        }
        var options = ListQuery(
            labelSelector: query.labelSelector, fieldSelector: query.fieldSelector,
            limit: resourceVersion == nil ? 500 : 0,
            resourceVersion: resourceVersion)
        var objects: [HeldObject<T>] = []
        while true {
            let page = try await list(T.self, at: query.resource, namespace: query.namespace, options: options)
            objects.append(contentsOf: page.items.map { .value($0) })
            if page.metadata.continue.isEmpty { return (objects, page.metadata.resourceVersion) }
            options.continueToken = page.metadata.continue
            options.resourceVersion = nil
        }
    }
}
