// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// How claims of volumes count: by themselves and by storage class.
///
/// - SeeAlso: `pkg/quota/v1/evaluator/core/persistent_volume_claims.go` of Kubernetes.
enum ClaimQuota {
    private static let classAnnotation = "volume.beta.kubernetes.io/storage-class"

    static func usage(_ claim: PersistentVolumeClaim) -> ResourceAmounts {
        let one = Quantity(1)
        var result: ResourceAmounts = [
            ResourceName.persistentvolumeclaims: one, "count/persistentvolumeclaims": one,
        ]
        let storageClass = claim.metadata.annotations[classAnnotation] ?? claim.spec.storageClassName ?? ""
        if !storageClass.isEmpty {
            result[QuotaKind.ofStorageClass(storageClass, ResourceName.persistentvolumeclaims)] = one
        }
        if let amount = storage(claim) {
            result[ResourceName.requestsStorage] = amount
            if !storageClass.isEmpty {
                result[QuotaKind.ofStorageClass(storageClass, ResourceName.requestsStorage)] = amount
            }
        }
        return result
    }

    /// What is asked for or, where that is more, was allocated already; whole bytes.
    private static func storage(_ claim: PersistentVolumeClaim) -> Quantity? {
        guard let asked = claim.spec.resources.requests[ResourceName.storage] else { return nil }
        guard let allocated = claim.status.allocatedResources[ResourceName.storage], allocated > asked else {
            return whole(asked)
        }
        return whole(allocated)
    }

    private static func whole(_ amount: Quantity) -> Quantity {
        let rounded = Quantity(amount.value, format: amount.format)
        return rounded == amount ? amount : rounded
    }

    static func matches(_ claim: PersistentVolumeClaim, _ scope: ScopedResourceSelectorRequirement) -> Bool {
        guard scope.scopeName == ResourceQuotaScope.volumeAttributesClass else { return false }
        let names = [
            claim.spec.volumeAttributesClassName, claim.status.currentVolumeAttributesClassName,
            claim.status.modifyVolumeStatus?.targetVolumeAttributesClassName,
        ]
        return scope.selects(Set(names.compactMap { $0 }.filter { !$0.isEmpty }))
    }
}

/// How claims of devices count: by themselves and by device class.
///
/// - SeeAlso: `pkg/quota/v1/evaluator/core/resource_claims.go` of Kubernetes; KEP-4381.
enum ResourceClaimQuota {
    static let countName = "count/resourceclaims.resource.k8s.io"
    static let deviceSuffix = ".deviceclass.resource.k8s.io/devices"
    /// What a request for all matching devices counts: as many as one allocation can have.
    private static let all: Int64 = 32

    static func usage(_ claim: ResourceClaim) -> ResourceAmounts {
        var result: ResourceAmounts = [countName: Quantity(1)]
        for request in claim.spec.devices.requests {
            if let exact = request.exactly {
                let name = exact.deviceClassName + deviceSuffix
                result[name] = (result[name] ?? Quantity()) + Quantity(count(exact.allocationMode, exact.count))
            }
            // one of the alternatives will be taken, so the most demanding counts for each class
            var most: ResourceAmounts = [:]
            for option in request.firstAvailable {
                let amount = [
                    option.deviceClassName + deviceSuffix: Quantity(count(option.allocationMode, option.count))
                ]
                most = most.maximum(amount)
            }
            result = result.adding(most)
        }
        return result
    }

    private static func count(_ mode: String, _ count: Int64) -> Int64 {
        mode == "All" ? all : count
    }
}
