// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// What happens to `metadata` on writes.
///
/// - SeeAlso: `BeforeCreate`, `BeforeUpdate` and `BeforeDelete` of `k8s.io/apiserver/pkg/registry/rest`.
enum ObjectMetaLifecycle {
    /// Takes out owners that stand twice, and says so.
    ///
    /// - Parameter isAdmitted: whether mutating admission has run; patches are looked at only then.
    static func dedupOwners(_ meta: inout ObjectMeta, isAdmitted: Bool, _ warnings: WarningLog) {
        guard meta.ownerReferences.count > 1 else { return }
        var owners: [OwnerReference] = []
        var doubles: [String] = []
        for owner in meta.ownerReferences {
            if owners.contains(owner) { doubles.append(owner.uid) } else { owners.append(owner) }
        }
        guard !doubles.isEmpty else { return }
        meta.ownerReferences = owners
        warnings.add(
            ".metadata.ownerReferences contains duplicate entries"
                + (isAdmitted ? " after mutating admission happens" : "")
                + "; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; "
                + "please fix your requests; duplicate UID(s) observed: \(doubles.joined(separator: ", "))")
    }

    /// Takes away what the server alone decides, before admission looks at a new object.
    static func wipe(_ meta: inout ObjectMeta) {
        meta.uid = ""
        meta.creationTimestamp = Time()
        meta.deletionTimestamp = nil
        meta.deletionGracePeriodSeconds = nil
        meta.selfLink = ""
    }

    /// Fills what the server alone decides.
    static func prepareForCreate(_ meta: inout ObjectMeta, uid: String, now: Time) {
        meta.uid = uid
        meta.creationTimestamp = now
        meta.deletionTimestamp = nil
        meta.deletionGracePeriodSeconds = nil
        meta.selfLink = ""
        meta.resourceVersion = ""
    }

    /// Fills what an update may leave out, and keeps what it cannot change.
    static func prepareForUpdate(_ meta: inout ObjectMeta, old: ObjectMeta) {
        meta.generation = old.generation
        meta.selfLink = ""
        if meta.uid.isEmpty { meta.uid = old.uid }
        if meta.creationTimestamp.isZero { meta.creationTimestamp = old.creationTimestamp }
        if meta.generateName.isEmpty { meta.generateName = old.generateName }
        if old.deletionTimestamp != nil { meta.deletionTimestamp = old.deletionTimestamp }
        if old.deletionGracePeriodSeconds != nil, meta.deletionGracePeriodSeconds == nil {
            meta.deletionGracePeriodSeconds = old.deletionGracePeriodSeconds
        }
    }

    /// Whether an object that was updated goes away with it: its deletion waited for the finalizers that are now gone.
    static func isDeletedByUpdate(_ new: ObjectMeta, old: ObjectMeta) -> Bool {
        guard new.deletionTimestamp != nil, new.finalizers.isEmpty else { return false }
        return (new.deletionGracePeriodSeconds ?? 0) == 0
    }

    /// What a deletion makes of the finalizers of the garbage collector; nil where they stay as they are.
    static func finalizers(_ meta: ObjectMeta, for options: DeleteOptions) -> [String]? {
        var isOrphaning = false
        var isForeground = false
        if let orphan = options.orphanDependents {
            isOrphaning = orphan
        } else if let policy = options.propagationPolicy {
            isOrphaning = policy == "Orphan"
            isForeground = policy == "Foreground"
        } else {
            isOrphaning = meta.finalizers.contains(orphanFinalizer)
            isForeground = meta.finalizers.contains(foregroundFinalizer)
        }
        var result = meta.finalizers.filter { $0 != orphanFinalizer && $0 != foregroundFinalizer }
        if isOrphaning { result.append(orphanFinalizer) }
        if isForeground { result.append(foregroundFinalizer) }
        return Set(result) == Set(meta.finalizers) ? nil : result
    }

    static let orphanFinalizer = "orphan"
    static let foregroundFinalizer = "foregroundDeletion"

    /// What a graceful deletion does to metadata.
    enum Grace: Equatable {
        /// The deletion was marked with this metadata; it ends after its grace period.
        case marked(deletionTimestamp: Time, seconds: Int64, isFirst: Bool)
        /// A deletion with no longer grace period is under way already.
        case pending
    }

    /// - Parameter period: the grace period that is asked for now, in seconds.
    static func grace(_ meta: ObjectMeta, period: Int64, now: Time) -> Grace {
        guard let marked = meta.deletionTimestamp else {
            return .marked(deletionTimestamp: advance(now, by: period), seconds: period, isFirst: true)
        }
        guard let current = meta.deletionGracePeriodSeconds, current != 0, period < current else { return .pending }
        return .marked(deletionTimestamp: advance(marked, by: period - current), seconds: period, isFirst: false)
    }

    private static func advance(_ time: Time, by seconds: Int64) -> Time {
        var result = time
        result.seconds = time.seconds.addingReportingOverflow(seconds).partialValue
        return result
    }
}
