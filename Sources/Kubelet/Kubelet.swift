// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Client
import KubernetesAPI
public import Logging

/// Runs the pods that the scheduler has put on this node, and says how they are.
///
/// - SeeAlso: `docs/architecture.md`; Kubernetes' `kubelet`.
public struct Kubelet: Sendable {
    private let configuration: KubeletConfiguration
    private let client: KubernetesClient
    private let runtime: any ContainerRuntime
    private let logger: Logger
    private let timekeeper: Timekeeper
    private let makeProber: (@Sendable () -> any Prober)?
    private let mounter: any Mounter

    /// - Parameters:
    ///   - client: acts as `system:node:NAME`.
    ///   - runtime: may still be starting; the node is NotReady until it answers.
    public init(
        configuration: KubeletConfiguration, client: KubernetesClient, runtime: any ContainerRuntime, logger: Logger,
        timekeeper: Timekeeper = Timekeeper()
    ) {
        self.init(
            configuration: configuration, client: client, runtime: runtime, logger: logger, timekeeper: timekeeper,
            mounter: SystemMounter(), makeProber: nil)
    }

    /// With parts that tests replace.
    init(
        configuration: KubeletConfiguration, client: KubernetesClient, runtime: any ContainerRuntime, logger: Logger,
        timekeeper: Timekeeper, mounter: any Mounter, makeProber: (@Sendable () -> any Prober)?
    ) {
        self.configuration = configuration
        self.client = client.named("kubelet/\(configuration.version)")
        self.runtime = runtime
        self.logger = logger
        self.timekeeper = timekeeper
        self.mounter = mounter
        self.makeProber = makeProber
    }

    /// Runs until the task is cancelled; the pods are left running, and found again by the next run.
    ///
    /// - Throws: where the directories cannot be made or the server cannot listen.
    public func run() async throws {
        try FileSystem.makeDirectory(configuration.rootDirectory + "/pods")
        let parts = makeParts()
        do {
            try await run(parts)
        } catch {
            await end(parts)
            if error is CancellationError { return }
            throw error
        }
        await end(parts)
    }

    private struct Parts: Sendable {
        var services: PodServices
        var events: EventRecorder
        var pods: Informer<Pod>
        var network: NetworkProber?
    }

    private func makeParts() -> Parts {
        let recorder = EventRecorder(
            client: client, component: "kubelet", host: configuration.nodeName, logger: logger, timekeeper: timekeeper)
        let timekeeper = timekeeper
        let network =
            makeProber == nil ? NetworkProber(runtime: runtime, sleep: { try await timekeeper.sleep(for: $0) }) : nil
        let replacement: (any Prober)? = makeProber?() ?? network
        let prober: any Prober = replacement ?? NoProber()
        let services = PodServices(
            client: client, runtime: runtime, puller: ImagePuller(runtime: runtime),
            volumes: VolumeHost(root: configuration.rootDirectory, mounter: mounter),
            objects: ReferencedObjects(client: client, logger: logger, timekeeper: timekeeper),
            services: Informer(client: client, of: Service.self, logger: logger, timekeeper: timekeeper),
            events: PodEvents(recorder: recorder), prober: prober, node: NodeState(nodeValues()),
            owners: RuntimeOwners(),
            timekeeper: timekeeper, logger: logger)
        let pods = Informer(
            client: client, of: Pod.self, fieldSelector: "spec.nodeName=\(configuration.nodeName)", logger: logger,
            timekeeper: timekeeper)
        return Parts(services: services, events: recorder, pods: pods, network: network)
    }

    private func nodeValues() -> NodeState.Values {
        var facts = NodeFacts()
        facts.name = configuration.nodeName
        facts.memoryCapacity = HostFacts.Memory.read().total
        facts.mayLowerOOMScore = HostFacts.mayLowerOOMScore()
        facts.podLogs = configuration.podLogsDirectory
        facts.seccompRoot = configuration.rootDirectory + "/seccomp"
        facts.names = ClusterNames(
            servers: configuration.clusterDNS, domain: configuration.clusterDomain,
            host: ResolverConfiguration(parsing: FileSystem.text(configuration.resolverConfigurationFile) ?? ""))
        var values = NodeState.Values(facts: facts)
        values.hostIPs = configuration.nodeIPs.isEmpty ? [HostFacts.address()] : configuration.nodeIPs
        values.serverPort = configuration.port
        return values
    }

    private func run(_ parts: Parts) async throws {
        let (supervisors, supervisorReady) = AsyncStream.makeStream(of: PodSupervisor.self)
        defer { supervisorReady.finish() }
        let wake = Waker()
        let agent = NodeAgent(
            configuration: configuration, client: client, runtime: runtime, state: parts.services.node,
            events: parts.services.events, timekeeper: timekeeper, logger: logger, changed: { await wake.call() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await parts.events.run() }
            group.addTask { await parts.services.services.run() }
            group.addTask { await parts.pods.run() }
            group.addTask {
                for await supervisor in supervisors {
                    try await serve(supervisor, parts)
                }
            }
            group.addTask { await agent.run() }
            group.addTask {
                let found = try await adopt()
                let supervisor = PodSupervisor(services: parts.services, found: found)
                await wake.set { await supervisor.wakeAll() }
                supervisorReady.yield(supervisor)
                supervisorReady.finish()
                await runPods(supervisor, parts)
            }
            try await group.next(isolation: nil)
            // the first part that ends, by an error or because all are cancelled, ends the others
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// What the runtime has already; waits until the runtime answers.
    private func adopt() async throws -> [String: ObservedPod] {
        var isFirst = true
        while true {
            do {
                return try await RuntimeMonitor.adopt(runtime)
            } catch {
                if isFirst { logger.info("waiting for the container runtime", metadata: ["error": "\(error)"]) }
                isFirst = false
                try await timekeeper.sleep(for: .milliseconds(100))
            }
        }
    }

    private func runPods(_ supervisor: PodSupervisor, _ parts: Parts) async {
        let (changes, change) = AsyncStream.makeStream(of: [InformerEvent<Pod>].self)
        await parts.pods.addHandler { change.yield($0) }
        let monitor = RuntimeMonitor(
            runtime: runtime, supervisor: supervisor, volumes: parts.services.volumes, timekeeper: timekeeper,
            logger: logger)
        let rotator = LogRotator(
            configuration: configuration, runtime: runtime, supervisor: supervisor, timekeeper: timekeeper,
            logger: logger)
        let collector = ImageCollector(runtime: runtime, timekeeper: timekeeper, logger: logger)
        let staticPods = StaticPods(
            path: configuration.staticPodPath, node: configuration.nodeName, supervisor: supervisor, client: client,
            timekeeper: timekeeper, logger: logger)
        await staticPods.load()
        await withDiscardingTaskGroup { group in
            group.addTask { await supervisor.run() }
            group.addTask { await staticPods.run() }
            group.addTask {
                for await events in changes {
                    let mirrors = events.filter { StaticPodRules.isMirror($0.object) }
                    if !mirrors.isEmpty { await staticPods.apply(mirrors) }
                    await supervisor.apply(events.filter { !StaticPodRules.isMirror($0.object) })
                }
            }
            group.addTask {
                // before all pods are known, everything would look like an orphan
                do { try await parts.pods.waitForSync() } catch { return }
                await staticPods.mirrorsAreKnown()
                await monitor.run()
            }
            group.addTask { await rotator.run() }
            group.addTask { await collector.run() }
        }
    }

    private func serve(_ supervisor: PodSupervisor, _ parts: Parts) async throws {
        guard let tls = configuration.serverTLS else { return try await Self.waitForCancellation() }
        let server = KubeletServer(
            configuration: configuration, tls: tls, supervisor: supervisor, runtime: runtime, timekeeper: timekeeper,
            logger: logger)
        try await server.run { port in parts.services.node.update { $0.serverPort = port } }
    }

    private static func waitForCancellation() async throws {
        for await _ in AsyncStream<Never>.makeStream().stream {}
    }

    private func end(_ parts: Parts) async {
        await parts.services.objects.shutDown()
        do {
            try await parts.network?.shutDown()
        } catch {
            logger.debug("connections of probes not closed", metadata: ["error": "\(error)"])
        }
    }
}

/// Calls what is not there yet when it is first named.
private actor Waker {
    private var action: (@Sendable () async -> Void)?
    func set(_ action: @escaping @Sendable () async -> Void) { self.action = action }
    func call() async { await action?() }
}

/// Stands in where nothing can be looked at.
private struct NoProber: Prober {
    func probe(_ handler: ProbeHandler, _ target: ProbeTarget, timeout: Duration) async -> ProbeFinding {
        .failure("no prober")
    }
    func call(_ handler: LifecycleHandler, _ target: ProbeTarget, timeout: Duration) async -> ProbeFinding {
        .failure("no prober")
    }
}
