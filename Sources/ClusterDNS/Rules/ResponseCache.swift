// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Answers of other servers, kept for as long as they allow. Bounded: the oldest makes room for the newest.
package struct ResponseCache: Sendable {
    /// What makes two queries have the same answer.
    package struct Key: Hashable, Sendable {
        var name: DNSName
        var type: DNSType
        var recordClass: UInt16
        var hasExtension: Bool
        var wantsSignatures: Bool
        var isCheckingDisabled: Bool

        package init(_ query: DNSQuery) {
            name = query.name
            type = query.type
            recordClass = query.recordClass
            hasExtension = query.extension != nil
            wantsSignatures = query.extension?.wantsSignatures ?? false
            isCheckingDisabled = query.isCheckingDisabled
        }
    }

    private struct Entry: Sendable {
        var message: ForwardedMessage
        var stored: Duration
        var order: UInt64
    }

    /// An answer is kept no longer than this, in seconds.
    static let longest: UInt32 = 300
    /// Answers that are longer are not kept, in bytes.
    static let largestMessage = 8192

    private let capacity: Int
    private var entries: [Key: Entry] = [:]
    /// Keys in the order in which they were stored; some may have been stored anew since.
    private var queue: [(key: Key, order: UInt64)] = []
    private var head = 0
    private var lastOrder: UInt64 = 0

    /// - Parameter capacity: how many answers are kept; at least 1.
    package init(capacity: Int = 1000) {
        self.capacity = max(capacity, 1)
    }

    /// How many answers there are.
    package var count: Int { entries.count }

    /// An answer and its age in seconds.
    ///
    /// - Parameter now: time since some fixed moment.
    package func get(_ key: Key, now: Duration) -> (message: ForwardedMessage, age: UInt32)? {
        guard let entry = entries[key] else { return nil }
        let age = (now - entry.stored).components.seconds
        let lifetime = Int64(min(entry.message.timeToLive, Self.longest))
        guard age >= 0, age < lifetime else { return nil }
        return (entry.message, UInt32(clamping: age))
    }

    /// Keeps an answer, if it may be kept.
    package mutating func set(_ key: Key, _ message: ForwardedMessage, now: Duration) {
        guard message.timeToLive > 0, !message.isTruncated, message.bytes.count <= Self.largestMessage else { return }
        lastOrder += 1
        entries[key] = Entry(message: message, stored: now, order: lastOrder)
        queue.append((key, lastOrder))
        while entries.count > capacity || queue.count - head > 2 * capacity { dropOldest() }
        if head > capacity {
            queue.removeFirst(head)
            head = 0
        }
    }

    private mutating func dropOldest() {
        guard head < queue.count else { return }
        let (key, order) = queue[head]
        head += 1
        if entries[key]?.order == order { entries[key] = nil }
    }
}
