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
        Self().separatingStatus().with { $0.returnsDeletedObject = true }
    }
}

extension ResourceDefinition where Object == CSIDriver {
    static var csiDrivers: Self {
        Self().with { $0.returnsDeletedObject = true }
    }
}

extension ResourceDefinition where Object == CSINode {
    static var csiNodes: Self {
        Self().with { $0.returnsDeletedObject = true }
    }
}

extension ResourceDefinition where Object == CSIStorageCapacity {
    static var csiStorageCapacities: Self {
        Self()
    }
}

extension ResourceDefinition where Object == VolumeAttributesClass {
    static var volumeAttributesClasses: Self {
        Self().with { $0.returnsDeletedObject = true }
    }
}
