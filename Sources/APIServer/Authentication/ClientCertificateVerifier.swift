// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import SwiftASN1
import X509

/// Tells who a client is from the certificates that it presented.
///
/// - SeeAlso: the x509 authenticator of Kubernetes' `k8s.io/apiserver/pkg/authentication/request/x509`.
package struct ClientCertificateVerifier: Sendable {
    private let authorities: [Certificate]

    /// - Parameter authorities: PEM, one or more certificates (`--client-ca-file`).
    /// - Throws: ``PKIError`` with `content`.
    package init(authorities: [UInt8]) throws(PKIError) {
        do {
            self.authorities = try PEMDocument.parseMultiple(pemString: String(decoding: authorities, as: UTF8.self))
                .map { try Certificate(pemDocument: $0) }
        } catch {
            throw PKIError(.content, "cannot use the client certificate authorities: \(error)", cause: error)
        }
    }

    /// The identity behind a connection: found out on its first request, then remembered with it.
    func identity(of peer: PeerConnection) async -> ClientIdentity {
        if let known = peer.identity { return known }
        let identity = await verify(peer.certificates)
        peer.identity = identity
        return identity
    }

    /// - Parameter certificates: DER, the client's own first.
    package func verify(_ certificates: [[UInt8]]) async -> ClientIdentity {
        guard let own = certificates.first else { return .none }
        guard let leaf = try? Certificate(derEncoded: own) else { return .rejected("the certificate cannot be read") }
        let intermediates = certificates.dropFirst().prefix(8).compactMap { try? Certificate(derEncoded: $0) }
        var verifier = Verifier(rootCertificates: CertificateStore(authorities)) { RFC5280Policy() }
        let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore(intermediates))
        guard case .validCertificate = result else {
            return .rejected("the certificate is not of a known authority, or expired")
        }
        guard Self.isForClients(leaf) else { return .rejected("the certificate is not for clients") }
        let subject = CertificateSubject(leaf)
        guard !subject.commonName.isEmpty else { return .rejected("the certificate has no common name") }
        return .user(RequestUser(name: subject.commonName, groups: subject.organizations))
    }

    /// A certificate that says what it is for must say that it is for clients.
    private static func isForClients(_ certificate: Certificate) -> Bool {
        guard let usage = try? certificate.extensions.extendedKeyUsage else {
            return certificate.extensions[oid: .X509ExtensionID.extendedKeyUsage] == nil
        }
        return usage.contains { $0 == .clientAuth || $0 == .any }
    }
}
