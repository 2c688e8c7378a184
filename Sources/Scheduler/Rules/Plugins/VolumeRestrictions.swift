// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Keeps a second pod away from a claim that only one pod may use.
///
/// - SeeAlso: plugin `VolumeRestrictions` of kube-scheduler; KEP-2485.
enum VolumeRestrictions {
    static let onePod = "ReadWriteOncePod"

    /// The keys of the claims of a pod that only one pod may use.
    static func exclusiveClaims(_ pod: PodInfo, _ facts: VolumeFacts) -> [String] {
        pod.claims.compactMap { name, _ in
            let key = "\(pod.namespace)/\(name)"
            return facts.claims[key]?.spec.accessModes.contains(onePod) == true ? key : nil
        }
    }
}
