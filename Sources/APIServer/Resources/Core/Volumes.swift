// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == PersistentVolume {
    static var persistentVolumes: Self {
        Self().separatingStatus().with {
            $0.returnsDeletedObject = true
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (volume, context) throws(APIStatusError) in
                try create(&volume, context)
                volume.status.phase = PersistentVolumePhase.pending
                volume.status.lastPhaseTransitionTime = context.now
            }
            let status = $0.faces["status"] ?? Face()
            $0.faces["status"] = Face(prepare: { (new, old, context) throws(APIStatusError) in
                try status.prepare(&new, old, context)
                new.status.countPhase(from: old.status, at: context.now)
            })
            $0.faces["status"]?.fields = status.fields
        }
    }
}

extension PersistentVolumeStatus {
    /// Says since when the volume is in its phase, where the writer did not.
    mutating func countPhase(from old: PersistentVolumeStatus, at now: Time) {
        if phase == old.phase {
            if lastPhaseTransitionTime == nil { lastPhaseTransitionTime = old.lastPhaseTransitionTime }
        } else if lastPhaseTransitionTime == nil || lastPhaseTransitionTime == old.lastPhaseTransitionTime {
            lastPhaseTransitionTime = now
        }
    }
}

extension ResourceDefinition where Object == PersistentVolumeClaim {
    static var persistentVolumeClaims: Self {
        Self().separatingStatus().with {
            $0.returnsDeletedObject = true
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (claim, context) throws(APIStatusError) in
                try create(&claim, context)
                claim.status.phase = PersistentVolumeClaimPhase.pending
                claim.spec.normalizeSources(from: nil)
            }
            let update = $0.faces[""] ?? Face()
            $0.faces[""] = Face(prepare: { (new, old, context) throws(APIStatusError) in
                try update.prepare(&new, old, context)
                new.spec.normalizeSources(from: old.spec)
            })
            $0.faces[""]?.fields = update.fields
        }
    }
}

extension PersistentVolumeClaimSpec {
    /// Drops sources that cannot be, and lets both fields say the same where one is absent.
    ///
    /// - SeeAlso: KEP-1495 (volume populators); sources in other namespaces are an alpha feature, which is off.
    mutating func normalizeSources(from old: PersistentVolumeClaimSpec?) {
        if let reference = dataSourceRef, !(reference.namespace ?? "").isEmpty,
            (old?.dataSourceRef?.namespace ?? "").isEmpty
        {
            dataSourceRef = nil
        }
        if old?.dataSource == nil, let source = dataSource, !source.isClaimOrSnapshot { dataSource = nil }
        guard (dataSourceRef?.namespace ?? "").isEmpty else { return }
        if let source = dataSource, dataSourceRef == nil {
            dataSourceRef = TypedObjectReference {
                ($0.apiGroup, $0.kind, $0.name) = (source.apiGroup, source.kind, source.name)
            }
        } else if let reference = dataSourceRef, dataSource == nil {
            dataSource = TypedLocalObjectReference {
                ($0.apiGroup, $0.kind, $0.name) = (reference.apiGroup, reference.kind, reference.name)
            }
        }
    }
}

extension TypedLocalObjectReference {
    /// Whether a volume could be filled from this from the beginning.
    fileprivate var isClaimOrSnapshot: Bool {
        let group = apiGroup ?? ""
        return group.isEmpty && kind == "PersistentVolumeClaim"
            || group == "snapshot.storage.k8s.io" && kind == "VolumeSnapshot"
    }
}
