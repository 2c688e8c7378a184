// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Store

extension StoreContract {
    /// Many callers at once.
    static let concurrency: [Case] = [
        Case("concurrent compare-and-set loses no increment, and a watch hears each revision once, in order") {
            store, _ in
            let recorder = StoreWatchRecorder()
            _ = try await store.watch(prefix: "/", after: .zero, handler: recorder.receive)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { for _ in 0..<25 { try await increment("/counter", in: store) } }
                }
                try await group.waitForAll()
            }
            let value = try await store.get("/counter")
            try expect(
                value.map { String(decoding: $0.bytes, as: UTF8.self) } == "200",
                "the counter is \(String(describing: value))")
            try expect(
                recorder.changes.map(\.revision.rawValue) == Array(1...200), "the watch missed or repeated something")
        },
        Case("an answered commit was heard by all watches before") { store, _ in
            let recorder = StoreWatchRecorder()
            _ = try await store.watch(prefix: "/", after: .zero, handler: recorder.receive)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        let revision = try await store.put(StoreKey("/\(number)"), "x")
                        try expect(
                            recorder.changes.contains { $0.revision == revision }, "revision \(revision) was not heard")
                        try expect(
                            store.currentRevision >= revision, "the newest revision is behind an answered commit")
                        let page = try await store.list(StoreQuery(prefix: StoreKey("/\(number)"), revision: revision))
                        try expect(
                            page.values.contains { $0.modifyRevision == revision }, "revision \(revision) was not read")
                    }
                }
                try await group.waitForAll()
            }
        },
        Case("watches that start while others write miss nothing and hear nothing twice") { store, _ in
            async let writing: Void = {
                for number in 0..<1_500 { _ = try await store.put(StoreKey("/\(number % 7)"), "\(number)") }
            }()
            var recorders: [StoreWatchRecorder] = []
            for _ in 0..<20 {
                let recorder = StoreWatchRecorder()
                _ = try await store.watch(prefix: "/", after: .zero, handler: recorder.receive)
                recorders.append(recorder)
                _ = try await store.get("/0")
            }
            try await writing
            for recorder in recorders {
                await recorder.wait(for: Revision(1_500))
                try expect(
                    recorder.changes.map(\.revision.rawValue) == Array(1...1_500),
                    "a watch missed or repeated something")
            }
        },
        Case("pages at one revision fit together while others write") { store, _ in
            for number in 0..<100 { _ = try await store.put(StoreKey("/k/\(number)"), "0") }
            let revision = store.currentRevision
            async let writing: Void = {
                for number in 0..<300 { _ = try await store.put(StoreKey("/k/\(number)"), "new") }
            }()
            var seen: [StoredValue] = []
            var page: StorePage
            repeat {
                page = try await store.list(
                    StoreQuery(prefix: "/k/", after: seen.last?.key, limit: 9, revision: revision))
                seen += page.values
                try expect(seen.count + page.remaining == 100, "\(seen.count) seen and \(page.remaining) left")
            } while page.remaining > 0
            try await writing
            try expect(
                Set(seen.map(\.key)).count == 100 && seen.allSatisfy { $0.bytes == [48] }, "pages do not fit together")
        },
    ]

    private static func increment(_ key: StoreKey, in store: any Store) async throws {
        while true {
            let value = try await store.get(key)
            let number = value.flatMap { Int(String(decoding: $0.bytes, as: UTF8.self)) } ?? 0
            do throws(StoreError) {
                _ = try await store.commit(
                    StoreTransaction(
                        conditions: [value.map { .unchanged(key, since: $0.modifyRevision) } ?? .absent(key)],
                        mutations: [.put(key, Array("\(number + 1)".utf8), timeToLive: nil)]))
                return
            } catch {
                if error.code != .conflict { throw error }
            }
        }
    }
}
