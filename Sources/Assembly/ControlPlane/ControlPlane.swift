// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import APIServer
import Client
import Foundation
import Kubelet
import KubernetesAPI
package import Logging
import NIOCore
import NIOPosix
import Primitives
import Store
import Wire

/// The API server with its store: everything that answers requests.
package final class ControlPlane: Sendable {
    package let chain: RequestChain
    package let pki: ClusterPKI
    private let store: any Store
    private let edge: EdgeServer
    private let cluster: ClusterBootstrap
    private let bootstrap: Bootstrapper
    private let conditions: ConditionKeeper
    private let lookups: RegistryLookups
    private let proxyTargets: RegistryProxyTargets
    private let group: MultiThreadedEventLoopGroup
    private let logger: Logger
    private let progress = StartProgress()

    /// Opens the store, prepares the certificates and puts the parts together; nothing is served yet.
    ///
    /// - Throws: with one line that says what is wrong and what to do.
    package init(_ configuration: ServerConfiguration, logger: Logger) async throws {
        self.logger = logger
        let address = try Self.advertisedAddress(configuration)
        let isNew = access(Self.databaseFile(configuration), F_OK) != 0
        async let readingRoles = Self.readDefaults(isNew: isNew)
        let (store, pki) = try await Self.open(configuration, address)
        (self.store, self.pki) = (store, pki)
        let services = RegistryServices(store: store, now: { WallClock.now() }, logger: logger)
        let caches = ResourceCaches(store: store)
        let lookups = RegistryLookups(caches)
        self.lookups = lookups
        let rbac = RBACAuthorizer(source: lookups)
        let roles = await readingRoles
        let node = NodeAuthorizer(pods: lookups, rules: roles.rules(ofClusterRole: "system:node"))
        let authorizer = AuthorizerChain([node, rbac])
        let issuer = ServiceAccountTokenIssuer(key: pki.serviceAccountKey)
        let authenticator = RequestAuthenticator(
            certificates: try ClientCertificateVerifier(authorities: pki.authority.certificatePEM),
            tokenFile: try Self.tokens(configuration.tokenAuthFile),
            serviceAccounts: ServiceAccountTokenVerifier(issuer: issuer, lookup: lookups), audiences: issuer.audiences,
            allowsAnonymous: configuration.allowsAnonymous)
        let allocator = ServiceAllocator(
            range: configuration.cluster.serviceCIDR,
            nodePorts: Int32(configuration.nodePorts.lowerBound)...Int32(configuration.nodePorts.upperBound),
            services: services)
        let plugins = StandardAdmission.plugins(
            caches: caches, names: services.names, escalation: RBACEscalation(rbac: rbac, authorizer: authorizer))
        let registry = Registry.make(services: services, caches: caches, allocator: allocator, plugins: plugins)
        let health = HealthEndpoints.of(store, progress, logging: Self.logging)
        let handler = ResourceHandler(
            registry: registry, policies: try AdmissionPolicies(registry: registry, authorizer: authorizer),
            actions: StandardActions.all(
                authorizer: authorizer, rbac: rbac, authenticator: authenticator, issuer: issuer),
            documents: Self.documents("\(address):\(configuration.securePort)", health))
        cluster = ClusterBootstrap(
            registry: registry, serviceRange: configuration.cluster.serviceCIDR, address: address,
            port: Int32(configuration.securePort))
        bootstrap = Bootstrapper(registry: registry, roles: roles, logger: logger)
        conditions = ConditionKeeper(registry: registry, progress: progress, logger: logger)
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        let metrics = RequestMetrics()
        let endpoints = ServerEndpoints(
            health: health, version: ServerVersion(), metrics: metrics, tokens: issuer,
            externalURL: "https://\(address):\(configuration.securePort)")
        guard let kubeletClient = pki.clients[.kubeletClient] else {
            throw ConfigurationError("no client certificate for kubelets")
        }
        let proxyTargets = RegistryProxyTargets(caches)
        self.proxyTargets = proxyTargets
        let proxy = ProxyService(
            targets: proxyTargets, connector: try BackendConnector(client: kubeletClient, authority: nil))
        chain = RequestChain(
            RequestChain.Parts(
                authenticator: authenticator, authorizer: authorizer, proxy: proxy, endpoints: endpoints,
                metrics: metrics, handler: handler, eventLoops: group, limits: Self.limits(configuration),
                timeout: try Self.timeout(configuration.requestTimeout)))
        edge = try EdgeServer(
            configuration: EdgeConfiguration(
                addresses: configuration.bindAddresses.map { .init(host: $0, port: configuration.securePort) }),
            service: chain, tls: pki.servingCertificate, group: group, logger: logger)
    }

    /// Listens and makes what every cluster has. Requests are answered when it returns.
    package func start() async throws {
        do {
            try await edge.bind()
            try await lookups.load()
            try await proxyTargets.load()
            progress.finish(.lookups)
            try await cluster.run()
            progress.finish(.cluster)
            try await bootstrap.run()
            progress.finish(.defaults)
        } catch {
            edge.beginShutdown()
            await store.close()
            throw error
        }
    }

    /// Serves until the task is cancelled, then ends connections and closes the store.
    package func run() async throws {
        do {
            async let _: Void = conditions.run()
            try await edge.run()
        } catch {
            await close()
            throw error
        }
        await close()
    }

    private func close() async {
        await store.close()
        do {
            try await group.shutdownGracefully()
        } catch {
            logger.warning("event loops did not end cleanly", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - parts

    /// Opens the store, which waits for the disk, while the certificates are prepared, which takes the processor.
    private static func open(
        _ configuration: ServerConfiguration, _ address: NetworkAddress
    ) async throws -> (SQLiteStore, ClusterPKI) {
        async let opening = SQLiteStore.open(
            path: databaseFile(configuration),
            options: .init(historyWindow: configuration.historyWindow))
        do {
            let pki = try await ClusterPKI.prepare(pkiConfiguration(configuration, address))
            return (try await opening, pki)
        } catch let fault as PKIError {
            // of two faults of one directory this is the one to tell
            if let store = try? await opening { await store.close() }
            throw fault
        }
    }

    /// The default roles. For a new cluster the schemas by which the defaults are written are read too; otherwise the first write does it.
    private static func readDefaults(isNew: Bool) -> BootstrapRBAC {
        if isNew { Bootstrapper.readSchemas() }
        return BootstrapRBAC()
    }

    private static func databaseFile(_ configuration: ServerConfiguration) -> String {
        configuration.dataDirectory + "/db/state.sqlite"
    }

    private static func advertisedAddress(_ configuration: ServerConfiguration) throws -> NetworkAddress {
        let text =
            configuration.advertiseAddress ?? configuration.bindAddresses.first { $0 != "0.0.0.0" && $0 != "::" }
            ?? HostFacts.address()
        guard let address = NetworkAddress(text) else {
            throw ConfigurationError("advertise address \(text) is not an IP address; set --advertise-address")
        }
        return address
    }

    private static func pkiConfiguration(_ configuration: ServerConfiguration, _ address: NetworkAddress)
        -> ClusterPKI.Configuration
    {
        ClusterPKI.Configuration(
            directory: configuration.dataDirectory, nodeName: configuration.nodeName,
            advertiseAddresses: [address.description]
                + configuration.bindAddresses.filter { $0 != "0.0.0.0" && $0 != "::" },
            serviceAddress: configuration.cluster.serviceAddress.description,
            clusterDomain: configuration.cluster.clusterDomain,
            extraNames: configuration.tlsSANs,
            serverURL: "https://\(localHost(configuration)):\(configuration.securePort)")
    }

    /// Where this host reaches the server: loopback if it listens there.
    private static func localHost(_ configuration: ServerConfiguration) -> String {
        let loopback = ["127.0.0.1", "0.0.0.0", "::", "localhost"]
        if configuration.bindAddresses.contains(where: loopback.contains) { return "127.0.0.1" }
        let first = configuration.bindAddresses.first ?? "127.0.0.1"
        return first.contains(":") ? "[\(first)]" : first
    }

    private static func limits(_ configuration: ServerConfiguration) -> InFlightLimits {
        InFlightLimits(
            .init(readOnly: configuration.maxRequestsInflight, mutating: configuration.maxMutatingRequestsInflight))
    }

    private static func timeout(_ text: String) throws -> Duration {
        do {
            let timeout = try GoDuration.parse(text)
            if timeout > .zero { return timeout }
        } catch {
            throw ConfigurationError("--request-timeout: \(error.message)")
        }
        throw ConfigurationError("--request-timeout \(text) is not more than zero")
    }

    private static func tokens(_ path: String?) throws -> StaticTokenFile {
        guard let path else { return StaticTokenFile() }
        do {
            return try StaticTokenFile([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
        } catch let fault as StaticTokenFile.Fault {
            throw ConfigurationError("--token-auth-file \(path): \(fault.message)")
        } catch {
            throw ConfigurationError("cannot read --token-auth-file \(path): \(error.localizedDescription)")
        }
    }

    private static func documents(_ address: String, _ health: HealthEndpoints) -> [any DocumentSource] {
        [
            DiscoverySource(serverAddress: address, furtherPaths: health.paths), OpenAPISource(version: "v1.36.2"),
        ]
    }

    /// Whether there still is something to write logs to.
    private static let logging = HealthCheck("log") {
        fcntl(STDERR_FILENO, F_GETFD) == -1 ? "standard error is closed" : nil
    }
}
