// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// The name part that tells the pod templates of a Deployment apart (`pod-template-hash`).
///
/// - SeeAlso: Kubernetes' documentation "Deployments", "Pod-template-hash label"; the alphabet of `k8s.io/apimachinery/pkg/util/rand`.
enum DeploymentHash {
    static let label = "pod-template-hash"
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")

    /// A short word for the template; another `collisionCount` gives another word.
    static func of(_ template: PodTemplateSpec, collisionCount: Int32?) -> String {
        var hash: UInt32 = 2_166_136_261
        func add(_ byte: UInt8) { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        JSONCoding.encode(template).forEach(add)
        if let collisionCount {
            for shift in stride(from: 0, to: 32, by: 8) {
                add(UInt8(truncatingIfNeeded: collisionCount >> Int32(shift)))
            }
        }
        return String(String(hash).utf8.map { alphabet[Int($0) % alphabet.count] })
    }

    /// Whether two templates are the same but for the label that this hash adds.
    static func areEqual(_ a: PodTemplateSpec, _ b: PodTemplateSpec) -> Bool {
        var (a, b) = (a, b)
        a.metadata.labels[label] = nil
        b.metadata.labels[label] = nil
        return a == b
    }
}
