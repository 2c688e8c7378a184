// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
import KubernetesAPI
import Store
import Synchronization
import Wire

/// What a watch calls a change.
package enum WatchEventType: Int, Sendable {
    case added, modified, deleted

    /// `ADDED`, `MODIFIED`, `DELETED`.
    package var text: String {
        switch self {
        case .added: "ADDED"
        case .modified: "MODIFIED"
        case .deleted: "DELETED"
        }
    }
}

/// One change of one object, shared by the recent-events ring and all watchers.
///
/// The bytes of a watch line are made at most once for each event type, when the first watcher asks.
package final class CacheEvent: Sendable {
    /// The revision of the change.
    package let revision: UInt64
    /// The object after the change; nil for a deletion.
    package let current: StoredObject?
    /// The object before; nil for a creation.
    package let previous: StoredObject?

    private struct Derived {
        var lines: [[UInt8]?] = [nil, nil, nil]
        var departed: StoredObject?
        var current = ScannedValues()
        var previous = ScannedValues()
    }
    private let derived = Mutex(Derived())

    init(revision: UInt64, current: StoredObject?, previous: StoredObject?) {
        self.revision = revision
        self.current = current
        self.previous = previous
    }

    /// The bytes of the object that it is about.
    var size: Int { current?.bytes.count ?? previous?.bytes.count ?? 0 }

    /// The last state, with the revision of the change as its resourceVersion: what DELETED shows.
    package var departed: StoredObject? {
        guard let previous else { return nil }
        return derived.withLock { known in
            if let object = known.departed { return object }
            let bytes = StoredForm.replaceRevision(in: previous.bytes, from: previous.revision, to: revision)
            let object = StoredObject(
                bytes: bytes, namespace: previous.namespace, name: previous.name, uid: previous.uid, revision: revision)
            known.departed = object
            return object
        }
    }

    /// What the event is for a selection: entering it is ADDED, leaving it is DELETED; nil where it is not about it.
    package func type(for selection: ObjectSelection) -> WatchEventType? {
        let isIn = current.map { matches($0, selection, \.current) } ?? false
        let wasIn = previous.map { matches($0, selection, \.previous) } ?? false
        switch (wasIn, isIn) {
        case (false, true): return .added
        case (true, true): return .modified
        case (true, false): return .deleted
        case (false, false): return nil
        }
    }

    /// Each value that selectors ask for is read from the bytes once, however many watchers ask.
    private func matches(
        _ object: StoredObject, _ selection: ObjectSelection, _ values: WritableKeyPath<Derived, ScannedValues>
    ) -> Bool {
        guard selection.isIn(object) else { return false }
        guard !selection.isWholeNamespace else { return true }
        return derived.withLock { selection.matches(object, &$0[keyPath: values]) }
    }

    /// The object to show for a type.
    package func object(as type: WatchEventType) -> StoredObject? { type == .deleted ? departed : current }

    /// `{"type":"...","object":...}` and a line feed.
    package func line(as type: WatchEventType) -> [UInt8] {
        if let line = derived.withLock({ $0.lines[type.rawValue] }) { return line }
        guard let object = object(as: type) else { return [] }
        let line = WatchLine.make(type.text, object.bytes)
        derived.withLock { $0.lines[type.rawValue] = line }
        return line
    }

    /// Lets go of the lines: watchers that still need them make them anew.
    func dropLines() {
        derived.withLock { $0.lines = [nil, nil, nil] }
    }
}

/// The JSON form of one event of a watch stream.
package enum WatchLine {
    /// - Parameters:
    ///   - type: `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`.
    ///   - object: JSON.
    package static func make(_ type: String, _ object: [UInt8]) -> [UInt8] {
        var out = [UInt8]()
        out.reserveCapacity(object.count + type.utf8.count + 24)
        out.append(contentsOf: #"{"type":""#.utf8)
        out.append(contentsOf: type.utf8)
        out.append(contentsOf: #"","object":"#.utf8)
        out.append(contentsOf: object)
        out.append(contentsOf: "}\n".utf8)
        return out
    }
}
