// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

/// Which Services a pod belongs to.
enum ServiceMembership {
    static func selects(_ service: Service, _ pod: Pod) -> Bool {
        !service.spec.selector.isEmpty && service.spec.selector.allSatisfy { pod.metadata.labels[$0.key] == $0.value }
    }

    /// The Services whose endpoints a change of a pod may change.
    static func services(for change: InformerEvent<Pod>, _ services: InformerStore<Service>) -> [ObjectKey] {
        var pods = [change.object]
        if case .updated(let old, let new) = change {
            guard isRelevant(old, new) else { return [] }
            pods.append(old)
        }
        return services.list(namespace: change.object.metadata.namespace)
            .filter { service in pods.contains { selects(service, $0) } }
            .map(\.key)
    }

    /// Whether anything that endpoints show has changed.
    private static func isRelevant(_ old: Pod, _ new: Pod) -> Bool {
        old.metadata.labels != new.metadata.labels || old.status.podIPs != new.status.podIPs
            || old.status.podIP != new.status.podIP
            || old.isReady != new.isReady || old.isTerminating != new.isTerminating
            || old.status.phase != new.status.phase
            || old.spec.nodeName != new.spec.nodeName
    }
}
