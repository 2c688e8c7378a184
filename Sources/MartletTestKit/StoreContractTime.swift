// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Store

extension StoreContract {
    /// Times to live and the history window, with a clock moved by hand.
    static let time: [Case] = [
        Case(
            "a key is deleted at a revision of its own when its time to live is over",
            script: """
                > watch w / after=0
                > put /a one ttl=10
                revision 1
                > put /b one
                revision 2
                > put /c one ttl=20
                revision 3
                > advance 9
                > get /a
                /a = one (created 1, modified 1)
                > advance 1
                > await 4
                > get /a
                /a does not exist
                > advance 10
                > await 5
                > heard w
                progress 0
                1 put /a one
                2 put /b one
                3 put /c one
                4 delete /a, was one of 1
                5 delete /c, was one of 3
                > list /
                /b = one (created 2, modified 2)
                revision 5, 0 more
                """),
        Case(
            "a later write or a deletion ends the time to live",
            script: """
                > put /a one ttl=10
                revision 1
                > put /b one ttl=10
                revision 2
                > put /c one ttl=10
                revision 3
                > put /a two
                revision 4
                > put /b two ttl=30
                revision 5
                > delete /c
                revision 6
                > put /c two
                revision 7
                > put /end x ttl=11
                revision 8
                > advance 20
                > await 9
                > list /
                /a = two (created 1, modified 4)
                /b = two (created 2, modified 5)
                /c = two (created 7, modified 7)
                revision 9, 0 more
                > advance 10
                > await 10
                > list /
                /a = two (created 1, modified 4)
                /c = two (created 7, modified 7)
                revision 10, 0 more
                """),
        Case(
            "times to live beyond all measure never end and break nothing",
            script: """
                > put /a one ttl=9223372036854775807
                revision 1
                > put /b one ttl=5
                revision 2
                > advance 5
                > await 3
                > list /
                /a = one (created 1, modified 1)
                revision 3, 0 more
                """),
        Case("keys that outlive their time together are all deleted") { store, clock in
            for number in 0..<600 {
                _ = try await store.commit(
                    StoreTransaction(
                        conditions: [], mutations: [.put(StoreKey("/\(number)"), [1], timeToLive: .seconds(60))]))
            }
            let recorder = StoreWatchRecorder()
            _ = try await store.watch(prefix: "/", after: store.currentRevision, handler: recorder.receive)
            clock.advance(by: .seconds(61))
            await recorder.wait(for: Revision(1_200))
            try expect(
                recorder.changes.map(\.revision.rawValue) == Array(601...1_200), "\(recorder.changes.count) deletions")
            try expect(try await store.list(StoreQuery(prefix: "/")).values.isEmpty, "keys are left")
        },
        Case("history older than the window is compacted by itself, also in a quiet time") { store, clock in
            let start = try await store.put("/a", "one")
            clock.advance(by: historyWindow / 2)
            let middle = try await store.put("/a", "two")
            clock.advance(by: historyWindow / 2)
            await waitForCompaction(of: store, through: start)
            try expect(store.compactedRevision == start, "compacted \(store.compactedRevision) instead of \(start)")
            clock.advance(by: historyWindow / 2)
            await waitForCompaction(of: store, through: middle)
            // The store has to go to sleep before the last revision, written before a quiet time, leaves the window.
            let last = try await store.put("/a", "three")
            clock.advance(by: historyWindow * 2)
            await waitForCompaction(of: store, through: last)
            let page = try await store.list(StoreQuery(prefix: "/"))
            try expect(page.values.map(\.modifyRevision) == [last], "the newest value was lost")
        },
    ]

    /// Waits for a compaction that the store makes by itself. Compaction tells nobody, so it is looked for again and
    /// again.
    private static func waitForCompaction(of store: any Store, through revision: Revision) async {
        while store.compactedRevision < revision { await Task.yield() }
    }
}
