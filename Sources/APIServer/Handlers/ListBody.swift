// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// The JSON of a list, joined from stored bytes while it is sent: each byte of an object is copied once, into what goes to TLS.
struct ListBody: ResponseBodySource {
    private enum Stage { case head, items, tail, end }

    private let renderer: ObjectRenderer
    private let prefix: Int
    /// Whether items are stored bytes, without ``prefix``.
    private let isPlain: Bool
    private var objects: SelectedObjects.Iterator
    private let tail: [UInt8]
    private var stage = Stage.head
    private var isFirst = true
    /// What is being handed out, and how far.
    private var current: [UInt8]
    private var offset = 0

    /// - Parameters:
    ///   - head: up to and with the bracket that opens the items.
    ///   - tail: from the bracket that closes them on.
    init(renderer: ObjectRenderer, head: [UInt8], objects: SelectedObjects.Iterator, tail: [UInt8]) {
        self.renderer = renderer
        prefix = renderer.itemPrefix
        isPlain = renderer.format.transform == .none && !renderer.endpoint.isView
        current = head
        self.objects = objects
        self.tail = tail
    }

    mutating func next(_ count: Int, _ take: (UnsafeBufferPointer<UInt8>) -> Void) throws -> Bool {
        var left = count
        while left > 2 {  // room for what stands between two items
            if offset >= current.count {
                guard let joint = try advance() else { return false }
                withUnsafeBytes(of: joint.bytes) { bytes in
                    bytes.withMemoryRebound(to: UInt8.self) { take(UnsafeBufferPointer(rebasing: $0[..<joint.count])) }
                }
                left -= joint.count
            }
            let length = min(left, current.count - offset)
            current.withUnsafeBufferPointer { take(UnsafeBufferPointer(rebasing: $0[offset..<(offset + length)])) }
            offset += length
            left -= length
        }
        return stage != .end || offset < current.count
    }

    /// Goes on to the next item, or to the tail.
    ///
    /// - Returns: what stands before it; nil where nothing is left.
    private mutating func advance() throws -> (bytes: (UInt8, UInt8), count: Int)? {
        let comma = UInt8(ascii: ",")
        let brace = UInt8(ascii: "{")
        guard stage != .end else { return nil }
        guard let object = objects.next() else {
            stage = .end
            current = tail
            offset = 0
            return ((0, 0), 0)
        }
        let wasFirst = isFirst
        isFirst = false
        stage = .items
        offset = 0
        guard isPlain, object.bytes.count > prefix else {
            current = []
            try renderer.appendItem(object, to: &current, prefix: prefix)
            return wasFirst ? ((0, 0), 0) : ((comma, 0), 1)
        }
        current = object.bytes
        offset = prefix
        return wasFirst ? ((brace, 0), 1) : ((comma, brace), 2)
    }
}
