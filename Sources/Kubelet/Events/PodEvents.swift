// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

/// The events of pods and the node, in Kubernetes' words.
struct PodEvents: Sendable {
    var recorder: EventRecorder

    /// - Parameter isWarning: `Warning` instead of `Normal`.
    func record(
        _ pod: Pod, _ container: PodContainer? = nil, _ reason: String, _ message: String, isWarning: Bool = false
    ) {
        var reference = ObjectReference(to: pod)
        if let container {
            switch container.kind {
            case .initialization, .sidecar: reference.fieldPath = "spec.initContainers{\(container.name)}"
            case .app: reference.fieldPath = "spec.containers{\(container.name)}"
            case .ephemeral: reference.fieldPath = "spec.ephemeralContainers{\(container.name)}"
            }
        }
        recorder.record(isWarning ? .warning : .normal, reason: reason, message: message, about: reference)
    }

    /// About the node; its UID in events is its name, as with Kubernetes' kubelet.
    func record(node: String, _ reason: String, _ message: String, isWarning: Bool = false) {
        let reference = ObjectReference {
            $0.kind = "Node"
            $0.apiVersion = "v1"
            $0.name = node
            $0.uid = node
        }
        recorder.record(isWarning ? .warning : .normal, reason: reason, message: message, about: reference)
    }
}
