// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Whether a pod's claims are bound, and to volumes that the node can reach. Claims that wait for their first consumer
/// are not bound here.
enum VolumeBinding {
    /// The nodes that each bound volume demands.
    ///
    /// - Throws: where a claim is missing or not bound.
    static func prefilter(_ pod: PodInfo, _ facts: VolumeFacts) throws(PreFilterFailure) -> [NodeSelectorMatcher] {
        var demands: [NodeSelectorMatcher] = []
        for (name, isEphemeral) in pod.claims {
            guard let claim = facts.claims["\(pod.namespace)/\(name)"] else {
                throw failure(
                    isEphemeral
                        ? "waiting for ephemeral volume controller to create the persistentvolumeclaim \"\(name)\""
                        : "persistentvolumeclaim \"\(name)\" not found")
            }
            let bound = claim.spec.volumeName
            if claim.metadata.deletionTimestamp != nil {
                throw failure("persistentvolumeclaim \"\(name)\" is being deleted")
            }
            if claim.status.phase == PersistentVolumeClaimPhase.lost {
                throw failure("persistentvolumeclaim \"\(name)\" bound to non-existent persistentvolume \"\(bound)\"")
            }
            if bound.isEmpty { throw failure("pod has unbound immediate PersistentVolumeClaims") }
            guard let volume = facts.volumes[bound] else { throw failure("persistentvolume \"\(bound)\" not found") }
            if let required = volume.spec.nodeAffinity?.required { demands.append(NodeSelectorMatcher(required)) }
        }
        return demands
    }

    static func filter(_ demands: [NodeSelectorMatcher], _ node: NodeInfo) -> FilterFailure? {
        demands.allSatisfy { $0.matches(name: node.name, labels: node.labels) } ? nil : .volumeNodeAffinity
    }

    private static func failure(_ message: String) -> PreFilterFailure {
        PreFilterFailure(plugin: .volumeBinding, message: message)
    }
}
