// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import APIMachinery

/// A transport in the API server's own process: it hands out the watch cache's objects themselves instead of their bytes, so that
/// each is decoded at most once in the process.
///
/// Requests are authorized as for ``Transport/send(_:)``.
public protocol ObjectTransport: Transport {
    /// The objects as of now, without paging.
    ///
    /// - Throws: what a `list` request would answer.
    func listObjects(_ query: ObjectQuery) async throws(ClientError) -> ObjectPage

    /// Changes after `resourceVersion`, in order. Bookmarks are sent now and then.
    ///
    /// - Throws: what a `watch` request would answer; ``ClientError/Code/expired`` where the changes after `resourceVersion` are
    ///   no longer all known.
    func watchObjects(_ query: ObjectQuery, after resourceVersion: String) async throws(ClientError) -> ObjectEvents
}

/// Which objects of one resource.
public struct ObjectQuery: Sendable, Hashable {
    public var resource: ResourcePath
    /// nil for all namespaces, and for cluster-scoped resources.
    public var namespace: String?
    /// In the form of the `labelSelector` query parameter; empty for all.
    public var labelSelector: String
    /// In the form of the `fieldSelector` query parameter; empty for all.
    public var fieldSelector: String

    public init(
        _ resource: ResourcePath, namespace: String? = nil, labelSelector: String = "", fieldSelector: String = ""
    ) {
        self.resource = resource
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
    }

    /// The path of the collection.
    public var path: String { resource.collection(namespace: namespace) }

    /// The selectors as query parameters.
    var parameters: [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        if !labelSelector.isEmpty { result.append(("labelSelector", labelSelector)) }
        if !fieldSelector.isEmpty { result.append(("fieldSelector", fieldSelector)) }
        return result
    }
}

/// Objects, and the point in history at which they are true.
public struct ObjectPage: Sendable {
    public var objects: [StoredObject]
    public var resourceVersion: String

    public init(objects: [StoredObject], resourceVersion: String) {
        self.objects = objects
        self.resourceVersion = resourceVersion
    }
}

/// One change of one object, or a mark of how far the watch has come.
public enum ObjectEvent: Sendable {
    case added(StoredObject)
    case modified(StoredObject)
    /// The last state of the object, at the revision of its deletion.
    case deleted(StoredObject)
    /// Everything up to `resourceVersion` has been delivered.
    case bookmark(resourceVersion: String)
}

/// Events in the order of their revisions, in batches of those that were there together (at least one each).
///
/// It ends without an error when the server ends the watch, and throws ``ClientError`` where it fails.
public struct ObjectEvents: AsyncSequence, Sendable {
    public typealias Element = [ObjectEvent]

    private let makeNext: @Sendable () -> () async throws -> [ObjectEvent]?

    /// Wraps any sequence of batches.
    public init<Base: AsyncSequence & Sendable>(_ base: Base) where Base.Element == [ObjectEvent] {
        makeNext = {
            var iterator = base.makeAsyncIterator()
            return { try await iterator.next(isolation: nil) }
        }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(advance: makeNext()) }

    public struct Iterator: AsyncIteratorProtocol {
        let advance: () async throws -> [ObjectEvent]?

        public mutating func next() async throws -> [ObjectEvent]? { try await advance() }
    }
}
