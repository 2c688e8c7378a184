// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Logging

/// Changes the store and tells the handlers, one batch after the other.
actor InformerDistributor<Object: KubernetesObject> {
    private let store: InformerStore<Object>
    private let logger: Logger
    private var handlers: [Informer<Object>.Handler] = []
    /// Those that do not know yet what is there, and who waits until they do.
    private var newcomers: [Informer<Object>.Handler] = []
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// Handlers are told of at most so many objects at once, so that a long list is never decoded as a whole.
    private static var batch: Int { 256 }

    init(store: InformerStore<Object>, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Tells a handler of all that is known, and then of each change.
    ///
    /// Controllers that start together add their handlers together: what is known is decoded once for all of them.
    func add(_ handler: @escaping Informer<Object>.Handler) async {
        newcomers.append(handler)
        if newcomers.count > 1 {
            return await withCheckedContinuation { waiters.append($0) }
        }
        // lets in those that wait for this actor
        await Task.yield()
        let (added, waiting) = (newcomers, waiters)
        (newcomers, waiters) = ([], [])
        handlers += added
        let keys = store.keys()
        for start in stride(from: 0, to: keys.count, by: Self.batch) {
            let known = keys[start..<min(start + Self.batch, keys.count)].compactMap(store.get)
            let events = known.map { InformerEvent<Object>.added($0) }
            for handler in added { handler(events) }
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Takes a new list in place of all that is known.
    func replace(_ objects: [HeldObject<Object>]) {
        var gone = Set(store.keys())
        for start in stride(from: 0, to: objects.count, by: Self.batch) {
            var events: [InformerEvent<Object>] = []
            for object in objects[start..<min(start + Self.batch, objects.count)] {
                gone.remove(object.key)
                if let event = set(object) { events.append(event) }
            }
            tell(events)
        }
        tell(gone.compactMap { key in store.remove(key).map { .deleted($0) } })
    }

    func apply(_ changes: [WatchChange<Object>]) {
        var events: [InformerEvent<Object>] = []
        events.reserveCapacity(changes.count)
        for change in changes {
            switch change {
            case .added(let object), .modified(let object):
                if let event = set(.value(object)) { events.append(event) }
            case .deleted(let object):
                if store.remove(object.key) != nil { events.append(.deleted(object)) }
            case .bookmark, .unreadable:
                break
            }
        }
        tell(events)
    }

    /// - Returns: how far the changes go; nil where they do not say.
    func apply(_ changes: [ObjectEvent]) -> String? {
        var reached: String?
        for start in stride(from: 0, to: changes.count, by: Self.batch) {
            var events: [InformerEvent<Object>] = []
            for change in changes[start..<min(start + Self.batch, changes.count)] {
                switch change {
                case .added(let object), .modified(let object):
                    if let event = set(.stored(object)) { events.append(event) }
                    reached = object.resourceVersion
                case .deleted(let object):
                    if let event = remove(object) { events.append(event) }
                    reached = object.resourceVersion
                case .bookmark(let version): reached = version
                }
            }
            tell(events)
        }
        return reached
    }

    /// - Returns: nil where that version is known already, or cannot be read.
    private func set(_ held: HeldObject<Object>) -> InformerEvent<Object>? {
        if store.isKnown(held) { return nil }
        do {
            let object = try store.receive(held)
            guard let old = store.set(held, object) else { return .added(object) }
            return old.metadata.resourceVersion == object.metadata.resourceVersion
                ? nil : .updated(old: old, new: object)
        } catch {
            report(error, held)
            return nil
        }
    }

    private func remove(_ object: StoredObject) -> InformerEvent<Object>? {
        let held = HeldObject<Object>.stored(object)
        guard let last = store.remove(held.key) else { return nil }
        do {
            return .deleted(try store.receive(held))
        } catch {
            report(error, held)
            return .deleted(last)
        }
    }

    private func report(_ error: any Error, _ held: HeldObject<Object>) {
        logger.error(
            "skipping an object that is not readable",
            metadata: ["type": "\(Object.self)", "object": "\(held.key)", "error": "\(error)"])
    }

    private func tell(_ events: [InformerEvent<Object>]) {
        if events.isEmpty { return }
        for handler in handlers { handler(events) }
    }
}
