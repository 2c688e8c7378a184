// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// The objects of a list, in key order: a part of a snapshot, or what a selector has picked out of it.
///
/// A part of a snapshot is two places in its tree, whatever its size: a client that reads slowly keeps no array of objects.
struct SelectedObjects: Sequence, Sendable {
    fileprivate enum Storage: Sendable {
        case part(ObjectTree, from: ObjectTree.Position)
        case picked([StoredObject])
    }
    private let storage: Storage
    let count: Int

    init(_ objects: [StoredObject]) {
        storage = .picked(objects)
        count = objects.count
    }

    /// - Parameter count: at most as many as there are from `start` on.
    init(_ tree: ObjectTree, from start: ObjectTree.Position, count: Int) {
        storage = .part(tree, from: start)
        self.count = count
    }

    var isEmpty: Bool { count == 0 }

    /// The last object; nil where there is none.
    var last: StoredObject? {
        guard count > 0 else { return nil }
        switch storage {
        case .picked(let objects): return objects.last
        case .part(let tree, let start): return tree.object(at: tree.position(start, offsetBy: count - 1))
        }
    }

    /// Whether the bytes of all objects are more than `limit`.
    func isLarger(than limit: Int) -> Bool {
        var size = 0
        for object in self {
            size += object.bytes.count
            if size > limit { return true }
        }
        return false
    }

    func makeIterator() -> Iterator { Iterator(storage: storage, left: count) }

    struct Iterator: IteratorProtocol, Sendable {
        private let tree: ObjectTree
        private var chunk: [StoredObject]
        private var place: ObjectTree.Position
        private var left: Int

        fileprivate init(storage: Storage, left: Int) {
            self.left = left
            switch storage {
            case .picked(let objects):
                tree = ObjectTree()
                chunk = objects
                place = tree.start
            case .part(let tree, let from):
                self.tree = tree
                chunk = tree.chunk(from.chunk)
                place = from
            }
        }

        mutating func next() -> StoredObject? {
            guard left > 0 else { return nil }
            while place.offset >= chunk.count {
                guard place.chunk + 1 < tree.chunkCount else { return nil }
                place = ObjectTree.Position(chunk: place.chunk + 1, offset: 0)
                chunk = tree.chunk(place.chunk)
            }
            defer {
                place.offset += 1
                left -= 1
            }
            return chunk[place.offset]
        }
    }
}
