// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// One run over one target.
public struct FuzzRun: Sendable {
    /// What was found.
    public struct Find: Sendable, CustomStringConvertible {
        public var target: String
        public var seed: UInt64
        public var iteration: UInt64
        public var input: [UInt8]
        public var fault: String

        public var description: String {
            "\(target): \(fault)\n  seed \(seed), iteration \(iteration), \(input.count) bytes: "
                + String(decoding: input.prefix(400), as: UTF8.self)
        }
    }

    /// An input that takes longer is a find.
    static let patience = Duration.seconds(5)

    let target: FuzzTarget
    let seed: UInt64
    let mutator: FuzzMutator
    let corpus: [[UInt8]]

    public init(_ target: FuzzTarget, seed: UInt64, corpus: [[UInt8]]) {
        self.target = target
        self.seed = seed
        self.corpus = corpus
        mutator = FuzzMutator(corpus: corpus)
    }

    /// The input of an iteration: first the corpus as it is, then what is made of it.
    public func input(_ iteration: UInt64) -> [UInt8] {
        if iteration < UInt64(corpus.count) { return corpus[Int(iteration)] }
        var random = FuzzRandom(seed: seed, target: target.name, iteration: iteration)
        return mutator.input(&random)
    }

    /// Runs one iteration; nil where nothing was found.
    public func step(_ iteration: UInt64) -> Find? {
        let input = input(iteration)
        let start = ContinuousClock.now
        var fault: String?
        do throws(FuzzFault) { try target.run(input) } catch { fault = error.description }
        let taken = ContinuousClock.now - start
        if fault == nil, taken > Self.patience { fault = "took \(taken)" }
        return fault.map { Find(target: target.name, seed: seed, iteration: iteration, input: input, fault: $0) }
    }
}
