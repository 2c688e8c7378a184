// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

extension NodeFigures {
    /// `/stats/summary`.
    var summary: JSONValue {
        var nodeStats: JSONValue = [
            "nodeName": .string(node),
            "cpu": ["time": stamp, "usageCoreNanoSeconds": .int(UInt64(max(0, host.cpuSeconds) * 1e9))],
            "memory": [
                "time": stamp, "availableBytes": .int(host.memory.available),
                "usageBytes": .int(max(0, host.memory.total - host.memory.available)),
                "workingSetBytes": .int(max(0, host.memory.total - host.memory.available)),
            ],
        ]
        if let disk = host.disk {
            nodeStats["fs"] = [
                "time": stamp, "availableBytes": .int(disk.available), "capacityBytes": .int(disk.total),
                "usedBytes": .int(max(0, disk.total - disk.available)),
            ]
        }
        return ["node": nodeStats, "pods": .array(rowsByPod.map(podStats))]
    }

    private var stamp: JSONValue { .string(time.text) }

    private func podStats(_ namespace: String, _ name: String, _ rows: [Row]) -> JSONValue {
        let pod = pods.first { $0.metadata.namespace == namespace && $0.metadata.name == name }
        var stats: JSONValue = [
            "podRef": [
                "name": .string(name), "namespace": .string(namespace), "uid": .string(pod?.metadata.uid ?? ""),
            ],
            "containers": .array(rows.map(containerStats)),
            "cpu": cpu(Self.sum(rows.map(\.cpuNanoseconds)), Self.sum(rows.map(\.nanoCores))),
            "memory": memory(Self.sum(rows.map(\.memory))),
        ]
        if let start = pod?.status.startTime { stats["startTime"] = .string(start.text) }
        return stats
    }

    private func containerStats(_ row: Row) -> JSONValue {
        var stats: JSONValue = [
            "name": .string(row.container), "cpu": cpu(row.cpuNanoseconds, row.nanoCores), "memory": memory(row.memory),
        ]
        if let start = row.startTime { stats["startTime"] = .string(start.text) }
        if let disk = row.disk { stats["rootfs"] = ["time": stamp, "usedBytes": .int(disk)] }
        return stats
    }

    private func cpu(_ nanoseconds: UInt64?, _ nanoCores: UInt64?) -> JSONValue {
        ["time": stamp, "usageNanoCores": .int(nanoCores ?? 0), "usageCoreNanoSeconds": .int(nanoseconds ?? 0)]
    }

    private func memory(_ bytes: UInt64?) -> JSONValue { ["time": stamp, "workingSetBytes": .int(bytes ?? 0)] }
}
