// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// Small merge patches, written without a tree.
struct MergePatchText {
    private(set) var bytes: [UInt8] = []

    /// Sets one annotation.
    mutating func annotation(_ name: String, _ value: String) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("metadata")
        writer.beginObject()
        writer.key("annotations")
        writer.beginObject()
        writer.key(name)
        writer.string(value)
        writer.endObject()
        writer.endObject()
        writer.endObject()
        bytes = writer.bytes
    }
}
