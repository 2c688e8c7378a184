// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// The admission plugins that are on by default, in Kubernetes' order.
package enum StandardAdmission {
    /// - Parameter escalation: nil leaves out the check that nobody grants more than they hold.
    package static func plugins(
        caches: ResourceCaches, names: NameGenerator, escalation: RBACEscalation?
    ) -> [any AdmissionPlugin] {
        func cache(_ name: String, isNamespaced: Bool = false) -> ResourceCache {
            caches.cache(prefix: StoreKey("/registry/\(name)/"), isNamespaced: isNamespaced)
        }
        var plugins: [any AdmissionPlugin] = [
            NamespaceLifecycle(namespaces: cache("namespaces")),
            LimitRanger(ranges: cache("limitranges", isNamespaced: true)),
            ServiceAccountAdmission(accounts: cache("serviceaccounts", isNamespaced: true), names: names),
            NodeRestriction(nodes: cache("minions")),
            TaintNodesByCondition(),
            PodSecurityAdmission(namespaces: cache("namespaces"), pods: cache("pods", isNamespaced: true)),
            PriorityAdmission(classes: cache("priorityclasses")),
            DefaultTolerationSeconds(),
            DefaultClasses(storageClasses: cache("storageclasses"), ingressClasses: cache("ingressclasses")),
            StorageObjectInUseProtection(),
            PersistentVolumeClaimResize(storageClasses: cache("storageclasses")),
            RuntimeClassAdmission(classes: cache("runtimeclasses")),
            CertificateAdmission(authorizer: escalation?.authorizer),
            PodTopologyLabels(nodes: cache("minions")),
            PodResizeAdmission(nodes: cache("minions")),
        ]
        if let escalation { plugins.append(RBACEscalationCheck(escalation: escalation)) }
        plugins.append(ResourceQuotaAdmission(quotas: cache("resourcequotas", isNamespaced: true)))
        return plugins
    }
}
