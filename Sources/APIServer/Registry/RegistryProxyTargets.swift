// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import KubernetesAPI
import Store
import Wire

/// What the proxy to kubelets, pods and services reads from the watch caches, which ``RegistryLookups/load()`` has filled.
package struct RegistryProxyTargets: ProxyTargetSource {
    private let pods: ResourceCache
    private let nodes: ResourceCache
    private let services: ResourceCache
    private let slices: ResourceCache

    package init(_ caches: ResourceCaches) {
        pods = caches.cache(prefix: "/registry/pods/", isNamespaced: true)
        nodes = caches.cache(prefix: "/registry/minions/", isNamespaced: false)
        services = caches.cache(prefix: "/registry/services/specs/", isNamespaced: true)
        slices = caches.cache(prefix: "/registry/endpointslices/", isNamespaced: true)
    }

    /// Fills the caches that the lookups of authentication and authorization leave out.
    ///
    /// - Throws: `StoreError`.
    package func load() async throws {
        for cache in [services, slices] { _ = try await cache.snapshot() }
    }

    package func pod(namespace: String, name: String) -> Pod? { typed(pods, namespace, name) }
    package func node(name: String) -> Node? { typed(nodes, "", name) }
    package func service(namespace: String, name: String) -> Service? { typed(services, namespace, name) }

    package func endpointSlices(namespace: String, service: String) -> [EndpointSlice] {
        let selection = ObjectSelection(
            namespace: namespace, labels: { $0["kubernetes.io/service-name"] == service })
        return slices.snapshotIfReady()?.objects(selection).compactMap { decoded($0) } ?? []
    }

    private func typed<Object: KubernetesObject>(_ cache: ResourceCache, _ namespace: String, _ name: String) -> Object?
    {
        cache.snapshotIfReady()?.get(namespace: namespace, name: name).flatMap { decoded($0) }
    }

    /// An object that does not decode is as good as not there.
    private func decoded<Object: KubernetesObject>(_ object: StoredObject) -> Object? {
        try? JSONCoding.decode(Object.self, from: object.bytes)
    }
}
