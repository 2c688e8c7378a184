// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Testing

@testable import APIServer

struct ObjectTreeTests {
    private func object(_ namespace: String, _ name: String, _ revision: UInt64 = 1) -> StoredObject {
        StoredObject(bytes: [], namespace: namespace, name: name, uid: "", revision: revision)
    }

    @Test("objects stand in the order of their keys, whatever the order of insertion")
    func order() {
        var tree = ObjectTree()
        let names = (0..<1000).map { String($0 * 7919 % 1000) }
        for name in names { tree.set(object("default", name)) }
        var seen: [String] = []
        tree.forEach(from: tree.start, to: tree.end) {
            seen.append($0.name)
            return true
        }
        #expect(seen == Set(names).sorted())
        #expect(tree.count == 1000)
    }

    @Test("a namespace that is the beginning of another comes after it, as a slash comes after a dash")
    func namespaces() {
        var tree = ObjectTree()
        for namespace in ["a", "a-b", "b"] { tree.set(object(namespace, "x")) }
        var seen: [String] = []
        tree.forEach(from: tree.start, to: tree.end) {
            seen.append($0.namespace)
            return true
        }
        #expect(seen == ["a-b", "a", "b"])
        let (from, to) = tree.range(namespace: "a")
        #expect(tree.distance(from: from, to: to) == 1)
        #expect(tree.object(at: from)?.namespace == "a")
    }

    @Test("a copy keeps what was there when it was made")
    func snapshot() {
        var tree = ObjectTree()
        for index in 0..<300 { tree.set(object("default", "n\(1000 + index)")) }
        let before = tree
        tree.remove(namespace: "default", name: "n1000")
        tree.set(object("default", "n1001", 9))
        #expect(before.count == 300)
        #expect(tree.count == 299)
        #expect(before.get(namespace: "default", name: "n1001")?.revision == 1)
        #expect(tree.get(namespace: "default", name: "n1001")?.revision == 9)
        #expect(tree.get(namespace: "default", name: "n1000") == nil)
    }

    @Test("distances count objects across chunks")
    func distance() {
        let tree = ObjectTree(sorted: (0..<1000).map { object("default", String(10_000 + $0)) })
        let from = tree.lowerBound(namespace: "default", name: "10100")
        let to = tree.upperBound(namespace: "default", name: "10899")
        #expect(tree.distance(from: from, to: to) == 800)
        #expect(tree.distance(from: tree.start, to: tree.end) == 1000)
        #expect(tree.distance(from: tree.end, to: tree.end) == 0)
    }

    @Test("a part of a tree is read across chunks, from any place", arguments: [0, 1, 95, 96, 97, 500, 999, 1000])
    func parts(_ skipped: Int) {
        let tree = ObjectTree(sorted: (0..<1000).map { object("default", String(10_000 + $0)) })
        let start = tree.position(tree.start, offsetBy: skipped)
        #expect(tree.distance(from: start, to: tree.end) == 1000 - skipped)
        let count = min(300, 1000 - skipped)
        let part = SelectedObjects(tree, from: start, count: count)
        #expect(part.map(\.name) == (skipped..<(skipped + count)).map { String(10_000 + $0) })
        #expect(part.last?.name == (count == 0 ? nil : String(10_000 + skipped + count - 1)))
    }
}
