// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Lets pods stay for five minutes on nodes that are not ready or not reachable, where they do not say otherwise.
///
/// - SeeAlso: Kubernetes' admission plugin of that name.
struct DefaultTolerationSeconds: AdmissionPlugin {
    static let name = "DefaultTolerationSeconds"
    private static let seconds: Int64 = 300

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Pod.self) { pod, _, context in
            guard context.subresource.isEmpty, context.operation == .create || context.operation == .update else {
                return
            }
            Self.tolerate(Self.keys, in: &pod.spec.tolerations)
        }
    }

    private static let keys = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]

    static func tolerate(_ keys: [String], in tolerations: inout [Toleration]) {
        for key in keys { tolerate(key, in: &tolerations) }
    }

    static func tolerate(_ key: String, in tolerations: inout [Toleration]) {
        let isTolerated = tolerations.contains {
            ($0.key == key || $0.key.isEmpty) && ($0.effect == "NoExecute" || $0.effect.isEmpty)
        }
        if isTolerated { return }
        tolerations.append(
            Toleration {
                $0.key = key
                $0.`operator` = "Exists"
                $0.effect = "NoExecute"
                $0.tolerationSeconds = seconds
            })
    }
}
