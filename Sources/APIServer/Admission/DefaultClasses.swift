// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Gives claims and ingresses that name no class the cluster's default one.
///
/// - SeeAlso: Kubernetes' admission plugins `DefaultStorageClass` and `DefaultIngressClass`.
struct DefaultClasses: AdmissionPlugin {
    static let name = "DefaultStorageClass"
    private static let storageAnnotations = [
        "storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class",
    ]
    private static let ingressAnnotations = ["ingressclass.kubernetes.io/is-default-class"]

    let storageClasses: ResourceCache
    let ingressClasses: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(PersistentVolumeClaim.self) { claim, _, context in
            guard context.operation == .create, context.subresource.isEmpty, claim.spec.storageClassName == nil,
                claim.metadata.annotations["volume.beta.kubernetes.io/storage-class"] == nil
            else { return }
            claim.spec.storageClassName = try await Self.newestDefault(
                StorageClass.self, storageClasses, Self.storageAnnotations)
        }
        hooks.mutate(Ingress.self) { ingress, _, context in
            guard context.operation == .create, ingress.spec.ingressClassName == nil,
                ingress.metadata.annotations["kubernetes.io/ingress.class"] == nil
            else { return }
            ingress.spec.ingressClassName = try await Self.newestDefault(
                IngressClass.self, ingressClasses, Self.ingressAnnotations)
        }
    }

    /// The name of the newest class that is marked as default; nil where there is none.
    private static func newestDefault<Class: KubernetesObject>(
        _: Class.Type, _ cache: ResourceCache, _ annotations: [String]
    ) async throws -> String? {
        let all = try await cache.snapshot().objects().map {
            try JSONCoding.decode(Class.self, from: $0.bytes).metadata
        }
        return all.filter { found in annotations.contains { found.annotations[$0] == "true" } }.max {
            ($0.creationTimestamp.seconds, $1.name) < ($1.creationTimestamp.seconds, $0.name)
        }?.name
    }
}
