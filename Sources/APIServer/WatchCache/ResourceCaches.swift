// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
package import Store
import Synchronization
import Wire

/// The watch caches of a server, one for each kind of stored object. They exist before the registry does, so that
/// authentication, authorization and admission can read them.
package final class ResourceCaches: Sendable {
    package let store: any Store
    private let caches = Mutex<[StoreKey: ResourceCache]>([:])

    package init(store: any Store) { self.store = store }

    /// The caches of which some are asked for by a field with every request of a kubelet.
    private static let indexes: [StoreKey: SelectableField] = [
        "/registry/pods/": SelectableField("spec.nodeName", paths: ["spec.nodeName"])
    ]

    /// The cache of the objects whose keys begin with `prefix`; always the same one. It is filled when first read.
    package func cache(prefix: StoreKey, isNamespaced: Bool) -> ResourceCache {
        caches.withLock { known in
            if let cache = known[prefix] { return cache }
            let cache = ResourceCache(
                store: store, prefix: prefix, isNamespaced: isNamespaced, indexed: Self.indexes[prefix])
            known[prefix] = cache
            return cache
        }
    }
}
