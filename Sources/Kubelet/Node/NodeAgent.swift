// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging
import Wire

/// Keeps the Node object and its lease: registers the node, says how it is, and that it lives.
struct NodeAgent: Sendable {
    var configuration: KubeletConfiguration
    var client: KubernetesClient
    var runtime: any ContainerRuntime
    var state: NodeState
    var events: PodEvents
    var timekeeper: Timekeeper
    var logger: Logger
    /// Called when pods that wait for the node can go on.
    var changed: @Sendable () async -> Void

    /// Runs until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await keepStatus() }
            group.addTask { await LeaseKeeper(agent: self).run() }
        }
    }

    private func keepStatus() async {
        let facts = HostFacts.read(directory: configuration.rootDirectory)
        var runtimeVersion: String?
        var reported: Duration?
        var podCIDR = ""
        events.record(node: configuration.nodeName, "Starting", "Starting kubelet.")
        while !Task.isCancelled {
            if runtimeVersion == nil { runtimeVersion = await version() }
            let health = await self.health()
            let couldStart = state.current.networkProblem == nil && state.current.isRuntimeReady
            state.update {
                $0.networkProblem = health.networkProblem
                $0.isRuntimeReady = health.runtimeProblem == nil
            }
            let isReady = health.runtimeProblem == nil && health.networkProblem == nil
            if isReady != couldStart { await changed() }
            let isDue = reported.map { timekeeper.elapsed - $0 >= configuration.nodeStatusReportFrequency } ?? true
            do {
                if let node = try await report(facts, health, runtimeVersion: runtimeVersion ?? "", isDue: isDue) {
                    if isDue || isReady != couldStart { reported = timekeeper.elapsed }
                    if !node.spec.podCIDR.isEmpty, node.spec.podCIDR != podCIDR {
                        podCIDR = node.spec.podCIDR
                        await announce(podCIDR)
                    }
                }
            } catch {
                logger.warning("node status not written, will retry", metadata: ["error": "\(error)"])
            }
            let pause: Duration =
                isReady && reported != nil ? configuration.nodeStatusUpdateFrequency : .milliseconds(250)
            do { try await timekeeper.sleep(for: pause) } catch { return }
        }
    }

    /// Nil where the runtime does not answer.
    private func images() async -> [CRI.Image]? {
        do {
            return try await runtime.listImages()
        } catch {
            logger.debug("images not listed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func announce(_ podCIDR: String) async {
        do {
            try await runtime.updatePodCIDR(podCIDR)
        } catch {
            logger.debug("runtime not told of the pod range", metadata: ["error": "\(error)"])
        }
    }

    private func version() async -> String? {
        do {
            let version = try await runtime.version()
            return "\(version.runtimeName)://\(version.runtimeVersion)"
        } catch {
            logger.debug("runtime not there yet", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func health() async -> NodeHealth {
        var health = NodeHealth()
        health.diskFreeThreshold = configuration.diskFreeThreshold
        do {
            let status = try await runtime.status()
            health.runtimeProblem = status.runtimeProblem.map(Self.text)
            health.networkProblem = status.networkProblem.map(Self.text)
        } catch {
            health.runtimeProblem = error.message
        }
        health.memoryAvailable = HostFacts.Memory.read().available
        if let disk = HostFacts.Disk.read(configuration.rootDirectory), disk.total > 0 {
            health.diskFree = Double(disk.available) / Double(disk.total)
        }
        let processes = HostFacts.processes()
        if processes.limit > 0 { health.processesFree = 1 - Double(processes.running) / Double(processes.limit) }
        return health
    }

    private static func text(_ condition: CRI.RuntimeCondition) -> String {
        "\(condition.type)=\(condition.status) reason:\(condition.reason) message:\(condition.message)"
    }

    /// Writes the status where it changed or is due.
    ///
    /// - Returns: the Node as it is in the API; nil where there is none and the kubelet must not make it.
    private func report(
        _ facts: HostFacts, _ health: NodeHealth, runtimeVersion: String, isDue: Bool
    ) async throws(ClientError) -> Node? {
        let now = Moment(timekeeper.time)
        guard var node = try await node(facts, health, runtimeVersion: runtimeVersion, now: now) else { return nil }
        state.update { [labels = node.metadata.labels] in $0.labels = labels }
        let status = self.status(
            facts, health, runtimeVersion: runtimeVersion, previous: node.status, now: now, images: await images())
        var comparable = status
        comparable.conditions = node.status.conditions
        let isSame = comparable == node.status && NodeConditionRules.areEqual(status.conditions, node.status.conditions)
        guard isDue || !isSame else { return node }
        let wasReady = node.status.conditions.first { $0.type == "Ready" }?.status == ConditionStatus.true
        node.status = status
        let written = try await client.updateStatus(node)
        let isReady = status.conditions.first { $0.type == "Ready" }?.status == ConditionStatus.true
        if isReady != wasReady {
            let reason = isReady ? "NodeReady" : "NodeNotReady"
            events.record(
                node: configuration.nodeName, reason, "Node \(configuration.nodeName) status is now: \(reason)")
        }
        return written
    }

    private func node(
        _ facts: HostFacts, _ health: NodeHealth, runtimeVersion: String, now: Moment
    ) async throws(ClientError) -> Node? {
        do {
            let node = try await client.get(Node.self, name: configuration.nodeName)
            return try await labelled(node, facts)
        } catch  where error.isNotFound {
            guard configuration.registerNode else { return nil }
        }
        let node = Node {
            $0.metadata.name = configuration.nodeName
            $0.metadata.labels = labels(facts)
            // As on Kubernetes: volumes are attached by the control plane, where anybody attaches any.
            $0.metadata.annotations = ["volumes.kubernetes.io/controller-managed-attach-detach": "true"]
            $0.spec.taints = configuration.registerWithTaints
            $0.status = status(facts, health, runtimeVersion: runtimeVersion, previous: NodeStatus(), now: now)
        }
        logger.info("registering node", metadata: ["node": "\(configuration.nodeName)"])
        do {
            return try await client.create(node)
        } catch  where error.isAlreadyExists {
            return try await client.get(Node.self, name: configuration.nodeName)
        }
    }

    private func labels(_ facts: HostFacts) -> [String: String] {
        var labels = [
            "kubernetes.io/hostname": configuration.nodeName, "kubernetes.io/os": "linux",
            "kubernetes.io/arch": facts.architecture, "beta.kubernetes.io/os": "linux",
            "beta.kubernetes.io/arch": facts.architecture,
        ]
        labels.merge(configuration.nodeLabels) { $1 }
        return labels
    }

    /// Brings the labels that the kubelet owns up to date on a node that was registered before.
    private func labelled(_ node: Node, _ facts: HostFacts) async throws(ClientError) -> Node {
        let wanted = labels(facts)
        guard wanted.contains(where: { node.metadata.labels[$0.key] != $0.value }) else { return node }
        var node = node
        node.metadata.labels.merge(wanted) { $1 }
        return try await client.update(node)
    }

    private func status(
        _ facts: HostFacts, _ health: NodeHealth, runtimeVersion: String, previous: NodeStatus, now: Moment,
        images: [CRI.Image]? = nil
    ) -> NodeStatus {
        var status = previous
        let addresses = state.current.hostIPs
        status.capacity = [
            "cpu": Quantity(facts.cpus), "memory": Quantity(facts.memory, format: .binarySI),
            "ephemeral-storage": Quantity(facts.disk, format: .binarySI), "pods": Quantity(configuration.maxPods),
            "hugepages-1Gi": Quantity(), "hugepages-2Mi": Quantity(),
        ]
        status.allocatable = NodeCapacityRules.allocatable(status.capacity)
        if let images { status.images = NodeCapacityRules.images(images) }
        status.conditions = NodeConditionRules.conditions(health, previous: previous.conditions, now: now)
        status.addresses =
            addresses.map { address in
                NodeAddress {
                    $0.type = "InternalIP"
                    $0.address = address
                }
            } + [
                NodeAddress {
                    $0.type = "Hostname"
                    $0.address = configuration.nodeName
                }
            ]
        status.daemonEndpoints.kubeletEndpoint.port = Int32(clamping: state.current.serverPort)
        status.nodeInfo.machineID = facts.machineID
        status.nodeInfo.systemUUID = facts.systemUUID
        status.nodeInfo.bootID = facts.bootID
        status.nodeInfo.kernelVersion = facts.kernelVersion
        status.nodeInfo.osImage = facts.osImage
        status.nodeInfo.containerRuntimeVersion = runtimeVersion
        status.nodeInfo.kubeletVersion = configuration.version
        status.nodeInfo.operatingSystem = "linux"
        status.nodeInfo.architecture = facts.architecture
        state.update { [allocatable = status.allocatable] in $0.allocatable = allocatable }
        return status
    }
}
