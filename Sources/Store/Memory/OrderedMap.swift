// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A map ordered by key: sorted chunks of bounded length. Finding a key takes two binary searches, an insertion moves
/// at most one chunk.
struct OrderedMap<Value> {
    /// Where an entry is; made invalid by insertion and removal.
    struct Index {
        var chunk: Int
        var offset: Int
    }

    typealias Entry = (key: StoreKey, value: Value)

    private static var longestChunk: Int { 256 }

    /// No chunk is empty.
    private var chunks: [[Entry]] = []
    private(set) var count = 0

    /// The entry at `index`, or nil at the end.
    func entry(at index: Index) -> Entry? {
        guard index.chunk < chunks.count else { return nil }
        return chunks[index.chunk][index.offset]
    }

    /// The place behind `index`, which must not be the end.
    func index(after index: Index) -> Index {
        let isLast = index.offset + 1 >= chunks[index.chunk].count
        return isLast ? Index(chunk: index.chunk + 1, offset: 0) : Index(chunk: index.chunk, offset: index.offset + 1)
    }

    /// The first entry whose key is not less than `key`, or the end.
    func lowerBound(_ key: StoreKey) -> Index {
        let chunk = partitionPoint(chunks.count) { chunks[$0][chunks[$0].count - 1].key < key }
        guard chunk < chunks.count else { return Index(chunk: chunk, offset: 0) }
        return Index(chunk: chunk, offset: partitionPoint(chunks[chunk].count) { chunks[chunk][$0].key < key })
    }

    /// The value of a key.
    subscript(key: StoreKey) -> Value? {
        guard let entry = entry(at: lowerBound(key)), entry.key == key else { return nil }
        return entry.value
    }

    /// Changes the value of a key in place, starting from `initial` where there is none; removes the key where `body`
    /// says so.
    ///
    /// - Parameter body: changes the value and returns whether to keep it.
    mutating func update(_ key: StoreKey, initial: @autoclosure () -> Value, _ body: (inout Value) -> Bool) {
        let index = lowerBound(key)
        if let entry = entry(at: index), entry.key == key {
            if !body(&chunks[index.chunk][index.offset].value) { remove(at: index) }
            return
        }
        var value = initial()
        if body(&value) { insert((key, value), at: index) }
    }

    private mutating func insert(_ entry: Entry, at index: Index) {
        count += 1
        if chunks.isEmpty {
            chunks = [[entry]]
            return
        }
        // The end of everything is the place behind the last entry of the last chunk.
        let chunk = min(index.chunk, chunks.count - 1)
        let offset = index.chunk < chunks.count ? index.offset : chunks[chunk].count
        chunks[chunk].insert(entry, at: offset)
        if chunks[chunk].count > Self.longestChunk {
            let second = Array(chunks[chunk][(Self.longestChunk / 2)...])
            chunks[chunk].removeSubrange((Self.longestChunk / 2)...)
            chunks.insert(second, at: chunk + 1)
        }
    }

    private mutating func remove(at index: Index) {
        count -= 1
        chunks[index.chunk].remove(at: index.offset)
        if chunks[index.chunk].isEmpty { chunks.remove(at: index.chunk) }
    }
}

/// How many of 0..<count fulfil `isBefore`, where those that do come first.
func partitionPoint(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
        let middle = low + (high - low) / 2
        if isBefore(middle) { low = middle + 1 } else { high = middle }
    }
    return low
}
