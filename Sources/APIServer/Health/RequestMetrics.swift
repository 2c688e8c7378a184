// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// Counts requests, under the names that kube-apiserver gives its metrics.
package final class RequestMetrics: Sendable {
    /// The labels of one series. Resources come only from what the server serves, verbs from a fixed set, so that clients
    /// cannot make the number of series grow.
    private struct Series: Hashable {
        var verb: String
        var group: String
        var version: String
        var resource: String
        var subresource: String
        var scope: String
    }

    private struct Histogram {
        var counts = [UInt64](repeating: 0, count: RequestMetrics.bounds.count + 1)
        var sum = 0.0
    }

    private struct CodedSeries: Hashable {
        var series: Series
        var code: Int
    }

    private struct State {
        var totals: [CodedSeries: UInt64] = [:]
        var durations: [Series: Histogram] = [:]
        var inFlight: [String: Int] = ["mutating": 0, "readOnly": 0]
        var longRunning = 0
        var dropped: [String: UInt64] = [:]
    }

    /// Upper bounds in seconds; upstream's own.
    private static let bounds = [
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
    ]
    private static let verbs: Set<String> = [
        "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "proxy", "connect",
    ]
    private static let maximumSeries = 4096

    private let state = Mutex(State())

    package init() {}

    func began(_ info: RequestInfo) {
        state.withLock { state in
            if info.isLongRunning { state.longRunning += 1 } else { state.inFlight[Self.kind(info), default: 0] += 1 }
        }
    }

    /// Notes a request that was refused because too many were being worked on.
    func dropped(_ info: RequestInfo) { state.withLock { $0.dropped[Self.kind(info), default: 0] += 1 } }

    /// - Parameter seconds: since the request came.
    func ended(_ info: RequestInfo, code: Int, seconds: Double) {
        let series = Self.series(info, isKnown: code != 404)
        state.withLock { state in
            if info.isLongRunning { state.longRunning -= 1 } else { state.inFlight[Self.kind(info), default: 1] -= 1 }
            guard state.totals.count < Self.maximumSeries else { return }
            state.totals[CodedSeries(series: series, code: code), default: 0] += 1
            guard !info.isLongRunning else { return }
            let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
            state.durations[series, default: Histogram()].counts[bucket] += 1
            state.durations[series]?.sum += seconds
        }
    }

    private static func kind(_ info: RequestInfo) -> String {
        ["get", "list", "watch", "head", "options"].contains(info.verb) ? "readOnly" : "mutating"
    }

    private static func series(_ info: RequestInfo, isKnown: Bool) -> Series {
        let verb = verbs.contains(info.verb) ? info.verb.uppercased() : "other"
        guard info.isResourceRequest, isKnown else {
            return Series(verb: verb, group: "", version: "", resource: "", subresource: "", scope: "")
        }
        let scope =
            info.name.isEmpty || info.verb == "create" ? (info.namespace.isEmpty ? "cluster" : "namespace") : "resource"
        return Series(
            verb: verb, group: info.apiGroup, version: info.apiVersion, resource: info.resource,
            subresource: info.subresource, scope: scope)
    }

    /// All series in the text form of Prometheus.
    package var text: String {
        let state = state.withLock { $0 }
        var lines = [
            "# HELP apiserver_request_total Counter of apiserver requests.", "# TYPE apiserver_request_total counter",
        ]
        lines += state.totals.map { key, value in
            "apiserver_request_total{code=\"\(key.code)\",\(Self.labels(key.series))} \(value)"
        }.sorted()
        lines += [
            "# HELP apiserver_request_duration_seconds Response latency distribution in seconds.",
            "# TYPE apiserver_request_duration_seconds histogram",
        ]
        for (series, histogram) in state.durations.map({ (Self.labels($0.key), $0.value) }).sorted(by: { $0.0 < $1.0 })
        {
            var count: UInt64 = 0
            for (bound, value) in zip(Self.bounds.map { "\($0)" } + ["+Inf"], histogram.counts) {
                count += value
                lines.append("apiserver_request_duration_seconds_bucket{\(series),le=\"\(bound)\"} \(count)")
            }
            lines.append("apiserver_request_duration_seconds_sum{\(series)} \(histogram.sum)")
            lines.append("apiserver_request_duration_seconds_count{\(series)} \(count)")
        }
        lines += [
            "# HELP apiserver_current_inflight_requests Requests being answered now.",
            "# TYPE apiserver_current_inflight_requests gauge",
        ]
        lines += state.inFlight.sorted { $0.key < $1.key }.map {
            "apiserver_current_inflight_requests{request_kind=\"\($0)\"} \($1)"
        }
        lines += [
            "# HELP apiserver_dropped_requests_total Requests refused because too many were being answered.",
            "# TYPE apiserver_dropped_requests_total counter",
        ]
        lines += state.dropped.sorted { $0.key < $1.key }.map {
            "apiserver_dropped_requests_total{request_kind=\"\($0)\"} \($1)"
        }
        lines += [
            "# HELP apiserver_longrunning_requests Long-running requests being answered now.",
            "# TYPE apiserver_longrunning_requests gauge", "apiserver_longrunning_requests \(state.longRunning)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func labels(_ series: Series) -> String {
        func quoted(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        }
        return [
            ("group", series.group), ("resource", series.resource), ("scope", series.scope),
            ("subresource", series.subresource), ("verb", series.verb), ("version", series.version),
        ].map { "\($0)=\"\(quoted($1))\"" }.joined(separator: ",")
    }
}
