// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Volumes, claims and classes of volume attributes are not gone before nobody uses them: a finalizer holds them.
///
/// - SeeAlso: Kubernetes' admission plugin of that name.
struct StorageObjectInUseProtection: AdmissionPlugin {
    static let name = "StorageObjectInUseProtection"

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        let finalizer: String
        switch Object.kind {
        case PersistentVolume.kind: finalizer = "kubernetes.io/pv-protection"
        case PersistentVolumeClaim.kind: finalizer = "kubernetes.io/pvc-protection"
        case VolumeAttributesClass.kind: finalizer = "kubernetes.io/vac-protection"
        default: return
        }
        hooks.mutating.append { object, _, context in
            guard context.operation == .create, !object.metadata.finalizers.contains(finalizer) else { return }
            object.metadata.finalizers.append(finalizer)
        }
    }
}
