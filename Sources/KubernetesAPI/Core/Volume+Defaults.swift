// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension Volume {
    mutating func applyDefaults() {
        volumeSource.applyDefaults()
    }
}

extension VolumeSource {
    /// Whether no source is given at all.
    private var isUnset: Bool { self == VolumeSource() }

    // Each kind of source is looked at before it is changed: a change of an optional structure copies and allocates, also where it
    // is nil, and there are thirty of them, of which one is given.
    mutating func applyDefaults() {
        if isUnset { emptyDir = EmptyDirVolumeSource() }
        if hostPath != nil { hostPath?.type.orDefault("") }
        if secret != nil { secret?.defaultMode.orDefault(0o644) }
        if configMap != nil { configMap?.defaultMode.orDefault(0o644) }
        if let items = downwardAPI?.items.indices {
            downwardAPI?.defaultMode.orDefault(0o644)
            for index in items { downwardAPI?.items[index].fieldRef?.apiVersion.orDefault("v1") }
        }
        if projected != nil { projected?.applyDefaults() }
        if let present = image, present.pullPolicy.isEmpty {
            image?.pullPolicy =
                ImageReference.pullsByDefault(present.reference) ? PullPolicy.always : PullPolicy.ifNotPresent
        }
        if var template = ephemeral?.volumeClaimTemplate {
            template.spec.volumeMode.orDefault("Filesystem")
            ephemeral?.volumeClaimTemplate = template
        }
        applyDriverDefaults()
    }

    /// The sources that Kubernetes once had drivers for.
    private mutating func applyDriverDefaults() {
        if iscsi != nil { iscsi?.iscsiInterface.orDefault("default") }
        if rbd != nil { rbd?.applyDefaults() }
        if azureDisk != nil { azureDisk?.applyDefaults() }
        if scaleIO != nil {
            scaleIO?.storageMode.orDefault("ThinProvisioned")
            scaleIO?.fsType.orDefault("xfs")
        }
    }
}

extension RBDVolumeSource {
    mutating func applyDefaults() {
        pool.orDefault("rbd")
        user.orDefault("admin")
        keyring.orDefault("/etc/ceph/keyring")
    }
}

extension AzureDiskVolumeSource {
    mutating func applyDefaults() {
        cachingMode.orDefault("ReadWrite")
        kind.orDefault("Shared")
        fsType.orDefault("ext4")
        readOnly.orDefault(false)
    }
}

extension ProjectedVolumeSource {
    mutating func applyDefaults() {
        defaultMode.orDefault(0o644)
        for index in sources.indices {
            sources[index].serviceAccountToken?.expirationSeconds.orDefault(3_600)
            if let items = sources[index].downwardAPI?.items.indices {
                for item in items { sources[index].downwardAPI?.items[item].fieldRef?.apiVersion.orDefault("v1") }
            }
        }
    }
}
