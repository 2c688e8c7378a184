// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What the whole node uses now.
struct HostUsage: Sendable, Equatable {
    /// Seconds of CPU time since the host's start.
    var cpuSeconds = 0.0
    var memory = HostFacts.Memory(parsing: "")
    var disk: HostFacts.Disk?

    /// - Parameter directory: on the disk that pods use.
    static func read(directory: String) -> HostUsage {
        HostUsage(
            cpuSeconds: cpuSeconds(FileSystem.text("/proc/stat") ?? ""), memory: HostFacts.Memory.read(),
            disk: HostFacts.Disk.read(directory))
    }

    /// The busy time in the text of `/proc/stat`, whose columns are hundredths of a second: user, nice, system, idle,
    /// iowait, irq, softirq, steal.
    static func cpuSeconds(_ text: String) -> Double {
        guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return 0 }
        let columns = line.split(separator: " ").dropFirst().map { Double($0) ?? 0 }
        let busy = columns.enumerated().filter { ![3, 4].contains($0.offset) && $0.offset < 8 }.map(\.element)
        return busy.reduce(0, +) / 100
    }
}

/// What the containers of a node use, as the metrics server and Prometheus ask for it.
struct NodeFigures {
    var node: String
    var stats: [CRI.ContainerStats]
    var pods: [Pod]
    var time: Time
    var host: HostUsage

    struct Row {
        var namespace: String
        var pod: String
        var container: String
        var cpuNanoseconds: UInt64?
        var nanoCores: UInt64?
        var memory: UInt64?
        var disk: UInt64?
        var startTime: Time?
    }

    /// One for each container that runs, in the order of their names.
    var rows: [Row] {
        var starts: [String: Time] = [:]
        for pod in pods {
            let all =
                pod.status.containerStatuses + pod.status.initContainerStatuses
                + pod.status.ephemeralContainerStatuses
            for status in all { starts[status.containerID] = status.state.running?.startedAt }
        }
        return stats.compactMap { stat in
            guard let pod = stat.labels[RuntimeLabel.podName], let namespace = stat.labels[RuntimeLabel.podNamespace]
            else { return nil }
            return Row(
                namespace: namespace, pod: pod,
                container: stat.labels[RuntimeLabel.containerName] ?? stat.metadata.name,
                cpuNanoseconds: stat.cpu?.usageCoreNanoSeconds, nanoCores: stat.cpu?.usageNanoCores,
                memory: stat.memory?.workingSetBytes, disk: stat.writableLayer?.usedBytes,
                startTime: starts[RuntimeName.containerID(stat.id)])
        }.sorted { ($0.namespace, $0.pod, $0.container) < ($1.namespace, $1.pod, $1.container) }
    }

    /// The containers of each pod, in the order of the pods' names.
    var rowsByPod: [(namespace: String, pod: String, rows: [Row])] {
        var result: [(namespace: String, pod: String, rows: [Row])] = []
        for row in rows {
            if let last = result.last, last.namespace == row.namespace, last.pod == row.pod {
                result[result.count - 1].rows.append(row)
            } else {
                result.append((row.namespace, row.pod, [row]))
            }
        }
        return result
    }

    /// The sum of what is known; nil where nothing is.
    static func sum(_ values: [UInt64?]) -> UInt64? {
        let known = values.compactMap { $0 }
        return known.isEmpty ? nil : known.reduce(0) { $0 &+ $1 }
    }

    /// `/metrics`.
    var metrics: String {
        let running = pods.flatMap(\.status.containerStatuses).filter { $0.state.running != nil }.count
        let active = pods.filter { $0.status.phase == PodPhase.running }.count
        return """
            # HELP kubelet_node_name The node's name. The count is always 1.
            # TYPE kubelet_node_name gauge
            kubelet_node_name{node="\(node)"} 1
            # HELP kubelet_running_containers Number of containers currently running
            # TYPE kubelet_running_containers gauge
            kubelet_running_containers{container_state="running"} \(running)
            # HELP kubelet_running_pods Number of pods that have a running pod sandbox
            # TYPE kubelet_running_pods gauge
            kubelet_running_pods \(active)

            """
    }
}
