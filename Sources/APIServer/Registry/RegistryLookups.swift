// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import KubernetesAPI
import Store
import Wire

/// What authentication, authorization and the proxies read from the watch caches. Nothing here waits: what is not cached yet is
/// not there, so ``load()`` must have ended before the server answers.
package struct RegistryLookups: ServiceAccountLookup, RBACSource, NodePodSource {
    private let accounts: ResourceCache
    private let podCache: ResourceCache
    private let secrets: ResourceCache
    private let nodes: ResourceCache
    private let claims: ResourceCache
    private let attachments: ResourceCache
    private let slices: ResourceCache
    /// What ``RegistryProxyTargets`` reads besides.
    private let proxied: [ResourceCache]
    private let roles: ResourceCache
    private let clusterRoles: ResourceCache
    private let roleBindings: ResourceCache
    private let clusterRoleBindings: ResourceCache

    package init(_ caches: ResourceCaches) {
        func cache(_ name: String, isNamespaced: Bool = true) -> ResourceCache {
            caches.cache(prefix: StoreKey("/registry/\(name)/"), isNamespaced: isNamespaced)
        }
        accounts = cache("serviceaccounts")
        podCache = cache("pods")
        secrets = cache("secrets")
        nodes = cache("minions", isNamespaced: false)
        claims = cache("persistentvolumeclaims")
        attachments = cache("volumeattachments", isNamespaced: false)
        slices = cache("resourceslices", isNamespaced: false)
        proxied = [cache("services/specs"), cache("endpointslices")]
        roles = cache("roles")
        clusterRoles = cache("clusterroles", isNamespaced: false)
        roleBindings = cache("rolebindings")
        clusterRoleBindings = cache("clusterrolebindings", isNamespaced: false)
    }

    /// Fills the caches that authentication and authorization read.
    ///
    /// - Throws: `StoreError`.
    package func load() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for cache in [
                roles, clusterRoles, roleBindings, clusterRoleBindings, accounts, nodes, podCache, secrets, claims,
                attachments, slices,
            ] + proxied {
                group.addTask { _ = try await cache.snapshot() }
            }
            try await group.waitForAll()
        }
    }

    // MARK: - ServiceAccountLookup

    package func serviceAccount(namespace: String, name: String) -> LiveObject? { live(accounts, namespace, name) }
    package func pod(namespace: String, name: String) -> LiveObject? { live(podCache, namespace, name) }
    package func secret(namespace: String, name: String) -> LiveObject? { live(secrets, namespace, name) }
    package func node(name: String) -> LiveObject? { live(nodes, "", name) }

    private static let deletionPath = [JSONScan.metadataKey, Array("deletionTimestamp".utf8)]

    private func live(_ cache: ResourceCache, _ namespace: String, _ name: String) -> LiveObject? {
        guard let object = cache.snapshotIfReady()?.get(namespace: namespace, name: name) else { return nil }
        guard let text = JSONScan.scalar(Self.deletionPath, in: object.bytes) else {
            return LiveObject(uid: object.uid)
        }
        // what the server wrote itself is a time; anything else counts as deleted long ago
        let time = try? JSONCoding.decode(Time.self, from: Array("\"\(text)\"".utf8))
        return LiveObject(uid: object.uid, deletedAt: time?.seconds ?? 0)
    }

    // MARK: - RBACSource

    package var rbacVersion: UInt64 {
        [roles, clusterRoles, roleBindings, clusterRoleBindings].reduce(0) {
            max($0, $1.snapshotIfReady()?.changedAt ?? 0)
        }
    }

    package func rbacIndex() -> RBACIndex {
        RBACIndex(
            roles: all(roles), clusterRoles: all(clusterRoles), roleBindings: all(roleBindings),
            clusterRoleBindings: all(clusterRoleBindings))
    }

    /// Objects that do not decode are left out: one broken role must not take away the others.
    private func all<Object: KubernetesObject>(_ cache: ResourceCache) -> [Object] {
        cache.snapshotIfReady()?.objects().compactMap { try? JSONCoding.decode(Object.self, from: $0.bytes) } ?? []
    }

    // MARK: - NodePodSource

    package func pods(onNode name: String) -> [Pod] {
        podCache.objects(where: name).compactMap { try? JSONCoding.decode(Pod.self, from: $0.bytes) }
    }

    private static let volumeNamePath = [Array("spec".utf8), Array("volumeName".utf8)]

    package func volumeName(namespace: String, claim: String) -> String? {
        claims.snapshotIfReady()?.get(namespace: namespace, name: claim)
            .flatMap { JSONScan.scalar(Self.volumeNamePath, in: $0.bytes) }
    }

    private static let nodeNamePath = [Array("spec".utf8), Array("nodeName".utf8)]

    package func attachedNode(volumeAttachment name: String) -> String? { nodeName(of: name, attachments) }
    package func node(resourceSlice name: String) -> String? { nodeName(of: name, slices) }

    private func nodeName(of name: String, _ cache: ResourceCache) -> String? {
        cache.snapshotIfReady()?.get(namespace: "", name: name)
            .flatMap { JSONScan.scalar(Self.nodeNamePath, in: $0.bytes) }
    }
}
