// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Writes to a file that follow each other, kept until they are worth a call of the system. Pure but for the memory it fills.
struct GatheredWrites {
    /// At most so many bytes wait: about thirty pages, which is more than most transactions change.
    static let capacity = 128 << 10

    /// Where in the file what waits belongs.
    private var start: Int64 = 0
    private var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }

    /// Adds a write where it goes on from what waits.
    ///
    /// - Returns: false where it does not, or there is no room: then what waits must be written first, and a write that does not fit
    ///   into an empty buffer goes to the file by itself.
    mutating func take(_ more: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
        guard bytes.count + more.count <= Self.capacity else { return false }
        if bytes.isEmpty {
            start = offset
            bytes.reserveCapacity(Self.capacity)
        } else if offset != start + Int64(bytes.count) {
            return false
        }
        bytes.append(contentsOf: more)
        return true
    }

    /// Hands over what waits, if anything does, and forgets it whether or not it could be written.
    ///
    /// - Parameter write: gets the bytes and where they belong; its result is that of the call.
    mutating func drain(_ write: (UnsafeRawBufferPointer, Int64) -> Int32) -> Int32? {
        guard !bytes.isEmpty else { return nil }
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes.withUnsafeBytes { write($0, start) }
    }
}
