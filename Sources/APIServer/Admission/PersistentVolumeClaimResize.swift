// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Claims grow only where they are bound and their storage class lets them.
///
/// - SeeAlso: Kubernetes' admission plugin of that name.
struct PersistentVolumeClaimResize: AdmissionPlugin {
    static let name = "PersistentVolumeClaimResize"
    private static let classAnnotation = "volume.beta.kubernetes.io/storage-class"

    let storageClasses: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.validate(PersistentVolumeClaim.self) { claim, old, context in
            guard context.operation == .update, context.subresource.isEmpty, let old else { return }
            let storage = ResourceName.storage
            let wanted = claim.spec.resources.requests[storage] ?? Quantity()
            guard wanted > old.spec.resources.requests[storage] ?? Quantity() else { return }
            guard old.status.phase == "Bound" else {
                throw Self.refuse(claim, "Only bound persistent volume claims can be expanded")
            }
            let name = Self.className(claim)
            guard !name.isEmpty, name == Self.className(old), try await allowsExpansion(name) else {
                throw Self.refuse(
                    claim,
                    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must "
                        + "support resize")
            }
        }
    }

    private static func refuse(_ claim: PersistentVolumeClaim, _ text: String) -> APIStatusError {
        .forbidden(PersistentVolumeClaim.resource, claim.metadata.admissionName, text)
    }

    private static func className(_ claim: PersistentVolumeClaim) -> String {
        claim.metadata.annotations[classAnnotation] ?? claim.spec.storageClassName ?? ""
    }

    private func allowsExpansion(_ name: String) async throws -> Bool {
        guard let stored = try await storageClasses.get(namespace: "", name: name) else { return false }
        return try JSONCoding.decode(StorageClass.self, from: stored.bytes).allowVolumeExpansion ?? false
    }
}
