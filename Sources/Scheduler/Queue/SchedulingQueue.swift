// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import HeapModule

/// The pods that wait for a node: those that are to be tried, those that have to wait a little, and those for which something in
/// the cluster has to change first. It has no clock: the caller says what time it is.
///
/// - SeeAlso: `scheduling_queue.go` of kube-scheduler for the behaviour; KEP-4247 (hints), KEP-3521 (gates).
struct SchedulingQueue {
    /// A pod in the queue.
    struct Entry {
        var pod: PodInfo
        /// How often it was tried.
        var attempts = 0
        /// When it came (back) to the queue.
        var since: Duration
        /// Who rejected it the last time; empty for none, or where something failed.
        var rejectors: Set<Plugin> = []
        /// Whether the last try failed for another reason than that no node fits.
        var hadError = false
    }

    private enum Place: Equatable {
        case active(UInt64)
        case backoff(UInt64)
        case unschedulable
        case gated
    }

    private struct ActiveItem: Comparable {
        var priority: Int32
        var since: Duration
        var ticket: UInt64
        var uid: String

        /// Smaller is sooner.
        static func < (a: ActiveItem, b: ActiveItem) -> Bool {
            if a.priority != b.priority { return a.priority > b.priority }
            return (a.since, a.ticket) < (b.since, b.ticket)
        }
        static func == (a: ActiveItem, b: ActiveItem) -> Bool { a.ticket == b.ticket }
    }

    private struct BackoffItem: Comparable {
        var until: Duration
        var ticket: UInt64
        var uid: String

        static func < (a: BackoffItem, b: BackoffItem) -> Bool { (a.until, a.ticket) < (b.until, b.ticket) }
        static func == (a: BackoffItem, b: BackoffItem) -> Bool { a.ticket == b.ticket }
    }

    static let initialBackoff = Duration.seconds(1)
    static let longestBackoff = Duration.seconds(10)
    /// After so long a pod is tried again even if nothing seems to have changed for it.
    static let longestWait = Duration.seconds(300)

    private var entries: [String: (entry: Entry, place: Place)] = [:]
    private var active = Heap<ActiveItem>()
    private var backoff = Heap<BackoffItem>()
    private var unschedulable: Set<String> = []
    /// No unschedulable pod has waited for ``longestWait`` before this.
    private var nextSweep: Duration?
    private var lastTicket: UInt64 = 0

    /// How many pods are in the queue, gated ones too.
    var count: Int { entries.count }

    /// Where a pod is, for tests and metrics: `active`, `backoff`, `unschedulable`, `gated`; nil where it is not here.
    func whereabouts(_ uid: String) -> String? {
        switch entries[uid]?.place {
        case .active: "active"
        case .backoff: "backoff"
        case .unschedulable: "unschedulable"
        case .gated: "gated"
        case nil: nil
        }
    }

    /// Takes a new pod, or a new state of one that is here.
    mutating func add(_ pod: PodInfo, now: Duration) {
        guard var known = entries[pod.uid] else {
            put(Entry(pod: pod, since: now), now: now)
            return
        }
        let old = known.entry.pod
        known.entry.pod = pod
        entries[pod.uid] = known
        switch known.place {
        case .gated where !pod.isGated: put(known.entry, now: now)
        case .unschedulable where Self.isWorthRetrying(old, pod): release(pod.uid, now: now)
        case .active where old.priority != pod.priority: put(known.entry, now: now)
        default: break
        }
    }

    /// Forgets a pod.
    mutating func remove(uid: String) {
        // Heaps keep what they have of it until it comes up.
        entries[uid] = nil
        unschedulable.remove(uid)
    }

    /// The next pod to try; it is no longer in the queue then. While nothing else is to be done, pods need not wait out their backoff,
    /// unless they wait because of an error.
    mutating func pop(now: Duration) -> Entry? {
        releaseDue(now: now)
        while let item = active.popMin() {
            guard let known = entries[item.uid], known.place == .active(item.ticket) else { continue }
            return take(known.entry)
        }
        var skipped: [BackoffItem] = []
        defer { for item in skipped { backoff.insert(item) } }
        while let item = backoff.popMin() {
            guard let known = entries[item.uid], known.place == .backoff(item.ticket) else { continue }
            if known.entry.hadError {
                skipped.append(item)
                continue
            }
            return take(known.entry)
        }
        return nil
    }

    /// Takes back a pod for which no node fits. It is tried again when something changes that helps with one of the rejectors.
    mutating func addUnschedulable(_ entry: Entry, rejectedBy rejectors: Set<Plugin>, now: Duration) {
        var entry = entry
        entry.rejectors = rejectors
        entry.hadError = false
        entry.since = now
        entries[entry.pod.uid] = (entry, .unschedulable)
        unschedulable.insert(entry.pod.uid)
        if nextSweep == nil { nextSweep = now + Self.longestWait }
    }

    /// Takes back a pod after an error: it is tried again after a backoff.
    mutating func addFailed(_ entry: Entry, now: Duration) {
        var entry = entry
        entry.rejectors = []
        entry.hadError = true
        entry.since = now
        putBackoff(entry)
    }

    /// Has another look at the unschedulable pods that an event may help.
    mutating func handle(_ event: ClusterEvent, now: Duration) {
        for uid in unschedulable {
            guard let entry = entries[uid]?.entry else { continue }
            let helps =
                entry.rejectors.isEmpty || entry.rejectors.contains { event.helps(entry.pod, rejectedBy: $0) }
            if helps { release(uid, now: now) }
        }
    }

    /// When there is something to do next without any event; nil for never.
    var nextDeadline: Duration? {
        guard let until = backoff.min?.until else { return nextSweep }
        return nextSweep.map { min($0, until) } ?? until
    }

    /// How long a pod waits after so many tries.
    static func backoffTime(attempts: Int) -> Duration {
        var wait = initialBackoff
        for _ in 1..<max(2, min(attempts, 10)) where attempts > 1 { wait = wait * 2 }
        return min(wait, longestBackoff)
    }
}

extension SchedulingQueue {
    private mutating func put(_ entry: Entry, now: Duration) {
        if entry.pod.isGated {
            entries[entry.pod.uid] = (entry, .gated)
            return
        }
        lastTicket += 1
        unschedulable.remove(entry.pod.uid)
        entries[entry.pod.uid] = (entry, .active(lastTicket))
        active.insert(
            ActiveItem(priority: entry.pod.priority, since: entry.since, ticket: lastTicket, uid: entry.pod.uid))
    }

    private mutating func putBackoff(_ entry: Entry) {
        lastTicket += 1
        unschedulable.remove(entry.pod.uid)
        entries[entry.pod.uid] = (entry, .backoff(lastTicket))
        backoff.insert(
            BackoffItem(
                until: entry.since + Self.backoffTime(attempts: entry.attempts), ticket: lastTicket, uid: entry.pod.uid)
        )
    }

    /// Moves a pod out of the unschedulable ones: to be tried at once, or when its backoff is over.
    private mutating func release(_ uid: String, now: Duration) {
        guard let entry = entries[uid]?.entry else { return }
        unschedulable.remove(uid)
        if entry.since + Self.backoffTime(attempts: entry.attempts) > now, entry.attempts > 0 {
            putBackoff(entry)
        } else {
            put(entry, now: now)
        }
    }

    private mutating func releaseDue(now: Duration) {
        while let item = backoff.min, item.until <= now {
            backoff.removeMin()
            guard let known = entries[item.uid], known.place == .backoff(item.ticket) else { continue }
            put(known.entry, now: now)
        }
        guard let sweep = nextSweep, sweep <= now else { return }
        nextSweep = nil
        for uid in unschedulable {
            guard let due = entries[uid].map({ $0.entry.since + Self.longestWait }) else { continue }
            if due <= now { release(uid, now: now) } else { nextSweep = min(nextSweep ?? due, due) }
        }
    }

    private mutating func take(_ entry: Entry) -> Entry {
        entries[entry.pod.uid] = nil
        var entry = entry
        entry.attempts += 1
        return entry
    }

    /// Whether a change of a pod itself may make it schedulable.
    private static func isWorthRetrying(_ old: PodInfo, _ new: PodInfo) -> Bool {
        old.labels != new.labels || old.requests != new.requests || old.tolerations != new.tolerations
            || old.requiredNodeAffinity != new.requiredNodeAffinity || old.affinity != new.affinity
            || old.hardSpread != new.hardSpread || old.isGated != new.isGated
    }
}
