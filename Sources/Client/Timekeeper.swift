// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// Time as a component sees it: how long ago (monotonic), and what the calendar says.
///
/// Tests give both by hand; a component never asks the system itself.
public struct Timekeeper: Sendable {
    private let clock: any Clock<Duration>
    private let sinceStart: @Sendable () -> Duration
    private let calendar: @Sendable () -> Time

    /// - Parameters:
    ///   - clock: for delays and spans.
    ///   - calendar: for time stamps in objects.
    public init(
        clock: any Clock<Duration> = ContinuousClock(), calendar: @escaping @Sendable () -> Time = { Time.now() }
    ) {
        self.clock = clock
        self.calendar = calendar
        sinceStart = Self.stopwatch(clock)
    }

    /// The span since this value was made; it never goes back.
    public var elapsed: Duration { sinceStart() }

    /// The calendar time, in whole seconds as most objects have it.
    public var time: Time { Time(seconds: calendar().seconds) }

    /// The calendar time, in microseconds.
    public var microTime: MicroTime {
        let time = calendar()
        return MicroTime(seconds: time.seconds, nanos: time.nanos / 1000 * 1000)
    }

    /// Waits.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(for duration: Duration) async throws { try await clock.sleep(for: duration) }

    private static func stopwatch(_ clock: some Clock<Duration>) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
