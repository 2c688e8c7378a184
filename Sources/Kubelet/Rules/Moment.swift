// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// A point of wall-clock time: what rules are given instead of a clock.
struct Moment: Comparable, Hashable, Sendable {
    /// Nanoseconds since 1970; 0 means "never happened", as in CRI.
    var nanoseconds: Int64

    static let never = Moment(nanoseconds: 0)

    init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Seconds since 1970; values beyond what 64 bits of nanoseconds hold are clamped.
    init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    init(_ time: Time) {
        self.init(seconds: time.isZero ? 0 : time.seconds)
    }

    /// The moment as the API writes it: whole seconds.
    var time: Time {
        guard self != .never else { return Time.zero }
        var time = Time()
        time.seconds = nanoseconds / 1_000_000_000
        return time
    }

    /// The moment with microseconds, as leases and event times hold it.
    var microTime: MicroTime {
        var time = MicroTime()
        time.seconds = nanoseconds / 1_000_000_000
        time.nanos = Int32(nanoseconds % 1_000_000_000 / 1000 * 1000)
        return time
    }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (moment: Moment, duration: Duration) -> Moment {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return Moment(nanoseconds: overflow ? .max : sum)
    }

    static func - (left: Moment, right: Moment) -> Duration {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
        return .nanoseconds(overflow ? .max : difference)
    }
}

extension Duration {
    /// The duration in nanoseconds, clamped to 64 bits.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflowed ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration as Go prints it where Kubernetes puts one into a message: `10s`, `1m20s`, `5m0s`.
    var goText: String {
        let seconds = components.seconds
        let fraction = components.attoseconds / 1_000_000_000_000_000
        if seconds == 0 && fraction != 0 { return "\(fraction)ms" }
        let (hours, minutes, rest) = (seconds / 3600, seconds % 3600 / 60, seconds % 60)
        if hours > 0 { return "\(hours)h\(minutes)m\(rest)s" }
        return minutes > 0 ? "\(minutes)m\(rest)s" : "\(rest)s"
    }
}
