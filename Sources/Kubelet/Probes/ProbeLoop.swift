// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

/// Looks at one container again and again, by one of its probes.
struct ProbeLoop: Sendable {
    var kind: ProbeKind
    var probe: Probe
    var target: ProbeTarget
    var prober: any Prober
    var timekeeper: Timekeeper
    /// Whether the container was found running at the start of the kubelet: then its first look is not hurried.
    var isAdopted: Bool

    /// What the loop tells.
    enum Report: Sendable {
        case verdict(Bool)
        /// A look that failed, whatever the verdict is.
        case failed(String)
    }

    /// Runs until cancelled, or until a startup probe has succeeded, or a startup or liveness probe has failed for good: then
    /// the container is ended.
    func run(_ report: @escaping @Sendable (Report) async -> Void) async {
        let timing = ProbeTiming(probe)
        var counter = ProbeCounter(timing)
        do {
            try await timekeeper.sleep(for: timing.initialDelay)
            if !isAdopted, kind != .liveness, try await early(timing, &counter, report) { return }
            while !Task.isCancelled {
                let finding = await prober.probe(probe.probeHandler, target, timeout: timing.timeout)
                if Task.isCancelled { return }
                if !finding.isSuccess { await report(.failed(finding.output)) }
                if await record(finding.isSuccess, &counter, report) { return }
                try await timekeeper.sleep(for: timing.period)
            }
        } catch {
            return  // cancelled
        }
    }

    /// - Returns: whether the loop is over.
    private func record(
        _ success: Bool, _ counter: inout ProbeCounter, _ report: @Sendable (Report) async -> Void
    ) async -> Bool {
        guard counter.record(success) else { return false }
        await report(.verdict(success))
        switch kind {
        case .startup: return true
        case .liveness: return !success
        case .readiness: return false
        }
    }

    /// The quick looks at a container that has just been started; see `ProbePace`.
    ///
    /// - Returns: whether the loop is over.
    private func early(
        _ timing: ProbeTiming, _ counter: inout ProbeCounter, _ report: @Sendable (Report) async -> Void
    ) async throws -> Bool {
        guard probe.probeHandler.exec == nil, timing.successThreshold == 1 else { return false }
        var count = 0
        var elapsed = Duration.zero
        while let delay = ProbePace.earlyDelay(count, elapsed: elapsed, period: timing.period) {
            try await timekeeper.sleep(for: delay)
            elapsed += delay
            count += 1
            let finding = await prober.probe(probe.probeHandler, target, timeout: timing.timeout)
            guard finding.isSuccess else { continue }
            if await record(true, &counter, report) { return true }
            try await timekeeper.sleep(for: timing.period)
            return false
        }
        return false
    }
}
