// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOSSL

/// What the listeners show to clients, and whose certificates they ask clients for.
package struct ServingCertificate: Sendable {
    /// PEM, the server's own first.
    package var chain: [UInt8]
    /// PEM.
    package var privateKey: [UInt8]
    /// PEM; the names in them are sent to clients as a hint.
    package var clientAuthorities: [UInt8]

    package init(chain: [UInt8], privateKey: [UInt8], clientAuthorities: [UInt8]) {
        self.chain = chain
        self.privateKey = privateKey
        self.clientAuthorities = clientAuthorities
    }

    func context() throws(EdgeError) -> NIOSSLContext {
        do {
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(chain).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: privateKey, format: .pem)))
            tls.minimumTLSVersion = .tlsv12
            tls.applicationProtocols = ["h2", "http/1.1"]
            tls.certificateVerification = .optionalVerification
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(clientAuthorities))
            tls.sendCANameList = true
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw EdgeError(
                .tls,
                "cannot use the serving certificate: \(error); check the files or remove them to have new ones made",
                cause: error)
        }
    }
}
