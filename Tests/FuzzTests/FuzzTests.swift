// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import FuzzTestKit
import Testing

/// A short run of what `make fuzz` does for longer, always with the same inputs.
struct FuzzTests {
    private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Corpus")

    @Test("made-up input breaks no promise", arguments: FuzzTarget.all.map(\.name))
    func short(_ name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let run = FuzzRun(target, seed: 1, corpus: try FuzzCorpus.read(name, in: Self.corpus))
        for iteration in 0..<300 {
            if let find = run.step(UInt64(iteration)) { Issue.record("\(find)") }
        }
    }

    @Test("an input follows from seed, target and iteration alone")
    func deterministic() throws {
        let target = try #require(FuzzTarget.all.first)
        let runs = try (0..<2).map { _ in
            FuzzRun(target, seed: 7, corpus: try FuzzCorpus.read(target.name, in: Self.corpus))
        }
        for iteration in UInt64(0)..<50 { #expect(runs[0].input(iteration) == runs[1].input(iteration)) }
        let other = FuzzRun(target, seed: 8, corpus: try FuzzCorpus.read(target.name, in: Self.corpus))
        #expect((UInt64(20)..<50).contains { other.input($0) != runs[0].input($0) })
    }
}
