// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// How many requests are worked on at the same time. What comes beyond is refused at once (429), so that overload costs
/// neither memory nor the time of those that are served. Long-running requests do not count, and an answer counts until it
/// is ready: sending it to a slow client costs one bounded buffer.
///
/// - SeeAlso: `WithMaxInFlightLimit` of `k8s.io/apiserver/pkg/server/filters`.
package final class InFlightLimits: Sendable {
    /// 0 means no limit.
    package struct Configuration: Sendable {
        /// `--max-requests-inflight`: requests that read.
        package var readOnly: Int
        /// `--max-mutating-requests-inflight`: all others.
        package var mutating: Int

        package init(readOnly: Int = 400, mutating: Int = 200) {
            self.readOnly = readOnly
            self.mutating = mutating
        }
    }

    /// What a request that may go on has to give back.
    enum Place: Sendable { case readOnly, mutating, none }

    /// How a machine asks whether the server lives, which it must be able to say most of all when it is busy.
    private static let probes: Set<String> = ["/healthz", "/livez", "/readyz"]

    private let configuration: Configuration
    private let readOnly = Atomic<Int>(0)
    private let mutating = Atomic<Int>(0)

    package init(_ configuration: Configuration = Configuration()) { self.configuration = configuration }

    /// Takes a place for a request.
    ///
    /// - Returns: nil where there is none left; the administrators of `system:masters` always get an answer.
    func enter(_ request: APIRequest) -> Place? {
        let info = request.info
        guard !info.isLongRunning, !Self.probes.contains(request.path) else { return Place.none }
        let isReading = info.verb == "get" || info.verb == "list"
        let limit = isReading ? configuration.readOnly : configuration.mutating
        guard limit > 0 else { return Place.none }
        let place = isReading ? Place.readOnly : .mutating
        if add(1, to: place) <= limit { return place }
        leave(place)
        return request.user.groups.contains("system:masters") ? Place.none : nil
    }

    /// Gives a place back.
    func leave(_ place: Place) { _ = add(-1, to: place) }

    private func add(_ count: Int, to place: Place) -> Int {
        switch place {
        case .readOnly: readOnly.wrappingAdd(count, ordering: .relaxed).newValue
        case .mutating: mutating.wrappingAdd(count, ordering: .relaxed).newValue
        case .none: 0
        }
    }

    /// The refusal.
    static let tooManyRequests = APIResponse.whole(
        ResponseHead(
            status: 429, contentType: "text/plain; charset=utf-8",
            headers: [("Retry-After", "1"), ("X-Content-Type-Options", "nosniff")]),
        [Array("Too many requests, please try again later.\n".utf8)])
}
