// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension StorageClass: Defaulted {
    public mutating func applyDefaults() {
        reclaimPolicy.orDefault(PersistentVolumeReclaimPolicy.delete)
        volumeBindingMode.orDefault(VolumeBindingMode.immediate)
    }
}

extension CSIDriver: Defaulted {
    public mutating func applyDefaults() {
        spec.attachRequired.orDefault(true)
        spec.podInfoOnMount.orDefault(false)
        spec.storageCapacity.orDefault(false)
        spec.fsGroupPolicy.orDefault("ReadWriteOnceWithFSType")
        if spec.volumeLifecycleModes.isEmpty { spec.volumeLifecycleModes = ["Persistent"] }
        spec.requiresRepublish.orDefault(false)
        spec.seLinuxMount.orDefault(false)
    }
}

extension PriorityClass: Defaulted {
    public mutating func applyDefaults() { preemptionPolicy.orDefault(PreemptionPolicy.preemptLowerPriority) }
}
