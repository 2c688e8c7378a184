// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
package import Wire

/// The bytes of an object as the store keeps them, and the way to its final JSON.
///
/// Layout: one format byte (1), four bytes with the offset of the hole in the JSON (little endian), then the JSON, which
/// begins with `kind` and `apiVersion` and has no `metadata.resourceVersion`. The hole is the place right after
/// `metadata.uid`: the member `"resourceVersion":"N"` goes there once the store has given the write its revision.
package enum StoredForm {
    static let format: UInt8 = 1
    static let headerLength = 5

    /// Puts the header before JSON that was encoded without resourceVersion.
    ///
    /// - Parameter hole: where in the JSON `,"resourceVersion":"..."` belongs.
    /// - Returns: nil where the hole is not within the JSON.
    package static func wrap(_ json: [UInt8], hole: Int) -> [UInt8]? {
        guard hole >= 0, hole < json.count, let offset = UInt32(exactly: hole) else { return nil }
        return [UInt8](unsafeUninitializedCapacity: json.count + headerLength) { buffer, count in
            for (place, byte) in header(offset).enumerated() { buffer[place] = byte }
            _ = UnsafeMutableBufferPointer(rebasing: buffer[headerLength...]).update(fromContentsOf: json)
            count = json.count + headerLength
        }
    }

    /// The same for JSON that was written after room for the header: nothing is copied.
    ///
    /// - Parameter writer: has left out ``headerLength`` bytes and the resourceVersion.
    /// - Returns: nil where the writer came by no place for a resourceVersion.
    package static func seal(_ writer: inout JSONWriter) -> [UInt8]? {
        guard let hole = writer.resourceVersionOffset, hole >= headerLength, hole < writer.bytes.count,
            let offset = UInt32(exactly: hole - headerLength)
        else { return nil }
        writer.setHeader(header(offset))
        return writer.bytes
    }

    private static func header(_ offset: UInt32) -> [UInt8] {
        [format] + (0..<4).map { UInt8(truncatingIfNeeded: offset >> (8 * UInt32($0))) }
    }

    /// The final JSON: the stored one with `metadata.resourceVersion` in its place.
    ///
    /// - Returns: nil where the bytes are not of this layout.
    package static func splice(_ stored: [UInt8], revision: UInt64) -> [UInt8]? {
        guard stored.count > headerLength, stored[0] == format else { return nil }
        var offset = 0
        for i in 0..<4 { offset |= Int(stored[i + 1]) << (8 * i) }
        let hole = headerLength + offset
        guard hole < stored.count else { return nil }
        return insert(member(revision), at: hole, in: stored, from: headerLength)
    }

    /// The stored JSON as it is, without resourceVersion; nil where the bytes are not of this layout.
    package static func json(_ stored: [UInt8]) -> ArraySlice<UInt8>? {
        guard stored.count > headerLength, stored[0] == format else { return nil }
        return stored[headerLength...]
    }

    /// Final JSON with another resourceVersion: the last state of an object as a deletion shows it.
    ///
    /// - Returns: the same bytes where `metadata.resourceVersion` is not found.
    static func replaceRevision(in final: [UInt8], from old: UInt64, to new: UInt64) -> [UInt8] {
        let oldMember = member(old)
        let start = JSONScan.metadata(final) ?? 0
        guard let place = JSONScan.find(oldMember, in: final, from: start) else { return final }
        var out = [UInt8]()
        out.reserveCapacity(final.count + 4)
        out.append(contentsOf: final[..<place])
        out.append(contentsOf: member(new))
        out.append(contentsOf: final[(place + oldMember.count)...])
        return out
    }

    private static func member(_ revision: UInt64) -> [UInt8] {
        var out = Array(#","resourceVersion":""#.utf8)
        out.append(contentsOf: String(revision).utf8)
        out.append(UInt8(ascii: "\""))
        return out
    }

    private static func insert(_ part: [UInt8], at place: Int, in source: [UInt8], from start: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: source.count - start + part.count) { buffer, count in
            source.withUnsafeBufferPointer { bytes in
                var at = 0
                func copy(_ range: UnsafeBufferPointer<UInt8>) {
                    guard !range.isEmpty else { return }
                    _ = UnsafeMutableBufferPointer(rebasing: buffer[at...]).update(fromContentsOf: range)
                    at += range.count
                }
                copy(UnsafeBufferPointer(rebasing: bytes[start..<place]))
                part.withUnsafeBufferPointer { copy($0) }
                copy(UnsafeBufferPointer(rebasing: bytes[place...]))
                count = at
            }
        }
    }
}
