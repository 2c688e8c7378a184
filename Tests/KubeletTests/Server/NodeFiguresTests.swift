// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct NodeFiguresTests {
    private static var figures: NodeFigures {
        var stats = CRI.ContainerStats(
            id: "c1", metadata: CRI.ContainerMetadata(name: "app"),
            labels: [
                RuntimeLabel.podName: "web", RuntimeLabel.podNamespace: "default", RuntimeLabel.containerName: "app",
            ])
        stats.cpu = CRI.CPUUsage(timestamp: 0, usageCoreNanoSeconds: 1_500_000_000, usageNanoCores: 7)
        stats.memory = CRI.MemoryUsage(timestamp: 0, workingSetBytes: 4096)
        var second = stats
        second.id = "c2"
        second.labels[RuntimeLabel.containerName] = "helper"
        let pod = makePod {
            $0.status.containerStatuses = [
                ContainerStatus {
                    $0.name = "app"
                    $0.containerID = "containerd://c1"
                    $0.state.running = ContainerStateRunning { $0.startedAt = Time(seconds: 100) }
                }
            ]
        }
        var host = HostUsage()
        host.cpuSeconds = 12.5
        host.memory.total = 1000
        host.memory.available = 400
        return NodeFigures(node: "node-1", stats: [second, stats], pods: [pod], time: Time(seconds: 0), host: host)
    }

    @Test("the resource metrics have the families that the metrics server reads")
    func resources() {
        let lines = Set(Self.figures.resourceMetrics.split(separator: "\n").map(String.init))
        let labels = #"{container="app",namespace="default",pod="web"}"#
        for expected in [
            "container_cpu_usage_seconds_total\(labels) 1.5", "container_memory_working_set_bytes\(labels) 4096.0",
            "container_start_time_seconds\(labels) 100.0",
            #"pod_cpu_usage_seconds_total{namespace="default",pod="web"} 3.0"#,
            #"pod_memory_working_set_bytes{namespace="default",pod="web"} 8192.0"#,
            "node_cpu_usage_seconds_total 12.5", "node_memory_working_set_bytes 600.0", "resource_scrape_error 0.0",
            "# TYPE container_cpu_usage_seconds_total counter", "# TYPE pod_memory_working_set_bytes gauge",
        ] {
            #expect(lines.contains(expected), "\(expected)")
        }
    }

    @Test("the summary has the node, its pods and their containers")
    func summary() {
        let summary = Self.figures.summary
        #expect(summary.at("node", "memory", "workingSetBytes")?.bytes() == Array("600".utf8))
        let pod = summary["pods"]?.arrayValue?.first
        #expect(pod?.at("podRef", "uid")?.stringValue == "uid-1")
        #expect(pod?.at("memory", "workingSetBytes")?.bytes() == Array("8192".utf8))
        #expect(pod?["containers"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["app", "helper"])
        #expect(pod?["containers"]?.arrayValue?.first?["startTime"]?.stringValue == "1970-01-01T00:01:40Z")
    }

    @Test("busy time is all but idle and waiting")
    func cpu() {
        #expect(HostUsage.cpuSeconds("cpu  100 50 25 9999 888 10 5 10 77 0\ncpu0 1\n") == 2)
        #expect(HostUsage.cpuSeconds("") == 0)
    }

    @Test("the configuration is told under Kubernetes' names")
    func configz() {
        let settings = KubeletConfiguration(nodeName: "n", rootDirectory: "/r").configz["kubeletconfig"]
        #expect(settings?["clusterDomain"]?.stringValue == "cluster.local")
        #expect(settings?["nodeStatusReportFrequency"]?.stringValue == "5m0s")
    }
}
