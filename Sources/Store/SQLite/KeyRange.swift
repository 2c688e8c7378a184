// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The keys that start with a prefix, as bounds of an index search.
struct KeyRange: Sendable, Equatable {
    /// The first byte string of the range.
    var lower: [UInt8]
    /// The first byte string behind the range. It need not be valid UTF-8.
    var upper: [UInt8]

    /// - Parameters:
    ///   - prefix: what the keys start with; empty for all keys.
    ///   - after: only keys greater than this one.
    init(prefix: StoreKey, after: StoreKey? = nil) {
        lower = Array(prefix.text.utf8)
        // UTF-8 never has the byte 255, so the last byte can always be raised by one, and 255 is behind all keys.
        upper = lower
        if let last = upper.popLast() { upper.append(last + 1) } else { upper = [0xFF] }
        if let after, after >= prefix { lower = Array(after.text.utf8) + [0] }
    }
}
