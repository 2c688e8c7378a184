// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

extension Pod: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Ready"), TableColumn("Status"), TableColumn("Restarts"), .age, .wide("IP"), .wide("Node"),
        .wide("Nominated Node"), .wide("Readiness Gates"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        let summary = PodSummary(self)
        var restarts = String(summary.restarts)
        if summary.restarts > 0, let last = summary.lastRestart {
            restarts += " (\(HumanDuration.since(last, now: now)) ago)"
        }
        let gates = spec.readinessGates
        let passed = gates.filter { gate in
            status.conditions.contains { $0.type == gate.conditionType && $0.status == "True" }
        }
        return [
            nameCell, .string("\(summary.ready)/\(summary.total)"), .string(summary.reason), .string(restarts),
            age(now),
            CellText.orNone(status.podIPs.first?.ip ?? status.podIP), CellText.orNone(spec.nodeName),
            CellText.orNone(status.nominatedNodeName),
            .string(gates.isEmpty ? "<none>" : "\(passed.count)/\(gates.count)"),
        ]
    }
}

extension Pod {
    public var rowConditions: [TableRowState] {
        switch status.phase {
        case PodPhase.succeeded:
            [TableRowState(type: "Completed", reason: "Succeeded", message: "The pod has completed successfully.")]
        case PodPhase.failed: [TableRowState(type: "Completed", reason: "Failed", message: "The pod failed.")]
        default: []
        }
    }
}

/// What the Table says of a pod in a few words; `kubectl` shows it.
struct PodSummary {
    private(set) var ready = 0
    private(set) var total: Int
    private(set) var restarts: Int32 = 0
    private(set) var lastRestart: Time?
    private(set) var reason: String

    init(_ pod: Pod) {
        total = pod.spec.containers.count + pod.spec.initContainers.filter { $0.restartPolicy == "Always" }.count
        reason = pod.status.reason.isEmpty ? pod.status.phase : pod.status.reason
        if pod.status.conditions.contains(where: { $0.type == "PodScheduled" && $0.reason == "SchedulingGated" }) {
            reason = "SchedulingGated"
        }
        let isInitializing = countInitContainers(pod)
        let isInitialized = pod.status.conditions.contains { $0.type == "Initialized" && $0.status == "True" }
        if !isInitializing || isInitialized { countContainers(pod) }
        guard pod.metadata.deletionTimestamp != nil else { return }
        if pod.status.reason == "NodeLost" {
            reason = "Unknown"
        } else if pod.status.phase != "Succeeded", pod.status.phase != "Failed" {
            reason = "Terminating"
        }
    }

    private mutating func count(_ status: ContainerStatus) {
        restarts += status.restartCount
        if let finished = status.lastState.terminated?.finishedAt, !finished.isZero {
            lastRestart = max(lastRestart ?? finished, finished)
        }
    }

    /// Returns whether an init container still has to end.
    private mutating func countInitContainers(_ pod: Pod) -> Bool {
        let sidecars = Set(pod.spec.initContainers.filter { $0.restartPolicy == "Always" }.map(\.name))
        for (index, status) in pod.status.initContainerStatuses.enumerated() {
            count(status)
            if status.state.terminated?.exitCode == 0 { continue }
            if sidecars.contains(status.name), status.started == true {
                if status.ready { ready += 1 }
                continue
            }
            if let ended = status.state.terminated {
                reason = "Init:" + Self.text(ended)
            } else if let waiting = status.state.waiting?.reason, !waiting.isEmpty, waiting != "PodInitializing" {
                reason = "Init:" + waiting
            } else {
                reason = "Init:\(index)/\(pod.spec.initContainers.count)"
            }
            return true
        }
        return false
    }

    private mutating func countContainers(_ pod: Pod) {
        // restarts of init containers count only while they run, those of sidecars always
        let sidecars = Set(pod.spec.initContainers.filter { $0.restartPolicy == "Always" }.map(\.name))
        restarts = 0
        lastRestart = nil
        for status in pod.status.initContainerStatuses where sidecars.contains(status.name) { count(status) }
        var hasRunning = false
        for status in pod.status.containerStatuses.reversed() {
            count(status)
            if let waiting = status.state.waiting?.reason, !waiting.isEmpty {
                reason = waiting
            } else if let ended = status.state.terminated {
                reason = Self.text(ended)
            } else if status.ready, status.state.running != nil {
                hasRunning = true
                ready += 1
            }
        }
        guard reason == "Completed", hasRunning else { return }
        let isReady = pod.status.conditions.contains { $0.type == "Ready" && $0.status == "True" }
        reason = isReady ? "Running" : "NotReady"
    }

    private static func text(_ ended: ContainerStateTerminated) -> String {
        if !ended.reason.isEmpty { return ended.reason }
        return ended.signal != 0 ? "Signal:\(ended.signal)" : "ExitCode:\(ended.exitCode)"
    }
}
