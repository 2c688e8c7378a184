// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// Lengths of time as `kubectl` shows them: the two largest units that matter.
///
/// - SeeAlso: `duration.HumanDuration` of Kubernetes' apimachinery.
public enum HumanDuration {
    /// `5s`, `3m20s`, `4h`, `7d3h`, `2y`; `<invalid>` for lengths below -1 s.
    public static func text(seconds: Int64) -> String {
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        let (minutes, hours) = (seconds / 60, seconds / 3600)
        switch true {
        case seconds < 120: return "\(seconds)s"
        case minutes < 10: return pair(minutes, "m", seconds % 60, "s")
        case minutes < 180: return "\(minutes)m"
        case hours < 8: return pair(hours, "h", minutes % 60, "m")
        case hours < 48: return "\(hours)h"
        case hours < 192: return pair(hours / 24, "d", hours % 24, "h")
        case hours < 24 * 365 * 2: return "\(hours / 24)d"
        case hours < 24 * 365 * 8: return pair(hours / 24 / 365, "y", hours / 24 % 365, "d")
        default: return "\(hours / 24 / 365)y"
        }
    }

    private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
    }

    /// How long ago a moment is; `<unknown>` where it is not set.
    public static func since(_ time: Time?, now: Time) -> String {
        guard let time, !time.isZero else { return "<unknown>" }
        return text(seconds: now.since(time).components.seconds)
    }

    /// How long ago a moment is; `<unknown>` where it is not set.
    public static func since(_ time: MicroTime?, now: Time) -> String {
        guard let time, !time.isZero else { return "<unknown>" }
        return text(seconds: now.seconds - time.seconds)
    }
}
