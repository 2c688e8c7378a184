// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// A new node takes no pods before it is ready.
///
/// - SeeAlso: Kubernetes' admission plugin of that name.
struct TaintNodesByCondition: AdmissionPlugin {
    static let name = "TaintNodesByCondition"
    private static let key = "node.kubernetes.io/not-ready"

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Node.self) { node, _, context in
            guard context.operation == .create else { return }
            let isTainted = node.spec.taints.contains { $0.key == Self.key && $0.effect == "NoSchedule" }
            if isTainted { return }
            node.spec.taints.append(
                Taint {
                    $0.key = Self.key
                    $0.effect = "NoSchedule"
                })
        }
    }
}
