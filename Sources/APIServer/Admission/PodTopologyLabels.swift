// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Tells pods zone and region of their node by labels.
///
/// - SeeAlso: Kubernetes' admission plugin of that name; KEP-4742.
struct PodTopologyLabels: AdmissionPlugin {
    static let name = "PodTopologyLabels"
    private static let keys = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"]

    let nodes: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Pod.self) { pod, old, context in
            // a pod gets its node when it is created with one, or bound to one
            let isBinding = context.subresource == "binding" && old?.spec.nodeName.isEmpty == true
            guard (context.operation == .create && context.subresource.isEmpty) || isBinding,
                !pod.spec.nodeName.isEmpty,
                let node = try await nodes.get(namespace: "", name: pod.spec.nodeName)
            else { return }
            let labels = JSONScan.labels(node.bytes)
            for key in Self.keys where pod.metadata.labels[key] == nil { pod.metadata.labels[key] = labels[key] }
        }
    }
}
