// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Client
import KubernetesAPI
public import Logging
import Primitives
import Synchronization

/// The service proxy of a node: turns Services and EndpointSlices into nftables rules.
///
/// - SeeAlso: `kube-proxy --proxy-mode=nftables` (KEP-3866).
public final class ServiceProxy: Sendable {
    private let services: Informer<Service>
    private let slices: Informer<EndpointSlice>
    private let configuration: ServiceProxyConfiguration
    private let filter: any PacketFilter
    private let flows: any FlowTable
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// Makes a proxy that changes the kernel's rules in the network namespace of the process, once it runs.
    ///
    /// - Parameters:
    ///   - informers: has to run for as long as the proxy does.
    ///   - clock: for the least time between updates.
    public convenience init(
        informers: InformerFactory, configuration: ServiceProxyConfiguration, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.init(
            informers: informers, configuration: configuration, filter: NFTables(), flows: KernelFlowTable(),
            logger: logger,
            clock: clock)
    }

    package init(
        informers: InformerFactory, configuration: ServiceProxyConfiguration, filter: any PacketFilter,
        flows: any FlowTable, logger: Logger, clock: any Clock<Duration>
    ) {
        services = informers.informer(of: Service.self)
        slices = informers.informer(of: EndpointSlice.self)
        self.configuration = configuration
        self.filter = filter
        self.flows = flows
        self.clock = clock
        self.logger = logger
    }

    /// Keeps the rules up to date until the task is cancelled. The rules stay, so that a restart interrupts nobody.
    ///
    /// - Throws: ``PacketFilterError`` with the code `notInstalled` when there is no `nft`.
    public func run() async throws {
        let state = SharedProxyState(ProxyState(nodeName: configuration.nodeName))
        await services.addHandler { state.apply($0.map(ProxyChange.init)) }
        await slices.addHandler { state.apply($0.map(ProxyChange.init)) }
        try await services.waitForSync()
        try await slices.waitForSync()
        setKernelSettings()
        try await follow(state)
    }

    /// Removes all rules of a service proxy from the network namespace of the process.
    public static func removeRules() async throws(PacketFilterError) {
        try await NFTables().apply(RuleSetSkeleton.removal)
    }

    private func follow(_ state: SharedProxyState) async throws {
        var synchronizer = RuleSynchronizer(configuration: configuration, filter: filter, flows: flows, logger: logger)
        var failures = 0
        for await _ in state.changes {
            do {
                try await synchronizer.synchronize(RuleSetBuilder.build(state.value, configuration))
                failures = 0
                try await clock.sleep(for: configuration.minimumInterval)
            } catch let error as PacketFilterError {
                if error.code == .notInstalled { throw error }
                failures = min(failures + 1, 6)
                logger.error("cannot apply service rules, will retry", metadata: ["error": "\(error)"])
                state.markChanged()
                try await clock.sleep(for: .milliseconds(500 << failures))
            } catch is CancellationError {
                return
            }
        }
    }

    private func setKernelSettings() {
        var settings = [("net/ipv4/ip_forward", "1")]
        if configuration.localhostNodePorts { settings.append(("net/ipv4/conf/all/route_localnet", "1")) }
        if configuration.clusterCIDRs.contains(where: { $0.family == .v6 }) {
            settings.append(("net/ipv6/conf/all/forwarding", "1"))
        }
        for (key, value) in settings {
            do {
                try Sysctl.write(key, value)
            } catch {
                logger.warning("services may not be reachable", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// The state of a proxy that informers change and the update loop reads, with a signal that is set at most once.
private final class SharedProxyState: Sendable {
    let changes: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let state: Mutex<ProxyState>

    init(_ initial: ProxyState) {
        state = Mutex(initial)
        (changes, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        // The first update is due even if there are no services: it makes the base chains.
        signal.yield()
    }

    var value: ProxyState { state.withLock { $0 } }

    func apply(_ batch: [ProxyChange]) {
        let isChanged = state.withLock { state in
            var isChanged = false
            for change in batch where state.apply(change) { isChanged = true }
            return isChanged
        }
        if isChanged { markChanged() }
    }

    func markChanged() { signal.yield() }
}

extension ProxyChange {
    fileprivate init(_ event: InformerEvent<Service>) {
        switch event {
        case .added(let service), .updated(old: _, new: let service): self = .service(service)
        case .deleted(let service):
            self = .serviceRemoved(ServiceName(namespace: service.metadata.namespace, name: service.metadata.name))
        }
    }

    fileprivate init(_ event: InformerEvent<EndpointSlice>) {
        switch event {
        case .added(let slice), .updated(old: _, new: let slice): self = .endpointSlice(slice)
        case .deleted(let slice): self = .endpointSliceRemoved(slice)
        }
    }
}
