// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIServer
import Client
import KubernetesAPI
public import Logging

/// What runs on a node, apart from the API server: `martlet agent`, or one part of it alone.
public struct RemoteNode: Sendable {
    private let configuration: NodeConfiguration
    private let kubeconfig: String
    private let proxyKubeconfig: String?
    private let serving: ServingFiles
    private let logger: Logger

    /// Files of the kubelet's server, as `--tls-cert-file`, `--tls-private-key-file` and `--client-ca-file` name them.
    public struct ServingFiles: Sendable {
        public var certificate: String?
        public var privateKey: String?
        public var clientCA: String?

        public init(certificate: String? = nil, privateKey: String? = nil, clientCA: String? = nil) {
            self.certificate = certificate
            self.privateKey = privateKey
            self.clientCA = clientCA
        }
    }

    /// - Parameters:
    ///   - kubeconfig: path of the file that says where the API server is, and as whom the node asks it.
    ///   - proxyKubeconfig: the same for service proxy, pod network and DNS; nil takes the node's.
    public init(
        _ configuration: NodeConfiguration, kubeconfig: String, proxyKubeconfig: String? = nil,
        serving: ServingFiles = ServingFiles(), logger: Logger
    ) {
        self.configuration = configuration
        self.kubeconfig = kubeconfig
        self.proxyKubeconfig = proxyKubeconfig
        self.serving = serving
        self.logger = logger
    }

    /// Runs until the task is cancelled. Containers, links and rules stay, so that a restart interrupts nobody.
    ///
    /// - Throws: where a file is not usable or the host lacks what a node needs; the text says what to do.
    public func run() async throws {
        try configuration.checkHost()
        let api = RemoteAPI(kubeconfig: kubeconfig, logger: logger)
        let certificates = try certificates(api)
        try await api.run("kubelet") { client, _ in
            guard let proxyKubeconfig else { return try await run(client, client, certificates) }
            try await RemoteAPI(kubeconfig: proxyKubeconfig, logger: logger).run("proxy") { proxyClient, _ in
                try await run(client, proxyClient, certificates)
            }
        }
    }

    private func run(
        _ client: KubernetesClient, _ proxyClient: KubernetesClient, _ certificates: NodeAgentService.Certificates?
    ) async throws {
        try await NodeAgentService(
            configuration, certificates: certificates, client: client, proxyClient: proxyClient, logger: logger
        ).run()
    }

    /// The files of the kubelet's server: those given, else ones of its own, made anew at each start.
    private func certificates(_ api: RemoteAPI) throws -> NodeAgentService.Certificates? {
        guard configuration.parts.contains(.kubelet) else { return nil }
        let directory = configuration.kubeletDirectory + "/pki"
        var clientCA = serving.clientCA
        if clientCA == nil {
            guard let authority = try api.authority() else {
                throw ConfigurationError(
                    "the kubeconfig file \(kubeconfig) names no certificate authority; say with --client-ca-file who "
                        + "signs the API server's client certificate")
            }
            clientCA = directory + "/client-ca.crt"
            try PrivateFile.makeDirectory(directory)
            try PrivateFile.write(authority, to: directory + "/client-ca.crt")
        }
        switch (serving.certificate, serving.privateKey) {
        case (let certificate?, let key?):
            return .init(serverCertificateFile: certificate, serverKeyFile: key, clientCAFile: clientCA ?? "")
        case (nil, nil):
            let now = WallClock.now().seconds
            let authority = try CertificateAuthority(
                CertificateAuthority.make(commonName: "\(configuration.nodeName)-ca", now: now), now: { now })
            let names = [configuration.nodeName] + [configuration.nodeIP].compactMap { $0 }
            let pair = try authority.issue(
                commonName: configuration.nodeName, purpose: .server(names: names), lifetime: 10 * 365 * 86_400)
            try PrivateFile.makeDirectory(directory)
            try PrivateFile.write(pair.certificate, to: directory + "/kubelet.crt")
            try PrivateFile.write(pair.privateKey, to: directory + "/kubelet.key")
            return .init(
                serverCertificateFile: directory + "/kubelet.crt", serverKeyFile: directory + "/kubelet.key",
                clientCAFile: clientCA ?? "")
        default:
            throw ConfigurationError("--tls-cert-file and --tls-private-key-file go together: give both or none")
        }
    }
}
