// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What the containers of a node use, as the metrics server and Prometheus ask for it.
struct NodeFigures {
    var node: String
    var stats: [CRI.ContainerStats]
    var pods: [Pod]
    var time: Time

    private struct Row {
        var namespace: String
        var pod: String
        var container: String
        var cpuNanoseconds: UInt64?
        var nanoCores: UInt64?
        var memory: UInt64?
    }

    private var rows: [Row] {
        stats.compactMap { stat in
            guard let pod = stat.labels[RuntimeLabel.podName], let namespace = stat.labels[RuntimeLabel.podNamespace]
            else { return nil }
            return Row(
                namespace: namespace, pod: pod,
                container: stat.labels[RuntimeLabel.containerName] ?? stat.metadata.name,
                cpuNanoseconds: stat.cpu?.usageCoreNanoSeconds, nanoCores: stat.cpu?.usageNanoCores,
                memory: stat.memory?.workingSetBytes)
        }.sorted { ($0.namespace, $0.pod, $0.container) < ($1.namespace, $1.pod, $1.container) }
    }

    /// `/stats/summary`.
    var summary: JSONValue {
        let stamp = JSONValue.string(time.text)
        var pods: [JSONValue] = []
        for (key, rows) in Dictionary(grouping: rows, by: { "\($0.namespace)/\($0.pod)" }).sorted(by: {
            $0.key < $1.key
        }) {
            let names = key.split(separator: "/").map(String.init)
            let uid = self.pods.first { "\($0.metadata.namespace)/\($0.metadata.name)" == key }?.metadata.uid ?? ""
            let containers = rows.map { row -> JSONValue in
                [
                    "name": .string(row.container),
                    "cpu": [
                        "time": stamp, "usageNanoCores": .int(row.nanoCores ?? 0),
                        "usageCoreNanoSeconds": .int(row.cpuNanoseconds ?? 0),
                    ],
                    "memory": ["time": stamp, "workingSetBytes": .int(row.memory ?? 0)],
                ]
            }
            pods.append([
                "podRef": [
                    "name": .string(names.last ?? ""), "namespace": .string(names.first ?? ""), "uid": .string(uid),
                ],
                "containers": .array(containers),
            ])
        }
        let memory = HostFacts.Memory.read()
        return [
            "node": [
                "nodeName": .string(node),
                "memory": [
                    "time": stamp, "availableBytes": .int(memory.available),
                    "workingSetBytes": .int(max(0, memory.total - memory.available)),
                ],
            ],
            "pods": .array(pods),
        ]
    }

    /// `/metrics/resource`.
    var resourceMetrics: String {
        var cpu = "# TYPE container_cpu_usage_seconds_total counter\n"
        var memory = "# TYPE container_memory_working_set_bytes gauge\n"
        for row in rows {
            let labels = "{container=\"\(row.container)\",namespace=\"\(row.namespace)\",pod=\"\(row.pod)\"}"
            if let value = row.cpuNanoseconds {
                cpu += "container_cpu_usage_seconds_total\(labels) \(Double(value) / 1e9)\n"
            }
            if let value = row.memory { memory += "container_memory_working_set_bytes\(labels) \(value)\n" }
        }
        return cpu + memory
    }

    /// `/metrics`.
    var metrics: String {
        let running = pods.flatMap(\.status.containerStatuses).filter { $0.state.running != nil }.count
        let active = pods.filter { $0.status.phase == PodPhase.running }.count
        return """
            # TYPE kubelet_running_pods gauge
            kubelet_running_pods \(active)
            # TYPE kubelet_running_containers gauge
            kubelet_running_containers{container_state="running"} \(running)
            # TYPE kubelet_node_name gauge
            kubelet_node_name{node="\(node)"} 1

            """
    }
}
