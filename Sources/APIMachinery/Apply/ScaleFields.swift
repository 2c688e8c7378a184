// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// Carries ownership of the number of replicas between an object and its `scale`.
///
/// - SeeAlso: `ScaleHandler` of `k8s.io/apimachinery/pkg/util/managedfields`.
public struct ScaleFields: Sendable {
    /// The entries of the object.
    private let parent: ManagedFields
    private let apiVersion: String
    private let replicas: FieldSet

    private static let scaleVersion = "autoscaling/v1"
    private static let scaleReplicas = FieldSet(paths: [["spec", "replicas"]])

    /// - Parameters:
    ///   - apiVersion: that of the object.
    ///   - replicasPath: where the object has the number.
    public init(_ entries: [ManagedFieldsEntry], apiVersion: String, replicasPath: [String] = ["spec", "replicas"]) {
        parent = ManagedFields(entries) ?? ManagedFields()
        self.apiVersion = apiVersion
        replicas = FieldSet(paths: [replicasPath])
    }

    /// The entries of the scale: who owns the number of replicas.
    public var scale: [ManagedFieldsEntry] {
        var scale = ManagedFields()
        for var entry in parent.entries where owns(entry) {
            entry.set = Self.scaleReplicas
            entry.apiVersion = Self.scaleVersion
            scale.entries.append(entry)
        }
        return scale.encoded
    }

    private func owns(_ entry: ManagedFields.Entry) -> Bool {
        entry.apiVersion == apiVersion && replicas.isSubset(of: entry.set)
    }

    /// The entries of the object after a write of the scale. Who is new in them has no time, as upstream.
    public func parent(after scale: [ManagedFieldsEntry]) -> [ManagedFieldsEntry] {
        var owners = (ManagedFields(scale) ?? ManagedFields()).entries.filter {
            Self.scaleReplicas.isSubset(of: $0.set)
        }
        var result = ManagedFields()
        for var entry in parent.entries where entry.apiVersion == apiVersion {
            if owns(entry) {
                if let at = owners.firstIndex(where: { $0.identity == entry.identity }) {
                    owners.remove(at: at)
                } else {
                    entry.set = entry.set.subtracting(replicas)
                }
            }
            if !entry.set.isEmpty { result.entries.append(entry) }
        }
        for var owner in owners {
            owner.time = parent.entries.first { $0.identity == owner.identity }?.time
            owner.apiVersion = apiVersion
            owner.set = replicas
            result.entries.append(owner)
        }
        return result.encoded
    }
}
