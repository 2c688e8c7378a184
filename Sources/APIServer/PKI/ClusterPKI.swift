// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import FoundationEssentials
import X509

/// The certificates and keys of a cluster, under `DIR/pki`: made on the first start, used again on later ones, renewed when
/// they are about to expire or when the names of the server change. The directory has mode 0700, the files 0600.
package struct ClusterPKI: Sendable {
    /// What the certificates must say.
    package struct Configuration: Sendable {
        /// The data directory; files go to `pki` in it, the administrator's kubeconfig to itself.
        package var directory: String
        /// This node's name.
        package var nodeName: String
        /// IP addresses under which the API server is reached from outside.
        package var advertiseAddresses: [String]
        /// The first address of the service range: the Service `kubernetes`.
        package var serviceAddress: String
        package var clusterDomain: String
        /// Further DNS names or IP addresses (`--tls-san`).
        package var extraNames: [String]
        /// The URL that kubeconfig files name, for example `https://127.0.0.1:6443`.
        package var serverURL: String

        package init(
            directory: String, nodeName: String, advertiseAddresses: [String] = [],
            serviceAddress: String = "10.96.0.1",
            clusterDomain: String = "cluster.local", extraNames: [String] = [],
            serverURL: String = "https://127.0.0.1:6443"
        ) {
            self.directory = directory
            self.nodeName = nodeName
            self.advertiseAddresses = advertiseAddresses
            self.serviceAddress = serviceAddress
            self.clusterDomain = clusterDomain
            self.extraNames = extraNames
            self.serverURL = serverURL
        }

        /// The names of the serving certificate, without repeats.
        package var serverNames: [String] {
            let service = "kubernetes.default.svc"
            let names = [
                "localhost", "127.0.0.1", "::1", "kubernetes", "kubernetes.default", service,
                "\(service).\(clusterDomain)",
                serviceAddress, nodeName,
            ]
            var seen: Set<String> = []
            return (names + advertiseAddresses + extraNames).filter { !$0.isEmpty && seen.insert($0).inserted }
        }
    }

    /// The clients that get a certificate.
    package enum Client: String, Sendable, CaseIterable {
        /// `kubernetes-admin` in `system:masters`.
        case admin
        /// The API server towards kubelets.
        case kubeletClient = "apiserver-kubelet-client"
        case scheduler
        case controllerManager = "controller-manager"
        /// This node's kubelet, `system:node:NAME` in `system:nodes`.
        case kubelet
        case serviceProxy = "kube-proxy"
    }

    package let configuration: Configuration
    package let authority: CertificateAuthority
    /// The serving certificate of the API server.
    package let server: CertificateAuthority.Pair
    /// The serving certificate of this node's kubelet.
    package let kubeletServer: CertificateAuthority.Pair
    package let clients: [Client: CertificateAuthority.Pair]
    package let serviceAccountKey: ServiceAccountKey

    /// What the listeners need.
    package var servingCertificate: ServingCertificate {
        ServingCertificate(
            chain: server.certificate, privateKey: server.privateKey, clientAuthorities: authority.certificatePEM)
    }

    /// The kubeconfig of a client, YAML.
    package func kubeconfig(_ client: Client) -> [UInt8] {
        guard let pair = clients[client] else { return [] }
        return Kubeconfig(
            server: configuration.serverURL, authority: authority.certificatePEM,
            user: Self.subject(client, configuration).name,
            certificate: pair.certificate, privateKey: pair.privateKey
        ).yaml
    }

    /// A certificate that the authority signs.
    private enum Leaf: Hashable {
        case server, kubeletServer
        case client(Client)

        static let all: [Leaf] = [.server, .kubeletServer] + Client.allCases.map(Leaf.client)
    }

    /// Reads what is there and makes what is missing, expired or out of date: all certificates at once, since each waits for the disk.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: ``PKIError``; a file that was damaged is reported, never replaced by a new authority or token key.
    package static func prepare(
        _ configuration: Configuration, now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) async throws(PKIError) -> ClusterPKI {
        try PrivateFile.makeDirectory(configuration.directory)
        let files = PKIFiles(directory: configuration.directory + "/pki")
        try PrivateFile.makeDirectory(files.directory)
        let authority = try CertificateAuthority(
            try files.authority { () throws(PKIError) in
                try CertificateAuthority.make(commonName: "kubernetes", now: now())
            },
            now: now)
        async let preparedKey = Result { () throws(PKIError) in try files.serviceAccountKey() }
        let prepared = await withTaskGroup { group in
            for leaf in Leaf.all {
                group.addTask {
                    (
                        leaf,
                        Result { () throws(PKIError) in
                            try pair(of: leaf, files, authority, configuration, now: now)
                        }
                    )
                }
            }
            return await group.reduce(into: [Leaf: Result<CertificateAuthority.Pair, PKIError>]()) { $0[$1.0] = $1.1 }
        }
        let key = try await preparedKey.get()
        var pairs: [Leaf: CertificateAuthority.Pair] = [:]
        for leaf in Leaf.all { pairs[leaf] = try prepared[leaf]?.get() }
        guard let server = pairs[.server], let kubeletServer = pairs[.kubeletServer] else {
            throw PKIError(.content, "the serving certificates in \(files.directory) are missing")
        }
        let clients = Client.allCases.compactMap { client in pairs[.client(client)].map { (client, $0) } }
        let pki = ClusterPKI(
            configuration: configuration, authority: authority, server: server, kubeletServer: kubeletServer,
            clients: Dictionary(uniqueKeysWithValues: clients), serviceAccountKey: key)
        try files.writeIfChanged(pki.kubeconfig(.admin), to: configuration.directory + "/admin.kubeconfig")
        return pki
    }

    private static func pair(
        of leaf: Leaf, _ files: PKIFiles, _ authority: CertificateAuthority, _ configuration: Configuration,
        now: () -> Int64
    ) throws(PKIError) -> CertificateAuthority.Pair {
        switch leaf {
        case .server:
            let names = configuration.serverNames
            return try files.leaf("server", authority: authority, names: names, now: now()) { () throws(PKIError) in
                try authority.issue(commonName: "kube-apiserver", purpose: .server(names: names))
            }
        case .kubeletServer:
            let names = [configuration.nodeName, "localhost", "127.0.0.1"] + configuration.advertiseAddresses
            return try files.leaf("kubelet-server", authority: authority, names: names, now: now()) {
                () throws(PKIError) in
                try authority.issue(
                    commonName: "system:node:\(configuration.nodeName)", organizations: ["system:nodes"],
                    purpose: .server(names: names))
            }
        case .client(let client):
            let subject = Self.subject(client, configuration)
            return try files.leaf(
                client.rawValue, authority: authority, names: [], commonName: subject.name, now: now()
            ) { () throws(PKIError) in
                try authority.issue(commonName: subject.name, organizations: subject.groups, purpose: .client)
            }
        }
    }

    private static func subject(_ client: Client, _ configuration: Configuration) -> (name: String, groups: [String]) {
        switch client {
        case .admin: ("kubernetes-admin", ["system:masters"])
        case .kubeletClient: ("kube-apiserver-kubelet-client", ["system:masters"])
        case .scheduler: ("system:kube-scheduler", [])
        case .controllerManager: ("system:kube-controller-manager", [])
        case .kubelet: ("system:node:\(configuration.nodeName)", ["system:nodes"])
        case .serviceProxy: ("system:kube-proxy", [])
        }
    }
}
