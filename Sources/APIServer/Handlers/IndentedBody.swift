// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// A body of JSON that is broken into lines while it is sent.
struct IndentedBody<Source: ResponseBodySource>: ResponseBodySource {
    private var source: Source
    private var indenter = JSONIndenter()
    private var isMore = true
    /// What is being handed out, and how far.
    private var current: [UInt8] = []
    private var offset = 0

    init(_ source: Source) { self.source = source }

    mutating func next(_ count: Int, _ take: (UnsafeBufferPointer<UInt8>) -> Void) throws -> Bool {
        if offset == current.count { try refill(count) }
        let length = min(count, current.count - offset)
        if length > 0 {
            current.withUnsafeBufferPointer { take(UnsafeBufferPointer(rebasing: $0[offset..<(offset + length)])) }
        }
        offset += length
        return isMore || offset < current.count
    }

    /// Takes the next pieces that leave anything to be sent; white space does not.
    private mutating func refill(_ count: Int) throws {
        var (lines, indenter) = (current, indenter)
        current = []
        lines.removeAll(keepingCapacity: true)
        while lines.isEmpty, isMore { isMore = try source.next(count) { indenter.append($0, to: &lines) } }
        (current, self.indenter, offset) = (lines, indenter, 0)
    }
}
