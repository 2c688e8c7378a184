// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Keeps a pod in the zone of its volumes, where these say it in labels.
///
/// - SeeAlso: plugin `VolumeZone` of kube-scheduler.
enum VolumeZone {
    struct Demand: Sendable {
        /// The label, and its older name.
        var keys: [String]
        var values: Set<String>
    }

    private static let labels = [
        ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"],
        ["topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"],
    ]

    static func demands(of volume: PersistentVolume) -> [Demand] {
        labels.compactMap { keys in
            guard let text = keys.lazy.compactMap({ volume.metadata.labels[$0] }).first else { return nil }
            // Several zones are joined by two underscores.
            return Demand(keys: keys, values: Set(parts(text)))
        }
    }

    private static func parts(_ text: String) -> [String] {
        var result: [String] = []
        var part = ""
        var underscores = 0
        for character in text {
            underscores = character == "_" ? underscores + 1 : 0
            part.append(character)
            if underscores == 2 {
                result.append(String(part.dropLast(2)))
                part = ""
                underscores = 0
            }
        }
        return result + [part]
    }

    /// A node that says nothing of zones and regions is admitted.
    static func admits(_ demands: [Demand], _ node: NodeInfo) -> Bool {
        if demands.isEmpty { return true }
        guard labels.joined().contains(where: { node.labels[$0] != nil }) else { return true }
        return demands.allSatisfy { demand in
            demand.keys.contains { key in node.labels[key].map(demand.values.contains) ?? false }
        }
    }
}
