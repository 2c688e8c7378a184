// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What decides about the conditions of a node.
struct NodeHealth: Sendable, Equatable {
    /// Why the runtime cannot make pods; nil where it can.
    var runtimeProblem: String?
    var networkProblem: String?
    /// Bytes.
    var memoryAvailable: Int64 = .max
    /// Share of the disk that is free: 0 to 1.
    var diskFree = 1.0
    /// Share of the disk that must be free.
    var diskFreeThreshold = 0.05
    /// Share of the processes there may be that are free.
    var processesFree = 1.0
}

/// The conditions of a node.
enum NodeConditionRules {
    /// Bytes that must be available: Kubernetes' default threshold.
    static let memoryThreshold: Int64 = 100 << 20

    private struct Finding {
        var type: String
        var holds: Bool
        var reason: String
        var message: String
    }

    /// - Parameter previous: times of conditions that did not change are kept; conditions of others, too.
    static func conditions(_ health: NodeHealth, previous: [NodeCondition], now: Moment) -> [NodeCondition] {
        let findings = [
            pressure(
                "MemoryPressure", health.memoryAvailable < memoryThreshold, bad: "KubeletHasInsufficientMemory",
                good: "KubeletHasSufficientMemory", "insufficient memory available", "sufficient memory available"),
            pressure(
                "DiskPressure", health.diskFree < health.diskFreeThreshold, bad: "KubeletHasDiskPressure",
                good: "KubeletHasNoDiskPressure", "disk pressure", "no disk pressure"),
            pressure(
                "PIDPressure", health.processesFree < 0.05, bad: "KubeletHasInsufficientPID",
                good: "KubeletHasSufficientPID", "insufficient PID available", "sufficient PID available"),
            ready(health),
        ]
        let types = Set(findings.map(\.type))
        return previous.filter { !types.contains($0.type) }
            + findings.map { finding in condition(finding, previous.first { $0.type == finding.type }, now) }
    }

    private static func pressure(
        _ type: String, _ holds: Bool, bad: String, good: String, _ badText: String, _ goodText: String
    ) -> Finding {
        Finding(
            type: type, holds: holds, reason: holds ? bad : good, message: "kubelet has \(holds ? badText : goodText)")
    }

    private static func ready(_ health: NodeHealth) -> Finding {
        let problems = [
            health.runtimeProblem.map { "container runtime is down: \($0)" },
            health.networkProblem.map { "container runtime network not ready: \($0)" },
        ].compactMap { $0 }
        if problems.isEmpty {
            return Finding(
                type: "Ready", holds: true, reason: "KubeletReady", message: "kubelet is posting ready status")
        }
        let message = problems.count == 1 ? problems[0] : "[\(problems.joined(separator: ", "))]"
        return Finding(type: "Ready", holds: false, reason: "KubeletNotReady", message: message)
    }

    private static func condition(_ finding: Finding, _ old: NodeCondition?, _ now: Moment) -> NodeCondition {
        let status = finding.holds ? ConditionStatus.true : ConditionStatus.false
        return NodeCondition {
            $0.type = finding.type
            $0.status = status
            $0.reason = finding.reason
            $0.message = finding.message
            $0.lastHeartbeatTime = now.time
            $0.lastTransitionTime = now.time
            if let old, old.status == status, !old.lastTransitionTime.isZero {
                $0.lastTransitionTime = old.lastTransitionTime
            }
        }
    }

    /// Whether two lists say the same, whenever they were said.
    static func areEqual(_ left: [NodeCondition], _ right: [NodeCondition]) -> Bool {
        func bare(_ conditions: [NodeCondition]) -> [NodeCondition] {
            conditions.map { condition in
                var condition = condition
                condition.lastHeartbeatTime = Time.zero
                return condition
            }
        }
        return bare(left) == bare(right)
    }
}

/// What a node has, and what of it is for pods.
enum NodeCapacityRules {
    /// Bytes that pods never get, so that the node itself can go on: Kubernetes' `evictionHard` for memory.
    static let reservedMemory: Int64 = 100 << 20
    /// How many images a Node's status names at most: `nodeStatusMaxImages`.
    static let maxImages = 50

    /// What pods may use: capacity without what has to stay free (a tenth of the disk, 100 MiB of memory).
    static func allocatable(_ capacity: [String: Quantity]) -> [String: Quantity] {
        var result = capacity
        if let memory = capacity[ResourceName.memory]?.value {
            result[ResourceName.memory] = Quantity(max(0, memory - reservedMemory), format: .binarySI)
        }
        if let disk = capacity["ephemeral-storage"]?.value {
            result["ephemeral-storage"] = Quantity(max(0, disk - disk / 10))
        }
        return result
    }

    /// The images of a Node's status, the largest first.
    static func images(_ images: [CRI.Image]) -> [ContainerImage] {
        let sorted = images.sorted { ($0.size, $1.id) > ($1.size, $0.id) }
        return sorted.prefix(maxImages).map { image in
            ContainerImage {
                $0.names = Array((image.repoDigests + image.repoTags).prefix(5))
                $0.sizeBytes = Int64(clamping: image.size)
            }
        }
    }
}
