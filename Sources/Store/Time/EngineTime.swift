// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// An injected clock as an engine sees it: time is a `Duration` since a fixed origin.
struct EngineTime: Sendable {
    private let origin: Duration
    private let elapsed: @Sendable () -> Duration
    private let sleepUntilElapsed: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - clock: what moves time.
    ///   - origin: what time it is now, for example since 1970, so that deadlines outlive the process.
    init(clock: any Clock<Duration>, origin: Duration = .zero) {
        self.origin = origin
        (elapsed, sleepUntilElapsed) = Self.functions(of: clock)
    }

    /// The present time.
    var now: Duration { origin + elapsed() }

    /// A hundred years: what is asked to live longer than that lives that long. Clocks trap on much greater durations.
    private static let longest = Duration.seconds(3_155_760_000)

    /// When a value with this time to live has outlived it.
    func deadline(after timeToLive: Duration) -> Duration { now + min(max(timeToLive, .zero), Self.longest) }

    /// Sleeps until `time`; returns at once where that is past.
    func sleep(until time: Duration) async throws { try await sleepUntilElapsed(min(time - origin, Self.longest * 2)) }

    private static func functions<C: Clock<Duration>>(
        of clock: C
    ) -> (@Sendable () -> Duration, @Sendable (Duration) async throws -> Void) {
        let start = clock.now
        return (
            { start.duration(to: clock.now) },
            { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
        )
    }
}
