// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// The objects of one resource in the order of their keys, as a value: a copy is a snapshot and costs one retain.
///
/// Sorted chunks of at most 128 objects: a change copies one chunk, and only where a snapshot still holds it.
/// The order is that of the store's keys (`namespace/name` by bytes).
struct ObjectTree: Sendable {
    private var chunks: [[StoredObject]] = []
    private(set) var count = 0
    static let chunkSize = 128

    init() {}

    /// - Parameter objects: in key order.
    init(sorted objects: [StoredObject]) {
        count = objects.count
        chunks.reserveCapacity(objects.count / 96 + 1)
        var start = 0
        while start < objects.count {
            let end = min(start + 96, objects.count)
            chunks.append(Array(objects[start..<end]))
            start = end
        }
    }

    /// A place between objects.
    struct Position: Equatable, Sendable {
        var chunk: Int
        var offset: Int
    }

    func get(namespace: String, name: String) -> StoredObject? {
        let at = lowerBound(namespace: namespace, name: name)
        guard let found = object(at: at), found.name == name, found.namespace == namespace else { return nil }
        return found
    }

    /// Adds or replaces; returns what was there.
    @discardableResult
    mutating func set(_ object: StoredObject) -> StoredObject? {
        var at = lowerBound(namespace: object.namespace, name: object.name)
        if let old = self.object(at: at), old.name == object.name, old.namespace == object.namespace {
            chunks[at.chunk][at.offset] = object
            return old
        }
        count += 1
        if chunks.isEmpty {
            chunks.append([object])
            return nil
        }
        if at.chunk == chunks.count { at = Position(chunk: chunks.count - 1, offset: chunks[chunks.count - 1].count) }
        chunks[at.chunk].insert(object, at: at.offset)
        if chunks[at.chunk].count > Self.chunkSize { split(at.chunk) }
        return nil
    }

    @discardableResult
    mutating func remove(namespace: String, name: String) -> StoredObject? {
        let at = lowerBound(namespace: namespace, name: name)
        guard let old = object(at: at), old.name == name, old.namespace == namespace else { return nil }
        chunks[at.chunk].remove(at: at.offset)
        if chunks[at.chunk].isEmpty { chunks.remove(at: at.chunk) }
        count -= 1
        return old
    }

    private mutating func split(_ index: Int) {
        let half = chunks[index].count / 2
        // a chunk that grew at its end only stays well filled: names that count up are the common case
        let cut = index == chunks.count - 1 ? chunks[index].count - 16 : half
        let tail = Array(chunks[index][cut...])
        chunks[index].removeSubrange(cut...)
        chunks.insert(tail, at: index + 1)
    }

    func object(at position: Position) -> StoredObject? {
        guard position.chunk < chunks.count, position.offset < chunks[position.chunk].count else { return nil }
        return chunks[position.chunk][position.offset]
    }

    var chunkCount: Int { chunks.count }

    /// The objects of a chunk; none where there is no such chunk.
    func chunk(_ index: Int) -> [StoredObject] { chunks.indices.contains(index) ? chunks[index] : [] }

    var start: Position { Position(chunk: 0, offset: 0) }
    var end: Position { Position(chunk: chunks.count, offset: 0) }

    /// The first place whose object is not before the key.
    func lowerBound(namespace: String, name: String) -> Position {
        search { ObjectOrder.compare($0.namespace, $0.name, namespace, name) < 0 }
    }

    /// The first place after the key.
    func upperBound(namespace: String, name: String) -> Position {
        search { ObjectOrder.compare($0.namespace, $0.name, namespace, name) <= 0 }
    }

    /// The places of a namespace's objects; all places where `namespace` is empty.
    func range(namespace: String) -> (Position, Position) {
        guard !namespace.isEmpty else { return (start, end) }
        let upper = search { ObjectOrder.compareNamespaces($0.namespace, namespace) <= 0 }
        return (lowerBound(namespace: namespace, name: ""), upper)
    }

    /// How many objects lie between two places.
    func distance(from: Position, to: Position) -> Int {
        guard from.chunk < to.chunk else { return max(0, to.offset - from.offset) }
        var sum = chunks[from.chunk].count - from.offset
        for i in (from.chunk + 1)..<max(to.chunk, from.chunk + 1) { sum += chunks[i].count }
        return sum + to.offset
    }

    /// The place `count` objects after another; the end where there are not so many.
    func position(_ start: Position, offsetBy count: Int) -> Position {
        var place = start
        var left = count
        while place.chunk < chunks.count {
            let here = chunks[place.chunk].count - place.offset
            if left < here { return Position(chunk: place.chunk, offset: place.offset + left) }
            left -= here
            place = Position(chunk: place.chunk + 1, offset: 0)
        }
        return end
    }

    /// The place after `position`.
    func next(_ position: Position) -> Position {
        position.offset + 1 < chunks[position.chunk].count
            ? Position(chunk: position.chunk, offset: position.offset + 1)
            : Position(chunk: position.chunk + 1, offset: 0)
    }

    /// Calls `body` with each object from one place to another, until it returns false.
    func forEach(from: Position, to: Position, _ body: (StoredObject) throws -> Bool) rethrows {
        var chunk = from.chunk
        var offset = from.offset
        while chunk < chunks.count, chunk <= to.chunk {
            let objects = chunks[chunk]
            let stop = chunk == to.chunk ? min(to.offset, objects.count) : objects.count
            while offset < stop {
                guard try body(objects[offset]) else { return }
                offset += 1
            }
            chunk += 1
            offset = 0
        }
    }

    /// The first place for which `isBefore` is false.
    private func search(_ isBefore: (StoredObject) -> Bool) -> Position {
        var low = 0
        var high = chunks.count
        while low < high {
            let mid = (low + high) / 2
            // the last object of a chunk decides whether the place can lie in it
            if let last = chunks[mid].last, isBefore(last) { low = mid + 1 } else { high = mid }
        }
        guard low < chunks.count else { return end }
        var from = 0
        var to = chunks[low].count
        while from < to {
            let mid = (from + to) / 2
            if isBefore(chunks[low][mid]) { from = mid + 1 } else { to = mid }
        }
        return Position(chunk: low, offset: from)
    }
}

/// The order of the store's keys for `namespace/name`, without making the key.
enum ObjectOrder {
    /// Negative, zero or positive.
    static func compare(_ namespaceA: String, _ nameA: String, _ namespaceB: String, _ nameB: String) -> Int {
        let order = compareNamespaces(namespaceA, namespaceB)
        return order != 0 ? order : compareBytes(nameA, nameB, terminator: nil)
    }

    static func compareNamespaces(_ a: String, _ b: String) -> Int {
        compareBytes(a, b, terminator: UInt8(ascii: "/"))
    }

    /// Compares as if `terminator` stood after both.
    private static func compareBytes(_ a: String, _ b: String, terminator: UInt8?) -> Int {
        // in place: `withUTF8` of a copy would count references up and down for each of a search's many comparisons
        let order = a.utf8.withContiguousStorageIfAvailable { p in
            b.utf8.withContiguousStorageIfAvailable { q in compareBytes(p, q, terminator) }
        }
        if let order = order ?? nil { return order }
        return Array(a.utf8).withUnsafeBufferPointer { p in
            Array(b.utf8).withUnsafeBufferPointer { q in compareBytes(p, q, terminator) }
        }
    }

    private static func compareBytes(
        _ p: UnsafeBufferPointer<UInt8>, _ q: UnsafeBufferPointer<UInt8>, _ terminator: UInt8?
    ) -> Int {
        let shared = min(p.count, q.count)
        var i = 0
        while i < shared {
            if p[i] != q[i] { return Int(p[i]) - Int(q[i]) }
            i += 1
        }
        guard p.count != q.count else { return 0 }
        guard let terminator else { return p.count - q.count }
        return p.count < q.count ? Int(terminator) - Int(q[i]) : Int(p[i]) - Int(terminator)
    }
}
