// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging

extension PodWorker {
    /// Begins the probes that containers need now and ends the others.
    func tendProbes() {
        let isEnding = situation.ending != nil
        for container in pod.initializers + pod.appContainers where container.kind != .initialization {
            guard let latest = situation.observed.latest(container.name), latest.state == .running else { continue }
            let spec = container.spec
            if let startup = spec.startupProbe, situation.probes[latest.id]?.startup != true {
                // one that was started before the kubelet was, and whose start is known to have succeeded, is not asked again
                if adopted.contains(latest.id), wasStarted(container.name) {
                    situation.probes[latest.id, default: ProbeVerdict()].startup = true
                } else {
                    if !isEnding { begin(.startup, startup, container, latest.id) }
                    continue
                }
            }
            if let readiness = spec.readinessProbe {
                if adopted.contains(latest.id), situation.probes[latest.id]?.readiness == nil, wasReady(container.name)
                {
                    situation.probes[latest.id, default: ProbeVerdict()].readiness = true
                }
                begin(.readiness, readiness, container, latest.id)
            }
            if let liveness = spec.livenessProbe, !isEnding { begin(.liveness, liveness, container, latest.id) }
            if isEnding { for kind in [ProbeKind.startup, .liveness] { probeTasks[latest.id]?[kind]?.cancel() } }
        }
    }

    private func old(_ name: String) -> ContainerStatus? {
        (written.containerStatuses + written.initContainerStatuses).first { $0.name == name }
    }

    private func wasStarted(_ name: String) -> Bool { old(name)?.started == true }
    private func wasReady(_ name: String) -> Bool { old(name)?.ready == true }

    private func begin(_ kind: ProbeKind, _ probe: Probe, _ container: PodContainer, _ id: String) {
        guard probeTasks[id]?[kind] == nil else { return }
        let loop = ProbeLoop(
            kind: kind, probe: probe, target: target(container.spec, id), prober: services.prober,
            timekeeper: services.timekeeper, isAdopted: adopted.contains(id))
        // awaited by `endAll`
        probeTasks[id, default: [:]][kind] = Task {
            await loop.run { await self.take($0, kind, container, id) }
        }
    }

    private func take(_ report: ProbeLoop.Report, _ kind: ProbeKind, _ container: PodContainer, _ id: String) {
        guard situation.observed.latest(container.name)?.id == id else { return }
        switch report {
        case .failed(let output):
            services.events.record(
                pod, container, "Unhealthy", "\(kind.rawValue) probe failed: \(output)", isWarning: true)
        case .verdict(let verdict):
            var verdicts = situation.probes[id] ?? ProbeVerdict()
            switch kind {
            case .startup: verdicts.startup = verdict
            case .liveness: verdicts.liveness = verdict
            case .readiness: verdicts.readiness = verdict
            }
            situation.probes[id] = verdicts
            wake()
        }
    }

    /// Ends the probes of a container.
    func endProbes(of id: String) {
        for task in (probeTasks.removeValue(forKey: id) ?? [:]).values { task.cancel() }
    }

    /// Ends all probes.
    func endProbes() {
        for task in probeTasks.values.flatMap(\.values) { task.cancel() }
    }
}
