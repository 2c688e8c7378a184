// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Client
public import Logging
import NIOCore
public import NIOPosix
public import Primitives
import Synchronization

/// How a node answers DNS queries.
public struct ClusterDNSConfiguration: Sendable, Equatable {
    /// The names of the cluster.
    public var zone: ClusterZoneConfiguration
    /// Where to listen: an address of the host, or one that `addsAddress`.
    public var address: NetworkAddress
    /// The port for UDP and TCP; 0 lets the kernel choose.
    public var port: UInt16
    /// Whether the address is added to the loopback device at the start.
    public var addsAddress: Bool
    /// The cluster's DNS address, as pods know it: never asked as one of the host's servers.
    public var serviceAddress: NetworkAddress
    /// Names the servers for all other names.
    public var resolverFile: String

    /// Makes a configuration.
    public init(
        zone: ClusterZoneConfiguration, address: NetworkAddress, port: UInt16 = 53, addsAddress: Bool = true,
        serviceAddress: NetworkAddress, resolverFile: String = "/etc/resolv.conf"
    ) {
        self.zone = zone
        self.address = address
        self.port = port
        self.addsAddress = addsAddress
        self.serviceAddress = serviceAddress
        self.resolverFile = resolverFile
    }
}

/// The DNS server of a node: names of services and pods from the API, all others from the host's servers.
///
/// Every node answers its own pods: the service proxy sends what goes to the cluster's DNS address to the local server. So names
/// need no pod, no image and no other node.
public final class ClusterDNS: Sendable {
    /// A configuration that cannot be used.
    public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    private let configuration: ClusterDNSConfiguration
    private let records: InformerRecords
    private let zone: ClusterZone
    private let group: MultiThreadedEventLoopGroup
    private let upstreamPort: Int
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let boundPort = Mutex<Int?>(nil)

    /// Makes a server, which listens once it runs.
    ///
    /// - Parameters:
    ///   - informers: has to run for as long as the server does.
    ///   - group: where sockets live; not shut down by the server.
    ///   - clock: for time-outs and the age of answers.
    /// - Throws: ``ConfigurationError`` for a domain that is none.
    public convenience init(
        informers: InformerFactory, configuration: ClusterDNSConfiguration,
        group: MultiThreadedEventLoopGroup = .singleton,
        logger: Logger, clock: any Clock<Duration> = ContinuousClock()
    ) throws {
        try self.init(
            informers: informers, configuration: configuration, upstreamPort: 53, group: group, logger: logger,
            clock: clock)
    }

    package init(
        informers: InformerFactory, configuration: ClusterDNSConfiguration, upstreamPort: Int,
        group: MultiThreadedEventLoopGroup = .singleton, logger: Logger, clock: any Clock<Duration> = ContinuousClock()
    ) throws {
        self.configuration = configuration
        self.upstreamPort = upstreamPort
        self.group = group
        self.clock = clock
        self.logger = logger
        records = InformerRecords(informers)
        guard let zone = ClusterZone(configuration.zone, source: records) else {
            throw ConfigurationError(description: "\"\(configuration.zone.domain)\" is no domain name")
        }
        self.zone = zone
    }

    /// The port on which the server listens; `nil` until it does.
    package var port: Int? { boundPort.withLock { $0 } }

    /// Listens and answers until the task is cancelled.
    ///
    /// It listens once the objects of the cluster are known: before that it would deny names that exist.
    ///
    /// - Throws: when the address cannot be listened on.
    public func run() async throws {
        if configuration.addsAddress { try LoopbackAddress.add(configuration.address) }
        try await records.waitForSync()
        let resolver = HostResolver(
            path: configuration.resolverFile, excluding: [configuration.address, configuration.serviceAddress])
        let forwarder = Forwarder(
            exchange: SocketExchange(group: group, port: upstreamPort), configuration: { resolver.current },
            clock: clock,
            logger: logger)
        let server = try await DNSServer(
            address: configuration.address, port: Int(configuration.port), group: group,
            responder: Responder(zone: zone, forwarder: forwarder), logger: logger)
        boundPort.withLock { $0 = server.port }
        logger.info("dns answers", metadata: ["address": "\(configuration.address)", "port": "\(server.port)"])
        try await server.run()
    }

    /// Takes the address of a server that `addsAddress` from the host.
    public static func removeAddress(_ configuration: ClusterDNSConfiguration) throws {
        if configuration.addsAddress { try LoopbackAddress.remove(configuration.address) }
    }
}
