// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
public import Client
import ClusterDNS
import Kubelet
import KubernetesAPI
public import Logging
import PodNetwork
import Primitives
import ServiceProxy
import Wire

/// All that runs on a node: container runtime, kubelet, service proxy, pod network and cluster DNS.
public struct NodeAgentService: Sendable {
    /// The certificates of the kubelet's server.
    public struct Certificates: Sendable {
        public var serverCertificateFile: String
        public var serverKeyFile: String
        public var clientCAFile: String

        public init(serverCertificateFile: String, serverKeyFile: String, clientCAFile: String) {
            self.serverCertificateFile = serverCertificateFile
            self.serverKeyFile = serverKeyFile
            self.clientCAFile = clientCAFile
        }
    }

    /// Where the node's DNS server listens: the service proxy leads there what goes to the cluster's DNS address.
    static let localDNSAddress = "169.254.20.10"

    private let configuration: NodeConfiguration
    private let certificates: Certificates?
    private let client: KubernetesClient
    private let proxyClient: KubernetesClient
    private let logger: Logger

    /// - Parameters:
    ///   - certificates: nil for a kubelet without a server.
    ///   - client: with the rights of the node (`system:node:NAME`).
    ///   - proxyClient: with the rights of the service proxy (`system:kube-proxy`).
    public init(
        _ configuration: NodeConfiguration, certificates: Certificates?, client: KubernetesClient,
        proxyClient: KubernetesClient,
        logger: Logger
    ) {
        self.configuration = configuration
        self.certificates = certificates
        self.client = client
        self.proxyClient = proxyClient
        self.logger = logger
    }

    /// Runs until the task is cancelled. Containers, links and rules stay, so that a restart interrupts nobody.
    ///
    /// - Throws: where the host lacks what a node needs; the text says what to do.
    public func run() async throws {
        let informers = InformerFactory(client: proxyClient, logger: logger)
        let paths = ContainerdPaths(dataDirectory: configuration.dataDirectory)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await informers.run() }
            try addNetwork(informers, paths, to: &group)
            if configuration.parts.contains(.kubelet) { try await addKubelet(paths, to: &group) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func addNetwork(
        _ informers: InformerFactory, _ paths: ContainerdPaths, to group: inout ThrowingTaskGroup<Void, any Error>
    ) throws {
        if configuration.parts.contains(.proxy) {
            let proxy = ServiceProxy(
                informers: informers, configuration: try proxyConfiguration(), logger: named("proxy"))
            group.addTask { try await proxy.run() }
        }
        if configuration.parts.contains(.network) {
            let network = PodNetwork(
                informers: informers, configuration: networkConfiguration(paths), logger: named("network"))
            group.addTask { try await network.run() }
        }
        if configuration.parts.contains(.dns) {
            var settings = try Self.dnsConfiguration(configuration.cluster)
            if let address = configuration.dnsAddress {
                settings.address = address
                settings.addsAddress = false
            }
            let dns = try ClusterDNS(informers: informers, configuration: settings, logger: named("dns"))
            group.addTask { try await dns.run() }
        }
    }

    private func addKubelet(
        _ paths: ContainerdPaths, to group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws {
        let runtime = try CRIClient(
            endpoint: configuration.runtimeEndpoint ?? paths.endpoint, logger: named("cri"))
        let kubelet = Kubelet(
            configuration: kubeletConfiguration(), client: client, runtime: runtime, logger: named("kubelet"))
        group.addTask { await runtime.run() }
        if configuration.runtimeEndpoint == nil {
            let supervisor = ContainerdSupervisor(paths: paths, runtime: runtime, logger: named("containerd"))
            group.addTask { try await supervisor.run() }
            try await supervisor.waitUntilReady()
        }
        group.addTask { try await kubelet.run() }
    }

    private func named(_ component: String) -> Logger {
        var logger = logger
        logger[metadataKey: "component"] = "\(component)"
        return logger
    }

    private func kubeletConfiguration() -> KubeletConfiguration {
        var kubelet = KubeletConfiguration(
            nodeName: configuration.nodeName, rootDirectory: configuration.kubeletDirectory)
        if let address = configuration.nodeIP {
            kubelet.nodeIPs = [address]
            kubelet.address = address
        }
        if let address = configuration.kubeletAddress { kubelet.address = address }
        kubelet.clusterDNS =
            configuration.clusterDNS.isEmpty
            ? [configuration.cluster.dnsAddress.description] : configuration.clusterDNS
        kubelet.clusterDomain = configuration.cluster.clusterDomain
        kubelet.nodeLabels = configuration.nodeLabels
        kubelet.registerWithTaints = configuration.registerWithTaints.map { taint in
            Taint {
                $0.key = taint.key
                $0.value = taint.value
                $0.effect = taint.effect
            }
        }
        kubelet.maxPods = configuration.maxPods
        kubelet.port = configuration.kubeletPort
        kubelet.staticPodPath = configuration.staticPodPath
        kubelet.serverTLS = certificates.map { files in
            KubeletConfiguration.ServerTLS(
                certificateFile: files.serverCertificateFile, keyFile: files.serverKeyFile,
                clientCAFile: files.clientCAFile)
        }
        return kubelet
    }

    private func networkConfiguration(_ paths: ContainerdPaths) -> PodNetworkConfiguration {
        PodNetworkConfiguration(
            nodeName: configuration.nodeName, clusterCIDRs: [configuration.cluster.clusterCIDR],
            serviceCIDRs: [configuration.cluster.serviceCIDR],
            cniDirectory: configuration.runtimeEndpoint == nil ? paths.cniConfigs : "/etc/cni/net.d",
            cniStateDirectory: paths.cniNetworks)
    }

    private func proxyConfiguration() throws -> ServiceProxyConfiguration {
        let local = try Self.localDNS()
        let services = [ServiceTransport.udp, .tcp].map { transport in
            LocalService(
                name: "cluster-dns", address: configuration.cluster.dnsAddress, port: 53, transport: transport,
                target: local,
                targetPort: 53)
        }
        return ServiceProxyConfiguration(
            nodeName: configuration.nodeName, clusterCIDRs: [configuration.cluster.clusterCIDR],
            serviceCIDRs: [configuration.cluster.serviceCIDR], nodePortAddresses: configuration.nodePortAddresses,
            localServices: services)
    }

    private static func localDNS() throws -> NetworkAddress {
        guard let address = NetworkAddress(localDNSAddress) else {
            throw ConfigurationError("\(localDNSAddress) is not an address")
        }
        return address
    }

    /// How the node answers names; the address is on the host as long as the node is.
    static func dnsConfiguration(_ cluster: ClusterConfiguration) throws -> ClusterDNSConfiguration {
        ClusterDNSConfiguration(
            zone: ClusterZoneConfiguration(
                domain: cluster.clusterDomain, ownBlocks: [cluster.clusterCIDR, cluster.serviceCIDR]),
            address: try localDNS(), serviceAddress: cluster.dnsAddress)
    }
}

extension NodeConfiguration {
    /// Looks whether the host has what the node needs, before anything is started or changed.
    ///
    /// - Throws: `ContainerdError`; the text says what to do.
    func checkHost() throws {
        guard parts.contains(.kubelet), runtimeEndpoint == nil else { return }
        _ = try ContainerdHost.inspect(ContainerdPaths(dataDirectory: dataDirectory))
    }
}
