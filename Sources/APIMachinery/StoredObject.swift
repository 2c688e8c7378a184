// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Synchronization

/// One version of one object as the API server sends it: its final JSON bytes, and its Swift value, decoded at most once.
///
/// The watch cache holds it and every in-process reader shares it: answers join ``bytes``, controllers ask for
/// ``decoded(as:)``. It never changes; a new version of the object is a new value of this class.
public final class StoredObject: Sendable {
    /// The whole object as JSON, with `apiVersion`, `kind` and `metadata.resourceVersion`.
    public let bytes: [UInt8]
    /// Empty for a cluster-scoped object.
    public let namespace: String
    public let name: String
    public let uid: String
    /// The revision of the write that made this version; `metadata.resourceVersion` in ``bytes``.
    public let revision: UInt64

    private let value: Mutex<(any KubernetesObject)?>

    /// - Parameters:
    ///   - bytes: the final JSON.
    ///   - revision: what `metadata.resourceVersion` says.
    ///   - decoded: the typed value, where the caller has it already; its `metadata.resourceVersion` must be `revision`.
    public init(
        bytes: [UInt8], namespace: String, name: String, uid: String, revision: UInt64,
        decoded: (any KubernetesObject)? = nil
    ) {
        self.bytes = bytes
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.revision = revision
        value = Mutex(decoded)
    }

    /// `metadata.resourceVersion`.
    public var resourceVersion: String { String(revision) }

    /// The object as `T`: decoded on the first call, shared by all later calls for the same type.
    ///
    /// A call for another type than the first one (for example `PartialObjectMetadata`) decodes anew each time.
    ///
    /// - Throws: what `T` says about ``bytes`` that it cannot read.
    public func decoded<T: KubernetesObject>(as type: T.Type) throws -> T {
        if let known = value.withLock({ $0 as? T }) { return known }
        let fresh = try JSONCoding.decode(T.self, from: bytes)
        value.withLock { if $0 == nil { $0 = fresh } }
        return fresh
    }

    /// Forgets the decoded value, so that an object nobody reads in this process costs its bytes alone.
    public func dropDecoded() {
        value.withLock { $0 = nil }
    }
}
