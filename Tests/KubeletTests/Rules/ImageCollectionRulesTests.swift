// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Kubelet

struct ImageCollectionRulesTests {
    static let images = [
        CRI.Image(id: "used", repoTags: ["web:1"], size: 100), CRI.Image(id: "old", size: 10),
        CRI.Image(id: "new", size: 10),
        CRI.Image(id: "pause", size: 1, pinned: true),
    ]

    @Test(
        "images that nobody uses go, the longest unused first, until there is room",
        arguments: [(0, []), (1, ["old"]), (10, ["old"]), (11, ["old", "new"]), (1000, ["old", "new"])]
            as [(Int64, [String])])
    func victims(_ bytes: Int64, _ expected: [String]) {
        let result = ImageCollectionRules.victims(
            Self.images, inUse: ["web:1"], lastUsed: ["old": Moment(seconds: 1), "new": Moment(seconds: 2)],
            bytes: bytes)
        #expect(result.map(\.id) == expected)
    }
}
