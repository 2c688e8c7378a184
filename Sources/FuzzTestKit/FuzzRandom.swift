// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Numbers that follow from a seed alone (SplitMix64), so that every input can be made again.
public struct FuzzRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// - Parameters:
    ///   - seed: of the whole run.
    ///   - target: tells the targets of a run apart.
    ///   - iteration: which input of the target.
    public init(seed: UInt64, target: String, iteration: UInt64) {
        state = seed ^ (iteration &* 0x9e37_79b9_7f4a_7c15)
        for byte in target.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number from 0 up to, but not including, `limit`; 0 where the limit is not above 1.
    public mutating func below(_ limit: Int) -> Int { limit > 1 ? Int(next() % UInt64(limit)) : 0 }
}
