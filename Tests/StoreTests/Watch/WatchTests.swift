// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization
import Testing

@testable import Store

struct WatchTests {
    private func change(_ revision: UInt64, _ key: StoreKey) -> StoreChange {
        StoreChange(revision: Revision(revision), key: key, bytes: [1], previous: nil)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var keys: [StoreKey]
        var expected: [String]
        var testDescription: String { name }
    }

    @Test(
        "a watch hears what is under its prefix, and how far it is where the last change was not",
        arguments: [
            Case(name: "nothing", keys: [], expected: ["progress 3"]),
            Case(name: "others", keys: ["/b/1", "/b/2", "/a"], expected: ["progress 3"]),
            Case(name: "the last", keys: ["/b/1", "/b/2", "/a/1"], expected: ["3 /a/1"]),
            Case(name: "the first", keys: ["/a/1", "/b/2", "/b/3"], expected: ["1 /a/1", "progress 3"]),
            Case(name: "all", keys: ["/a/1", "/a/2", "/a/3"], expected: ["1 /a/1", "2 /a/2", "3 /a/3"]),
        ])
    func delivery(_ c: Case) {
        let heard = Mutex<[String]>([])
        let watch = Watch(prefix: "/a/") { notification in
            heard.withLock { heard in
                switch notification {
                case .changes(let changes): heard += changes.map { "\($0.revision) \($0.key)" }
                case .progress(let revision): heard.append("progress \(revision)")
                case .ended(let error): heard.append("ended \(error.code)")
                }
            }
        }
        let changes = c.keys.enumerated().map { change(UInt64($0.offset + 1), $0.element) }
        #expect(watch.deliver(changes, through: Revision(3)))
        #expect(heard.withLock { $0 } == c.expected)
    }

    @Test("a watch that is over is taken off the list and lets its handler go")
    func over() {
        final class Token: Sendable {}
        weak var token: Token?
        let list = WatchList()
        let watch: Watch
        do {
            let held = Token()
            token = held
            watch = Watch(prefix: "/") { _ in _ = held }
        }
        list.add(watch)
        #expect(token != nil)
        watch.cancel()
        #expect(token == nil)
        list.deliver([], through: Revision(1))
        #expect(list.isEmpty)
        #expect(!watch.deliver([], through: Revision(2)))
    }

    @Test("a handler can cancel its own watch")
    func cancelsItself() {
        let own = Mutex<Watch?>(nil)
        let count = Mutex(0)
        let watch = Watch(prefix: "/") { _ in
            count.withLock { $0 += 1 }
            own.withLock { $0 }?.cancel()
        }
        own.withLock { $0 = watch }
        watch.deliver([change(1, "/a")], through: Revision(2))
        #expect(count.withLock { $0 } == 1)
        own.withLock { $0 = nil }
    }

    @Test("the ten thousandth delivery takes no more stack than the first")
    func stack() {
        // A function kept in generic storage gets a wrapper more at each look at it: the depth of the call shows that.
        let addresses = Mutex<[UInt]>([])
        let watch = Watch(prefix: "/") { _ in
            withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { buffer in
                let address = UInt(bitPattern: buffer.baseAddress)
                addresses.withLock { $0.append(address) }
            }
        }
        for revision in 1...10_000 { watch.deliver([], through: Revision(UInt64(revision))) }
        let found = addresses.withLock { $0 }
        #expect(found.count == 10_000)
        #expect((found.max() ?? 0) - (found.min() ?? 0) < 4_096)
    }
}
