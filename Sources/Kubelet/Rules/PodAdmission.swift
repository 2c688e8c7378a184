// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Why a node does not take a pod that was put on it.
struct PodRefusal: Sendable, Equatable {
    /// As in `status.reason`: `OutOfcpu`, `NodeAffinity`, `SysctlForbidden`, ...
    var reason: String
    var message: String

    static let nodeAffinity = "NodeAffinity"
}

/// Whether a node takes a pod: who put it there may have known less, or have been somebody other than the scheduler.
///
/// - SeeAlso: the admit handlers of Kubernetes' kubelet.
struct PodAdmission {
    /// Empty until the node knows it: then nothing is refused for it.
    var allocatable: [String: Quantity]
    var nodeName: String
    /// Nil until the Node object was read.
    var nodeLabels: [String: String]?
    /// The node's other pods, with their newest status.
    var others: [Pod]

    /// Settings of the kernel that are the pod's own, and harm nobody else.
    private static let safeSysctls: Set<String> = [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ]

    /// The first reason against the pod; nil where it may run.
    func refusal(of pod: Pod) -> PodRefusal? { sysctls(pod) ?? resources(pod) ?? affinity(pod) ?? ports(pod) }

    private func sysctls(_ pod: Pod) -> PodRefusal? {
        for setting in pod.spec.securityContext?.sysctls ?? [] {
            let name = String(setting.name.map { $0 == "/" ? "." : $0 })
            if !Self.safeSysctls.contains(name) {
                return PodRefusal(reason: "SysctlForbidden", message: "forbidden sysctl: \"\(name)\" not allowlisted")
            }
            if pod.spec.hostNetwork, name.hasPrefix("net.") {
                return PodRefusal(
                    reason: "SysctlForbidden",
                    message: "forbidden sysctl: \"\(name)\" not allowed with host net enabled")
            }
        }
        return nil
    }

    // MARK: resources

    private func resources(_ pod: Pod) -> PodRefusal? {
        let active = others.filter { !Self.hasEnded($0) && $0.metadata.uid != pod.metadata.uid }
        if let limit = allocatable["pods"]?.value, Int64(active.count) + 1 > limit {
            return Self.lack(of: "pods", requested: 1, used: Int64(active.count), capacity: limit)
        }
        let wanted = Self.requests(pod.spec)
        for (name, amount) in wanted.sorted(by: { $0.key < $1.key }) {
            guard let capacity = allocatable[name] else {
                if allocatable.isEmpty || Self.number(amount, name) == 0 || !name.contains("/") { continue }
                return Self.lack(of: name, requested: Self.number(amount, name), used: 0, capacity: 0)
            }
            let (requested, limit) = (Self.number(amount, name), Self.number(capacity, name))
            let used = active.reduce(Int64(0)) { sum, other in
                Self.requests(other.spec)[name].map { Self.sum(sum, Self.number($0, name)) } ?? sum
            }
            if requested > 0, Self.sum(requested, used) > limit {
                return Self.lack(of: name, requested: requested, used: used, capacity: limit)
            }
        }
        return nil
    }

    private static func hasEnded(_ pod: Pod) -> Bool {
        pod.status.phase == PodPhase.failed || pod.status.phase == PodPhase.succeeded
    }

    private static func lack(of name: String, requested: Int64, used: Int64, capacity: Int64) -> PodRefusal {
        PodRefusal(
            reason: "OutOf\(name)",
            message: "Node didn't have enough resource: \(name), requested: \(requested), used: \(used), "
                + "capacity: \(capacity)")
    }

    /// CPU in thousandths, everything else whole.
    private static func number(_ quantity: Quantity, _ name: String) -> Int64 {
        name == ResourceName.cpu ? ResourceAmount.milli(quantity) : ResourceAmount.whole(quantity)
    }

    private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }

    /// What a pod asks for: its containers and sidecars together, or one init container where that is more.
    static func requests(_ spec: PodSpec) -> [String: Quantity] {
        var total: [String: Quantity] = [:]
        var most: [String: Quantity] = [:]
        var sidecars: [String: Quantity] = [:]
        for container in spec.containers { total.merge(container.resources.requests) { $0 + $1 } }
        for container in spec.initContainers {
            if container.restartPolicy == ContainerRestartPolicy.always {
                sidecars.merge(container.resources.requests) { $0 + $1 }
                most.merge(sidecars) { max($0, $1) }
            } else {
                most.merge(container.resources.requests.merging(sidecars) { $0 + $1 }) { max($0, $1) }
            }
        }
        total.merge(sidecars) { $0 + $1 }
        total.merge(most) { max($0, $1) }
        total.merge(spec.overhead) { $0 + $1 }
        return total
    }

    // MARK: affinity and ports

    private func affinity(_ pod: Pod) -> PodRefusal? {
        guard let labels = nodeLabels else { return nil }
        let hasLabels = pod.spec.nodeSelector.allSatisfy { labels[$0.key] == $0.value }
        let terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
        let fits = terms.map { $0.contains { matches($0, labels) } } ?? true
        if hasLabels && fits { return nil }
        return PodRefusal(
            reason: PodRefusal.nodeAffinity,
            message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")
    }

    private func matches(_ term: NodeSelectorTerm, _ labels: [String: String]) -> Bool {
        if term.matchExpressions.isEmpty && term.matchFields.isEmpty { return false }
        return term.matchExpressions.allSatisfy { Self.matches($0, labels[$0.key]) }
            && term.matchFields.allSatisfy { Self.matches($0, $0.key == "metadata.name" ? nodeName : nil) }
    }

    private static func matches(_ requirement: NodeSelectorRequirement, _ value: String?) -> Bool {
        switch requirement.operator {
        case "In": value.map { requirement.values.contains($0) } ?? false
        case "NotIn": value.map { !requirement.values.contains($0) } ?? true
        case "Exists": value != nil
        case "DoesNotExist": value == nil
        case "Gt", "Lt": compares(requirement, value)
        default: false
        }
    }

    private static func compares(_ requirement: NodeSelectorRequirement, _ value: String?) -> Bool {
        guard let left = value.flatMap({ Int64($0) }), let right = requirement.values.first.flatMap({ Int64($0) })
        else { return false }
        return requirement.operator == "Gt" ? left > right : left < right
    }

    private func ports(_ pod: Pod) -> PodRefusal? {
        let taken = others.filter { !Self.hasEnded($0) && $0.metadata.uid != pod.metadata.uid }.flatMap(Self.hostPorts)
        let conflict = Self.hostPorts(pod).contains { port in taken.contains { Self.collide(port, $0) } }
        guard conflict else { return nil }
        return PodRefusal(
            reason: "NodePorts",
            message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")
    }

    private static func hostPorts(_ pod: Pod) -> [ContainerPort] {
        (pod.spec.containers + pod.spec.initContainers.filter { $0.restartPolicy == ContainerRestartPolicy.always })
            .flatMap(\.ports).filter { $0.hostPort > 0 }
    }

    private static func collide(_ a: ContainerPort, _ b: ContainerPort) -> Bool {
        func transport(_ port: ContainerPort) -> String { port.protocol.isEmpty ? "TCP" : port.protocol }
        func isAny(_ address: String) -> Bool { address.isEmpty || address == "0.0.0.0" }
        guard a.hostPort == b.hostPort, transport(a) == transport(b) else { return false }
        return isAny(a.hostIP) || isAny(b.hostIP) || a.hostIP == b.hostIP
    }
}
