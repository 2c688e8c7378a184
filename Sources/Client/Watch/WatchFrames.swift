// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Cuts the body of a watch into events: one JSON object on each line.
struct WatchFrames<Object: KubernetesObject> {
    /// The longest line taken: an object is at most 3 MiB when written, more when indented or with managed fields.
    static var longestLine: Int { 32 << 20 }

    private var pending: [UInt8] = []

    /// Takes bytes as they arrive; gives the events that are whole.
    ///
    /// - Throws: what an `ERROR` event says; `decoding` where the frame itself is not JSON or too long.
    mutating func receive(_ bytes: [UInt8]) throws(ClientError) -> [WatchChange<Object>] {
        var changes: [WatchChange<Object>] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if pending.isEmpty {
                try append(bytes[start..<end], to: &changes)
            } else {
                pending.append(contentsOf: bytes[start..<end])
                let line = pending
                pending.removeAll(keepingCapacity: line.count <= 1 << 16)
                try append(line[...], to: &changes)
            }
            start = end + 1
        }
        pending.append(contentsOf: bytes[start...])
        guard pending.count <= Self.longestLine else {
            throw ClientError(.decoding, "an event of the watch is longer than \(Self.longestLine) bytes")
        }
        return changes
    }

    private func append(_ line: ArraySlice<UInt8>, to changes: inout [WatchChange<Object>]) throws(ClientError) {
        guard line.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }) else { return }
        let event: WatchEvent
        do {
            event = try JSONCoding.decode(WatchEvent.self, from: Array(line))
        } catch {
            throw ClientError(.decoding, "an event of the watch is not readable: \(error)", cause: error)
        }
        try changes.append(change(event))
    }

    private func change(_ event: WatchEvent) throws(ClientError) -> WatchChange<Object> {
        if event.type == "ERROR" { throw failure(event.object.raw) }
        let object: Object
        do {
            object = try JSONCoding.decode(Object.self, from: event.object.raw)
        } catch {
            return .unreadable(ClientError(.decoding, "an object of the watch is not readable: \(error)", cause: error))
        }
        return switch event.type {
        case "ADDED": .added(object)
        case "MODIFIED": .modified(object)
        case "DELETED": .deleted(object)
        case "BOOKMARK": .bookmark(resourceVersion: object.metadata.resourceVersion)
        default: .unreadable(ClientError(.decoding, "the watch sent an event of unknown type \(event.type)"))
        }
    }

    private func failure(_ raw: [UInt8]) -> ClientError {
        do {
            return ClientError(try JSONCoding.decode(Status.self, from: raw))
        } catch {
            return ClientError(.decoding, "the watch ended with an error that is not readable: \(error)", cause: error)
        }
    }
}
