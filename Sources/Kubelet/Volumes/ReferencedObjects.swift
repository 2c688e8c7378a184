// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging

/// The ConfigMaps and Secrets that this node's pods refer to, kept up to date by a watch of each.
///
/// - SeeAlso: the watch-based managers of Kubernetes' kubelet: a node may read only what its pods name.
actor ReferencedObjects {
    enum Kind: Hashable, Sendable { case configMap, secret }

    struct Key: Hashable, Sendable {
        var kind: Kind
        var namespace: String
        var name: String
    }

    private struct Entry {
        var source: any ObjectSource
        /// Ended and awaited by `release` or `shutDown`.
        var task: Task<Void, Never>
        /// By pod UID: what to call when the object changes.
        var users: [String: @Sendable () -> Void] = [:]
    }

    private let client: KubernetesClient
    private let logger: Logger
    private let timekeeper: Timekeeper
    private var entries: [Key: Entry] = [:]
    private var isShutDown = false

    init(client: KubernetesClient, logger: Logger, timekeeper: Timekeeper) {
        self.client = client
        self.logger = logger
        self.timekeeper = timekeeper
    }

    /// The ConfigMap; nil where there is none.
    ///
    /// - Parameter onChange: called when it changes, until `release`.
    /// - Throws: when the API server does not answer.
    func configMap(
        _ name: String, namespace: String, for uid: String, onChange: @escaping @Sendable () -> Void
    ) async throws -> ConfigMap? {
        let key = Key(kind: .configMap, namespace: namespace, name: name)
        let source = use(key, ConfigMap.self, uid, onChange)
        return try await source?.object()
    }

    /// The Secret; nil where there is none.
    func secret(
        _ name: String, namespace: String, for uid: String, onChange: @escaping @Sendable () -> Void
    ) async throws -> Secret? {
        let key = Key(kind: .secret, namespace: namespace, name: name)
        let source = use(key, Secret.self, uid, onChange)
        return try await source?.object()
    }

    private func use<Object: RESTObject>(
        _ key: Key, _ type: Object.Type, _ uid: String, _ onChange: @escaping @Sendable () -> Void
    ) -> WatchedObject<Object>? {
        guard !isShutDown else { return nil }
        if let entry = entries[key] {
            entries[key]?.users[uid] = onChange
            return entry.source as? WatchedObject<Object>
        }
        let source = WatchedObject<Object>(
            client: client, namespace: key.namespace, name: key.name, logger: logger, timekeeper: timekeeper)
        let task = Task { await source.run { await self.changed(key) } }
        entries[key] = Entry(source: source, task: task, users: [uid: onChange])
        return source
    }

    private func changed(_ key: Key) {
        for call in (entries[key]?.users ?? [:]).values { call() }
    }

    /// Ends the watches that only this pod needs.
    func release(_ uid: String) async {
        var ended: [Task<Void, Never>] = []
        for key in entries.keys where entries[key]?.users.removeValue(forKey: uid) != nil {
            guard let entry = entries[key], entry.users.isEmpty else { continue }
            entry.task.cancel()
            ended.append(entry.task)
            entries[key] = nil
        }
        for task in ended { await task.value }
    }

    /// Ends all watches.
    func shutDown() async {
        isShutDown = true
        let tasks = entries.values.map(\.task)
        entries = [:]
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}

private protocol ObjectSource: Sendable {}

/// One object of the API and its changes.
private struct WatchedObject<Object: RESTObject>: ObjectSource {
    let informer: Informer<Object>
    let client: KubernetesClient
    let namespace: String
    let name: String

    init(client: KubernetesClient, namespace: String, name: String, logger: Logger, timekeeper: Timekeeper) {
        self.client = client
        self.namespace = namespace
        self.name = name
        informer = Informer(
            client: client, of: Object.self, namespace: namespace, fieldSelector: "metadata.name=\(name)",
            logger: logger,
            timekeeper: timekeeper)
    }

    func run(_ changed: @escaping @Sendable () async -> Void) async {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await informer.addHandler { _ in signal.yield() }
        await withDiscardingTaskGroup { group in
            group.addTask { await informer.run() }
            group.addTask { for await _ in signals { await changed() } }
        }
    }

    /// What the watch knows; before it knows anything, the object is read.
    func object() async throws -> Object? {
        if informer.hasSynced { return informer.store.get(namespace: namespace, name: name) }
        do {
            return try await client.get(Object.self, namespace: namespace, name: name)
        } catch  where error.isNotFound {
            return nil
        }
    }
}
