// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// How long to wait before the next try.
public struct RetryBackoff: Sendable, Hashable {
    /// The first wait.
    public var initial: Duration
    /// The longest wait, before jitter.
    public var maximum: Duration
    /// By how much each wait is longer than the one before.
    public var factor: Double
    /// How much of a wait is added to it at most, by chance: 0 for none, 1 for up to twice the wait.
    public var jitter: Double

    public init(initial: Duration, maximum: Duration, factor: Double = 2, jitter: Double = 0) {
        self.initial = initial
        self.maximum = maximum
        self.factor = factor
        self.jitter = jitter
    }

    /// For a key of a work queue: 5 ms to 1000 s, as upstream's `DefaultControllerRateLimiter`.
    public static let perKey = RetryBackoff(initial: .milliseconds(5), maximum: .seconds(1000))
    /// For list and watch: 0.8 s to 30 s with jitter, as upstream's reflector.
    public static let listWatch = RetryBackoff(initial: .milliseconds(800), maximum: .seconds(30), jitter: 1)

    /// The wait after so many failures in a row (1 for the first).
    ///
    /// - Parameter chance: a number from 0 up to 1 that says how much of the jitter to take.
    public func delay(afterFailures failures: Int, chance: Double = 0) -> Duration {
        var wait = Self.seconds(initial)
        let longest = Self.seconds(maximum)
        for _ in 1..<max(2, min(failures, 64)) where failures > 1 && wait < longest { wait *= factor }
        return .seconds(min(wait, longest) * (1 + jitter * chance))
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
