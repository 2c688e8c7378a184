// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Changes the store and tells the handlers, one batch after the other.
actor InformerDistributor<Object: KubernetesObject> {
    private let store: InformerStore<Object>
    private let transform: (@Sendable (inout Object) -> Void)?
    private var handlers: [Informer<Object>.Handler] = []

    init(store: InformerStore<Object>, transform: (@Sendable (inout Object) -> Void)?) {
        self.store = store
        self.transform = transform
    }

    func add(_ handler: @escaping Informer<Object>.Handler) {
        let known = store.list()
        handlers.append(handler)
        if !known.isEmpty { handler(known.map { .added($0) }) }
    }

    /// Takes a new list in place of all that is known.
    func replace(_ objects: [Object]) {
        var gone = Set(store.keys())
        var events: [InformerEvent<Object>] = []
        for object in objects {
            gone.remove(object.key)
            if let event = set(object) { events.append(event) }
        }
        for key in gone {
            if let old = store.remove(key) { events.append(.deleted(old)) }
        }
        tell(events)
    }

    func apply(_ changes: [WatchChange<Object>]) {
        var events: [InformerEvent<Object>] = []
        events.reserveCapacity(changes.count)
        for change in changes {
            switch change {
            case .added(let object), .modified(let object):
                if let event = set(object) { events.append(event) }
            case .deleted(let object):
                if store.remove(object.key) != nil { events.append(.deleted(object)) }
            case .bookmark, .unreadable:
                break
            }
        }
        tell(events)
    }

    /// - Returns: nil where that version is known already.
    private func set(_ object: Object) -> InformerEvent<Object>? {
        var object = object
        transform?(&object)
        guard let old = store.set(object) else { return .added(object) }
        return old.metadata.resourceVersion == object.metadata.resourceVersion ? nil : .updated(old: old, new: object)
    }

    private func tell(_ events: [InformerEvent<Object>]) {
        if events.isEmpty { return }
        for handler in handlers { handler(events) }
    }
}
