// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == StorageClass {
    static var storageClasses: Self {
        Self().with { $0.returnsDeletedObject = true }
    }
}

extension ResourceDefinition where Object == VolumeAttachment {
    static var volumeAttachments: Self {
        Self().separatingStatus().keepingMetadata().with {
            $0.returnsDeletedObject = true
            $0.allowsUnconditionalUpdate = false
        }
    }
}

extension ResourceDefinition where Object == CSIDriver {
    /// Changes are counted, but from 0 on.
    static var csiDrivers: Self {
        Self().with {
            $0.returnsDeletedObject = true
            $0.allowsUnconditionalUpdate = false
            $0.faces[""] = .init(prepare: { (new, old, _) throws(APIStatusError) in
                if new.spec != old.spec { new.metadata.generation = old.metadata.generation + 1 }
            })
        }.droppingOptional {
            // the feature VolumeLimitScaling is off
            $0.spec.preventPodSchedulingIfMissing
        } drop: {
            $0.spec.preventPodSchedulingIfMissing = nil
        }
    }
}

extension ResourceDefinition where Object == CSINode {
    static var csiNodes: Self {
        Self().with {
            $0.returnsDeletedObject = true
            $0.allowsUnconditionalUpdate = false
        }
    }
}

extension ResourceDefinition where Object == CSIStorageCapacity {
    static var csiStorageCapacities: Self {
        Self().with { $0.allowsUnconditionalUpdate = false }
    }
}

extension ResourceDefinition where Object == VolumeAttributesClass {
    static var volumeAttributesClasses: Self {
        Self().with { $0.returnsDeletedObject = true }
    }
}
