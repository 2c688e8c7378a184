// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import DequeModule
import OrderedCollections

/// The state of a ``WorkQueue``; each method is one step under its lock and returns whom to wake.
struct WorkQueueState<Key: Hashable & Sendable>: Sendable {
    typealias Waiter = CheckedContinuation<Void, Never>

    enum Taken {
        case key(Key)
        case empty
        case shutDown
    }

    /// Keys in the order in which they are handed out.
    private var order: Deque<Key> = []
    /// Keys that have to be worked on: those in `order`, and those in `processing` that were added again.
    private var dirty: Set<Key> = []
    private var processing: Set<Key> = []
    private var waiters: OrderedDictionary<UInt64, Waiter> = [:]
    private var cancelled: Set<UInt64> = []
    private var due: [Key: (ticket: UInt64, at: Duration)] = [:]
    private var lastTicket: UInt64 = 0
    private var isShutDown = false
    var failures: [Key: Int] = [:]

    var waitingKeys: Int { order.count }

    mutating func nextTicket() -> UInt64 {
        lastTicket += 1
        return lastTicket
    }

    mutating func add(_ key: Key) -> Waiter? {
        guard !isShutDown, dirty.insert(key).inserted, !processing.contains(key) else { return nil }
        order.append(key)
        return firstWaiter()
    }

    mutating func take() -> Taken {
        guard let key = order.popFirst() else { return isShutDown ? .shutDown : .empty }
        dirty.remove(key)
        processing.insert(key)
        return .key(key)
    }

    mutating func finish(_ key: Key) -> Waiter? {
        guard processing.remove(key) != nil, dirty.contains(key) else { return nil }
        order.append(key)
        return firstWaiter()
    }

    /// - Returns: the ticket to come back with, nil where an earlier time is planned already.
    mutating func schedule(_ key: Key, due at: Duration) -> UInt64? {
        if isShutDown { return nil }
        if let planned = due[key], planned.at <= at { return nil }
        let ticket = nextTicket()
        due[key] = (ticket, at)
        return ticket
    }

    mutating func expire(_ key: Key, ticket: UInt64) -> Waiter? {
        guard due[key]?.ticket == ticket else { return nil }
        due[key] = nil
        return add(key)
    }

    mutating func countFailure(_ key: Key) -> Int {
        let count = (failures[key] ?? 0) + 1
        failures[key] = count
        return count
    }

    /// - Returns: false where there is no need to wait.
    mutating func wait(_ id: UInt64, _ waiter: Waiter) -> Bool {
        if cancelled.remove(id) != nil || isShutDown || !order.isEmpty { return false }
        waiters[id] = waiter
        return true
    }

    mutating func cancelWait(_ id: UInt64) -> Waiter? {
        if let waiter = waiters.removeValue(forKey: id) { return waiter }
        cancelled.insert(id)
        return nil
    }

    mutating func shutDown() -> [Waiter] {
        isShutDown = true
        due.removeAll()
        let all = Array(waiters.values)
        waiters.removeAll()
        return all
    }

    /// - Returns: whom to wake for a key that a cancelled worker leaves.
    mutating func passOn() -> Waiter? { order.isEmpty ? nil : firstWaiter() }

    private mutating func firstWaiter() -> Waiter? {
        waiters.isEmpty ? nil : waiters.removeFirst().value
    }
}
