// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Store

struct OrderedMapTests {
    @Test("it holds what a dictionary holds, in order, after many random changes")
    func random() {
        var random = SystemRandomNumberGenerator()
        var map = OrderedMap<Int>()
        var reference: [StoreKey: Int] = [:]
        for step in 0..<6_000 {
            let key = StoreKey("/\(Int.random(in: 0..<2_000, using: &random))")
            if Int.random(in: 0..<3, using: &random) == 0 {
                map.update(key, initial: 0) { _ in false }
                reference[key] = nil
            } else {
                map.update(key, initial: -1) { value in
                    value = step
                    return true
                }
                reference[key] = step
            }
        }
        var found: [(StoreKey, Int)] = []
        var index = map.lowerBound("")
        while let entry = map.entry(at: index) {
            found.append((entry.key, entry.value))
            index = map.index(after: index)
        }
        let expected = reference.sorted { $0.key < $1.key }
        #expect(found.map(\.0) == expected.map(\.key))
        #expect(found.map(\.1) == expected.map(\.value))
        #expect(map.count == reference.count)
        for key in (0..<2_000).map({ StoreKey("/\($0)") }) { #expect(map[key] == reference[key]) }
    }
}
