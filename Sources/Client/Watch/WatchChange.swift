// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// One event of a watch.
public enum WatchChange<Object: KubernetesObject>: Sendable {
    case added(Object)
    case modified(Object)
    /// The last state of the object, with the resource version of its deletion.
    case deleted(Object)
    /// Everything up to `resourceVersion` has been delivered.
    case bookmark(resourceVersion: String)
    /// One object could not be read; the watch goes on.
    case unreadable(ClientError)

    /// How far the watch has come with this event; nil where it does not say.
    public var resourceVersion: String? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object.metadata.resourceVersion
        case .bookmark(let version): version
        case .unreadable: nil
        }
    }
}

/// The events of a watch, in batches of those that arrived together (at least one each).
///
/// It ends without an error when the server ends the watch, and throws ``ClientError`` where it fails;
/// with `expired` the list has to be read again.
public struct WatchChanges<Object: KubernetesObject>: AsyncSequence, Sendable {
    public typealias Element = [WatchChange<Object>]

    let makeNext: @Sendable () -> () async throws -> [WatchChange<Object>]?

    public func makeAsyncIterator() -> Iterator { Iterator(advance: makeNext()) }

    public struct Iterator: AsyncIteratorProtocol {
        let advance: () async throws -> [WatchChange<Object>]?

        public mutating func next() async throws -> [WatchChange<Object>]? { try await advance() }
    }
}
