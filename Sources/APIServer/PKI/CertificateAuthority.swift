// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Crypto
import FoundationEssentials
import Primitives
import SwiftASN1
import X509

/// Signs certificates with the key of the cluster's authority (ECDSA on P-256).
package struct CertificateAuthority: Sendable {
    /// What a certificate is for.
    package enum Purpose: Sendable, Hashable {
        /// To be shown to clients that dial one of these DNS names or IP addresses.
        case server(names: [String])
        /// To prove a user (common name) and its groups (organizations).
        case client
        /// Both.
        case both(names: [String])
    }

    /// A private key and the certificate for it, PEM.
    package struct Pair: Sendable, Equatable {
        package var certificate: [UInt8]
        package var privateKey: [UInt8]
    }

    let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    /// The authority's certificate, PEM.
    package let certificatePEM: [UInt8]
    /// Seconds since 1970.
    private let now: @Sendable () -> Int64

    /// Takes up an authority.
    ///
    /// - Throws: ``PKIError`` with `content` where the two do not belong together or cannot be read.
    package init(_ pair: Pair, now: @escaping @Sendable () -> Int64) throws(PKIError) {
        do {
            certificate = try Certificate(pemEncoded: String(decoding: pair.certificate, as: UTF8.self))
            key = try P256.Signing.PrivateKey(pemRepresentation: String(decoding: pair.privateKey, as: UTF8.self))
        } catch {
            throw PKIError(.content, "cannot use the certificate authority: \(error); restore its files", cause: error)
        }
        guard certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
            throw PKIError(
                .content, "the key of the certificate authority is not that of its certificate; restore its files")
        }
        certificatePEM = pair.certificate
        self.now = now
    }

    /// Makes a new authority, valid for ten years.
    package static func make(commonName: String, now: Int64) throws(PKIError) -> Pair {
        let key = P256.Signing.PrivateKey()
        do {
            let name = Self.name(commonName: commonName, organizations: [])
            let publicKey = Certificate.PublicKey(key.publicKey)
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
                notValidBefore: date(now - 300), notValidAfter: date(now + 10 * 365 * 86_400),
                issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                    Critical(KeyUsage(digitalSignature: true, keyEncipherment: true, keyCertSign: true))
                    SubjectKeyIdentifier(hash: publicKey)
                },
                issuerPrivateKey: Certificate.PrivateKey(key))
            return try pair(certificate, key)
        } catch {
            throw PKIError(.signing, "cannot make a certificate authority: \(error)", cause: error)
        }
    }

    /// Makes a key and signs a certificate for it.
    ///
    /// - Parameters:
    ///   - organizations: for a client, the groups of the user.
    ///   - lifetime: seconds; never past the end of the authority's own certificate.
    package func issue(
        commonName: String, organizations: [String] = [], purpose: Purpose, lifetime: Int64 = 365 * 86_400
    ) throws(PKIError) -> Pair {
        let key = P256.Signing.PrivateKey()
        do {
            let certificate = try sign(
                publicKey: Certificate.PublicKey(key.publicKey),
                subject: Self.name(commonName: commonName, organizations: organizations), purpose: purpose,
                lifetime: lifetime)
            return try Self.pair(certificate, key)
        } catch {
            throw PKIError(.signing, "cannot sign a certificate for \(commonName): \(error)", cause: error)
        }
    }

    private func sign(
        publicKey: Certificate.PublicKey, subject: DistinguishedName, purpose: Purpose, lifetime: Int64
    ) throws -> Certificate {
        let end = min(Self.date(now() + lifetime), certificate.notValidAfter)
        let usages: [ExtendedKeyUsage.Usage]
        var names: [GeneralName] = []
        switch purpose {
        case .client: usages = [.clientAuth]
        case .server(let list): (usages, names) = ([.serverAuth], list.map(Self.generalName))
        case .both(let list): (usages, names) = ([.serverAuth, .clientAuth], list.map(Self.generalName))
        }
        var extensions = try Certificate.Extensions {
            Critical(KeyUsage(digitalSignature: true, keyEncipherment: true))
            try ExtendedKeyUsage(usages)
            Critical(BasicConstraints.notCertificateAuthority)
            AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
        }
        if !names.isEmpty {
            try extensions.append(Certificate.Extension(SubjectAlternativeNames(names), critical: false))
        }
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
            notValidBefore: Self.date(now() - 300), notValidAfter: end, issuer: certificate.subject, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: Certificate.PrivateKey(key))
    }

    private static func pair(_ certificate: Certificate, _ key: P256.Signing.PrivateKey) throws -> Pair {
        Pair(
            certificate: Array((try certificate.serializeAsPEM().pemString + "\n").utf8),
            privateKey: Array((key.pemRepresentation + "\n").utf8))
    }

    private static func name(commonName: String, organizations: [String]) -> DistinguishedName {
        var parts = organizations.map {
            RelativeDistinguishedName(.init(type: .RDNAttributeType.organizationName, utf8String: $0))
        }
        parts.append(RelativeDistinguishedName(.init(type: .RDNAttributeType.commonName, utf8String: commonName)))
        return DistinguishedName(parts)
    }

    static func generalName(_ text: String) -> GeneralName {
        guard let address = NetworkAddress(text) else { return .dnsName(text) }
        return .ipAddress(ASN1OctetString(contentBytes: address.bytes[...]))
    }

    private static func date(_ seconds: Int64) -> Date { Date(timeIntervalSince1970: TimeInterval(seconds)) }
}
