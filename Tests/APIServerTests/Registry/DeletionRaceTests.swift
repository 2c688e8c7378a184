// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Store
import Synchronization
import Testing
import Wire

@testable import APIServer

struct DeletionRaceTests {
    enum Rival: Sendable, CaseIterable { case removes, changes }

    private static let pods = "/api/v1/namespaces/default/pods"

    @Test("a pod that is to go at once goes, whoever is quicker or writes meanwhile", arguments: Rival.allCases)
    func race(_ rival: Rival) async throws {
        let server = try await TestServer.ready(store: RivalStore(rival))
        let pod = #"{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#
        #expect(try await server.send("POST", Self.pods, pod).status == 201)
        let answer = try await server.send("DELETE", Self.pods + "/p?gracePeriodSeconds=0")
        #expect(answer.status == 200)
        #expect(answer.json.at("metadata", "deletionGracePeriodSeconds") == 0)
        #expect(try await server.send("GET", Self.pods + "/p").status == 404)
    }
}

/// A store in memory in which somebody else sees a pod marked for its end, and acts before the one who marked it can go on.
private final class RivalStore: Store {
    private let base = MemoryStore(historyWindow: nil)
    private let rival: Mutex<DeletionRaceTests.Rival?>

    init(_ rival: DeletionRaceTests.Rival) { self.rival = Mutex(rival) }

    var currentRevision: Revision { base.currentRevision }
    var compactedRevision: Revision { base.compactedRevision }
    func get(_ key: StoreKey) async throws(StoreError) -> StoredValue? { try await base.get(key) }
    func list(_ query: StoreQuery) async throws(StoreError) -> StorePage { try await base.list(query) }
    func compact(through revision: Revision) async throws(StoreError) { try await base.compact(through: revision) }
    func close() async { await base.close() }

    func watch(
        prefix: StoreKey, after revision: Revision, handler: @escaping @Sendable (StoreNotification) -> Void
    ) async throws(StoreError) -> any StoreWatch {
        try await base.watch(prefix: prefix, after: revision, handler: handler)
    }

    func commit(_ transaction: StoreTransaction) async throws(StoreError) -> Revision {
        let revision = try await base.commit(transaction)
        let mark = Array(#""deletionGracePeriodSeconds":0"#.utf8)
        for case .put(let key, let bytes, _) in transaction.mutations
        where JSONScan.find(mark, in: bytes, from: 0) != nil {
            switch rival.withLock({ $0.take() }) {
            case .removes: _ = try await base.commit(StoreTransaction(conditions: [], mutations: [.delete(key)]))
            case .changes:
                _ = try await base.commit(
                    StoreTransaction(conditions: [], mutations: [.put(key, bytes, timeToLive: nil)]))
            case nil: break
            }
        }
        return revision
    }
}
