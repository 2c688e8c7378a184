// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import MartletTestKit
import Store
import Testing

struct SQLiteStoreTests {
    private func open(
        _ directory: String, options: SQLiteStore.Options = .init(), clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> SQLiteStore {
        try await SQLiteStore.open(path: "\(directory)/db/state.sqlite", options: options, clock: clock)
    }

    private func put(_ key: StoreKey, _ bytes: [UInt8], timeToLive: Duration? = nil) -> StoreTransaction {
        StoreTransaction(conditions: [], mutations: [.put(key, bytes, timeToLive: timeToLive)])
    }

    private func size(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    @Test("what was written is there after a restart: values, revisions, history, compaction")
    func reopened() async throws {
        try await withTemporaryDirectory { directory in
            let first = try await open(directory)
            for text in ["one", "two", "three"] { _ = try await first.commit(put("/a", Array(text.utf8))) }
            try await first.compact(through: Revision(2))
            await first.close()

            let second = try await open(directory)
            #expect(second.currentRevision == Revision(3))
            #expect(second.compactedRevision == Revision(2))
            let past = try await second.list(StoreQuery(prefix: "/", revision: Revision(2)))
            #expect(past.values.map { String(decoding: $0.bytes, as: UTF8.self) } == ["two"])
            #expect(try await second.commit(put("/b", [])) == Revision(4))
            await second.close()
        }
    }

    @Test("times to live go on after a restart")
    func timeToLiveAfterRestart() async throws {
        try await withTemporaryDirectory { directory in
            let first = try await open(directory, clock: ManualClock())
            _ = try await first.commit(put("/a", [1], timeToLive: .seconds(60)))
            await first.close()

            let clock = ManualClock()
            let second = try await open(directory, clock: clock)
            #expect(try await second.get("/a") != nil)
            let (ends, end) = AsyncStream.makeStream(of: StoreKey.self)
            _ = try await second.watch(prefix: "/", after: second.currentRevision) { notification in
                guard case .changes(let changes) = notification else { return }
                for change in changes where change.bytes == nil { end.yield(change.key) }
            }
            clock.advance(by: .seconds(61))
            var iterator = ends.makeAsyncIterator()
            let deleted = await iterator.next()
            #expect(deleted == "/a")
            await second.close()
        }
    }

    @Test("directory and files belong to their owner alone")
    func modes() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await open(directory)
            _ = try await store.commit(put("/a", [1]))
            var modes: [String: Int] = [:]
            for name in ["", "/state.sqlite", "/state.sqlite-wal", "/state.sqlite-shm", "/state.sqlite.lock"] {
                modes[name] =
                    try FileManager.default.attributesOfItem(atPath: "\(directory)/db\(name)")[.posixPermissions]
                    as? Int
            }
            await store.close()
            #expect(modes.removeValue(forKey: "") == 0o700)
            #expect(modes.count == 4)
            #expect(modes.values.allSatisfy { $0 == 0o600 }, "\(modes)")
        }
    }

    @Test("a database in use is not opened a second time, and is free again once it is closed")
    func inUse() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await open(directory)
            let error = await #expect(throws: StoreError.self) { _ = try await open(directory) }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("in use") == true)
            await store.close()
            await (try open(directory)).close()
        }
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var name: String
        var words: String
        var make: @Sendable (inout [UInt8]) -> Void
        var testDescription: String { name }
    }

    @Test(
        "a damaged file is refused with one line that says what to do",
        arguments: [
            Damage(name: "text", words: "is damaged") {
                $0 = Array(String(repeating: "no database\n", count: 1_000).utf8)
            },
            Damage(name: "header overwritten", words: "is damaged") { for index in 0..<100 { $0[index] = 0xAA } },
            Damage(name: "cut off", words: "is damaged") { $0.removeLast($0.count / 2) },
            Damage(name: "of another program", words: "not a Martlet database") { $0[68] = 1 },
            Damage(name: "of a newer format", words: "format 9") { $0[63] = 9 },
        ])
    func damaged(_ damage: Damage) async throws {
        try await withTemporaryDirectory { directory in
            let store = try await open(directory)
            for number in 0..<20 {
                _ = try await store.commit(put(StoreKey("/\(number)"), Array(repeating: 7, count: 3_000)))
            }
            await store.close()
            let file = URL(fileURLWithPath: "\(directory)/db/state.sqlite")
            var bytes = Array(try Data(contentsOf: file))
            damage.make(&bytes)
            try Data(bytes).write(to: file)

            let error = await #expect(throws: StoreError.self) { _ = try await open(directory) }
            #expect(error?.code == .corrupt)
            #expect(error?.message.contains(damage.words) == true, "\(String(describing: error))")
            #expect(error?.message.contains("\n") == false)
            // Nothing was changed: the file can still be looked at.
            #expect(Array(try Data(contentsOf: file)) == bytes)
        }
    }

    @Test("damage in the middle is told when it is met, and the rest can be read")
    func damagedPage() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await open(directory)
            for number in 0..<50 {
                _ = try await store.commit(put(StoreKey("/\(number)"), Array(repeating: 7, count: 3_000)))
            }
            await store.close()
            let file = URL(fileURLWithPath: "\(directory)/db/state.sqlite")
            var bytes = Array(try Data(contentsOf: file))
            for index in bytes.count - 4_096..<bytes.count { bytes[index] = 0xAA }
            try Data(bytes).write(to: file)

            let damaged = try await open(directory)
            let error = await #expect(throws: StoreError.self) { _ = try await damaged.list(StoreQuery(prefix: "/")) }
            #expect(error?.code == .corrupt)
            #expect(try await damaged.get("/0") != nil)
            await damaged.close()
        }
    }

    @Test("a path that cannot be written is refused with one line that says what to do")
    func notWritable() async throws {
        try await withTemporaryDirectory { directory in
            try Data().write(to: URL(fileURLWithPath: "\(directory)/db"))
            let error = await #expect(throws: StoreError.self) { _ = try await open(directory) }
            #expect(error?.code == .unavailable)
            #expect(
                error?.message.contains("not a directory; check owner and mode") == true, "\(String(describing: error))"
            )
        }
    }

    @Test("at the quota writes fail with full, reads go on, and compaction makes room")
    func full() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await open(directory, options: .init(historyWindow: nil, maximumBytes: 1 << 20))
            let value = [UInt8](repeating: 7, count: 3_000)
            var written = Revision.zero
            var failure: StoreError?
            while failure == nil, written < Revision(1_000) {
                do throws(StoreError) { written = try await store.commit(put("/a", value)) } catch { failure = error }
            }
            #expect(failure?.code == .full)
            #expect(store.currentRevision == written)
            #expect(try await store.get("/a")?.modifyRevision == written)
            try await store.compact(through: written)
            #expect(try await store.commit(put("/a", value)) > written)
            await store.close()
        }
    }

    @Test("a transaction without room does not take those of others with it")
    func fullAlone() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await open(directory, options: .init(historyWindow: nil, maximumBytes: 1 << 20))
            let huge = put("/huge", [UInt8](repeating: 7, count: 2 << 20))
            let refused = await withTaskGroup(of: [StoreError.Code].self) { group in
                for number in 0..<20 {
                    let transaction = number == 7 ? huge : put(StoreKey("/\(number)"), [7])
                    group.addTask {
                        do throws(StoreError) { _ = try await store.commit(transaction) } catch { return [error.code] }
                        return []
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(refused == [.full])
            #expect(try await store.list(StoreQuery(prefix: "/")).values.count == 19)
            await store.close()
        }
    }

    @Test("database and log stay small when few keys are written often")
    func bounded() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await open(directory)
            let path = "\(directory)/db/state.sqlite"
            let value = [UInt8](repeating: 7, count: 2_000)
            var afterFirst = 0
            for round in 1...6 {
                await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<20 {
                        group.addTask {
                            for _ in 0..<50 { _ = try await store.commit(put(StoreKey("/\(task)"), value)) }
                        }
                    }
                }
                try await store.compact(through: store.currentRevision)
                if round == 2 { afterFirst = try size(path) + size("\(path)-wal") }
            }
            // 6,000 writes of 2,000 bytes are 12 MB; a round is 2 MB.
            #expect(store.currentRevision == Revision(6_000))
            #expect(try size(path) < 5_000_000)
            #expect(try size("\(path)-wal") <= 20_000_000)
            #expect(afterFirst > 0)
            await store.close()
            #expect(try size(path) < 5_000_000)
        }
    }

    @Test("letting go of a store without closing it frees the database")
    func letGo() async throws {
        try await withTemporaryDirectory { directory in
            do { _ = try await open(directory).currentRevision }
            // The writer ends on its own thread: it is over when the lock is free.
            var reopened: SQLiteStore?
            while reopened == nil {
                do throws(StoreError) {
                    reopened = try await SQLiteStore.open(path: "\(directory)/db/state.sqlite")
                } catch {
                    guard error.message.contains("in use") else { throw error }
                    await Task.yield()
                }
            }
            await reopened?.close()
        }
    }
}
