// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

extension NodeFigures {
    /// `/metrics/resource`: what the metrics server reads.
    var resourceMetrics: String {
        var families = Families()
        for (namespace, pod, rows) in rowsByPod {
            for row in rows {
                let labels = "container=\"\(row.container)\",namespace=\"\(namespace)\",pod=\"\(pod)\""
                families.add(.containerCPU, labels, row.cpuNanoseconds.map { Double($0) / 1e9 })
                families.add(.containerMemory, labels, row.memory.map { Double($0) })
                families.add(.containerStart, labels, row.startTime.map { Double($0.seconds) })
            }
            let labels = "namespace=\"\(namespace)\",pod=\"\(pod)\""
            families.add(.podCPU, labels, Self.sum(rows.map(\.cpuNanoseconds)).map { Double($0) / 1e9 })
            families.add(.podMemory, labels, Self.sum(rows.map(\.memory)).map { Double($0) })
        }
        families.add(.nodeCPU, "", host.cpuSeconds)
        families.add(.nodeMemory, "", Double(max(0, host.memory.total - host.memory.available)))
        families.add(.error, "", 0)
        return families.text
    }

    private enum Family: String, CaseIterable {
        case containerCPU = "container_cpu_usage_seconds_total"
        case containerMemory = "container_memory_working_set_bytes"
        case containerStart = "container_start_time_seconds"
        case nodeCPU = "node_cpu_usage_seconds_total"
        case nodeMemory = "node_memory_working_set_bytes"
        case podCPU = "pod_cpu_usage_seconds_total"
        case podMemory = "pod_memory_working_set_bytes"
        case error = "resource_scrape_error"

        var help: String {
            switch self {
            case .containerCPU: "Cumulative cpu time consumed by the container in core-seconds"
            case .containerMemory: "Current working set of the container in bytes"
            case .containerStart: "Start time of the container since unix epoch in seconds"
            case .nodeCPU: "Cumulative cpu time consumed by the node in core-seconds"
            case .nodeMemory: "Current working set of the node in bytes"
            case .podCPU: "Cumulative cpu time consumed by the pod in core-seconds"
            case .podMemory: "Current working set of the pod in bytes"
            case .error: "1 if there was an error while getting container metrics, 0 otherwise"
            }
        }
    }

    /// Lines by family, in the text format of Prometheus.
    private struct Families {
        private var lines: [Family: [String]] = [:]

        mutating func add(_ family: Family, _ labels: String, _ value: Double?) {
            guard let value else { return }
            let braces = labels.isEmpty ? "" : "{\(labels)}"
            lines[family, default: []].append("\(family.rawValue)\(braces) \(value)\n")
        }

        var text: String {
            Family.allCases.compactMap { family in
                guard let lines = lines[family] else { return nil }
                let type = family.rawValue.hasSuffix("_total") ? "counter" : "gauge"
                return "# HELP \(family.rawValue) \(family.help)\n# TYPE \(family.rawValue) \(type)\n" + lines.joined()
            }.joined()
        }
    }
}
