// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// A new object as its maker means it, with its JSON, which ownership is worked out from.
///
/// What comes after often changes nothing but `metadata`: then the store gets these bytes with the new `metadata` in them, and the
/// rest is not encoded a second time.
struct EncodedObject<Object: RESTObject>: Sendable {
    let object: Object
    let json: [UInt8]

    init(_ object: Object) {
        self.object = object
        json = JSONCoding.encode(object)
    }

    /// The stored form of what became of the object.
    ///
    /// - Returns: nil where more than `metadata` changed.
    func storedForm(of final: Object) -> [UInt8]? {
        var probe = final
        probe.metadata = object.metadata
        guard probe == object, let old = JSONScan.metadata(json) else { return nil }
        let end = json.withUnsafeBufferPointer { JSONScan.skip($0, old) }
        var writer = JSONWriter(resourceVersion: .hole)
        final.metadata.encode(json: &writer)
        guard let hole = writer.resourceVersionOffset else { return nil }
        var whole: [UInt8] = []
        whole.reserveCapacity(json.count + writer.bytes.count)
        whole += json[..<old]
        whole += writer.bytes
        whole += json[end...]
        return StoredForm.wrap(whole, hole: old + hole)
    }
}
