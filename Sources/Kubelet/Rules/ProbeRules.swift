// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// What a probe decides about.
enum ProbeKind: String, Sendable, Hashable, CaseIterable {
    case startup = "Startup"
    case liveness = "Liveness"
    case readiness = "Readiness"
}

/// The timing of a probe with its defaults filled in.
struct ProbeTiming: Sendable, Equatable {
    var initialDelay: Duration
    var period: Duration
    var timeout: Duration
    var successThreshold: Int
    var failureThreshold: Int

    init(_ probe: Probe) {
        initialDelay = .seconds(Int64(max(0, probe.initialDelaySeconds)))
        period = .seconds(Int64(probe.periodSeconds > 0 ? probe.periodSeconds : 10))
        timeout = .seconds(Int64(max(1, probe.timeoutSeconds)))
        successThreshold = Int(max(1, probe.successThreshold))
        failureThreshold = Int(probe.failureThreshold > 0 ? probe.failureThreshold : 3)
    }
}

/// Turns single findings of a probe into its verdict: as many in a row as its thresholds ask for.
struct ProbeCounter: Sendable, Equatable {
    var timing: ProbeTiming
    /// Nil until decided for the first time.
    private(set) var verdict: Bool?
    private var last: Bool?
    private var run = 0

    init(_ timing: ProbeTiming) { self.timing = timing }

    /// Takes a finding in.
    ///
    /// - Returns: whether the verdict changed.
    mutating func record(_ success: Bool) -> Bool {
        run = last == success ? run + 1 : 1
        last = success
        guard run >= (success ? timing.successThreshold : timing.failureThreshold), verdict != success else {
            return false
        }
        verdict = success
        return true
    }
}

/// How soon a probe looks again.
enum ProbePace {
    /// While a fresh container has not answered yet, waiting a whole period for the next look would only delay it: such looks
    /// come quickly at first. They are extra: a failure of one is not counted.
    ///
    /// - Parameter early: how many early looks there were.
    /// - Returns: nil when the next look is a regular one.
    static func earlyDelay(_ early: Int, elapsed: Duration, period: Duration) -> Duration? {
        let delays: [Duration] = [
            .milliseconds(50), .milliseconds(100), .milliseconds(200), .milliseconds(300), .milliseconds(500),
            .seconds(1),
        ]
        let delay = delays[min(early, delays.count - 1)]
        guard early < 12, elapsed + delay < period else { return nil }
        return delay
    }
}

/// The port that a probe or hook names.
enum PortRules {
    /// - Throws: `WiringError` for a name that the container does not have, or a number outside 1...65535.
    static func number(_ port: IntOrString, in container: Container) throws(WiringError) -> Int {
        switch port {
        case .int(let value):
            guard (1...65535).contains(value) else { throw WiringError("invalid port number: \(value)") }
            return Int(value)
        case .string(let name):
            if let named = container.ports.first(where: { $0.name == name }) { return Int(named.containerPort) }
            guard let value = Int(name), (1...65535).contains(value) else {
                throw WiringError("couldn't find port: \(name) in container \(container.name)")
            }
            return value
        }
    }
}

/// Where an HTTP probe goes on when it is sent elsewhere.
enum ProbeRedirect {
    /// - Returns: the next URL; nil where the answer is no redirect, or leads to another host.
    static func target(of url: String, status: UInt, location: String?) -> String? {
        guard [301, 302, 303, 307, 308].contains(status), let location, !location.isEmpty,
            let scheme = url.firstRange(of: "://")
        else { return nil }
        let host = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        let root = url[..<scheme.upperBound] + host
        if let other = location.firstRange(of: "://") {
            let otherHost = location[other.upperBound...].prefix { $0 != "/" && $0 != "?" }
            return name(otherHost) == name(host) ? location : nil
        }
        if location.hasPrefix("//") { return nil }
        if location.hasPrefix("/") { return String(root) + location }
        let path = url[root.endIndex...].prefix { $0 != "?" }
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return String(root + directory) + location
    }

    /// A host without its port.
    private static func name(_ host: Substring) -> Substring {
        guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return host }
        return host[..<colon]
    }
}
