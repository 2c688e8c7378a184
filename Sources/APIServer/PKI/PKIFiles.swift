// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// The files of `DIR/pki`: `NAME.crt` and `NAME.key` for each pair, `sa.key` and `sa.pub` for tokens.
struct PKIFiles {
    /// A leaf certificate with less than this left is renewed (30 days).
    static let renewBefore: TimeInterval = 30 * 86_400

    let directory: String

    /// The authority's pair; made where neither file is there.
    func authority(_ make: () throws(PKIError) -> CertificateAuthority.Pair) throws(PKIError)
        -> CertificateAuthority.Pair
    {
        let (certificate, key) = (try PrivateFile.read(path("ca", "crt")), try PrivateFile.read(path("ca", "key")))
        if let certificate, let key { return .init(certificate: certificate, privateKey: key) }
        guard certificate == nil, key == nil else {
            throw PKIError(
                .content, "only one of \(path("ca", "crt")) and \(path("ca", "key")) is there; restore the other")
        }
        return try write(try make(), "ca")
    }

    /// A pair that the authority signed; made anew where it is missing, unreadable, of another authority, about to expire or
    /// for other names.
    func leaf(
        _ name: String, authority: CertificateAuthority, names: [String], commonName: String? = nil, now: Int64,
        _ make: () throws(PKIError) -> CertificateAuthority.Pair
    ) throws(PKIError) -> CertificateAuthority.Pair {
        if let certificate = try PrivateFile.read(path(name, "crt")), let key = try PrivateFile.read(path(name, "key"))
        {
            let pair = CertificateAuthority.Pair(certificate: certificate, privateKey: key)
            if Self.isGood(pair, authority: authority, names: names, commonName: commonName, now: now) { return pair }
        }
        return try write(try make(), name)
    }

    func serviceAccountKey() throws(PKIError) -> ServiceAccountKey {
        if let pem = try PrivateFile.read(path("sa", "key")) { return try ServiceAccountKey(pem: pem) }
        let key = ServiceAccountKey(P256.Signing.PrivateKey())
        try PrivateFile.write(key.publicPEM, to: path("sa", "pub"))
        try PrivateFile.write(key.pem, to: path("sa", "key"))
        return key
    }

    func writeIfChanged(_ content: [UInt8], to path: String) throws(PKIError) {
        if try PrivateFile.read(path) != content { try PrivateFile.write(content, to: path) }
    }

    private func path(_ name: String, _ kind: String) -> String { "\(directory)/\(name).\(kind)" }

    private func write(_ pair: CertificateAuthority.Pair, _ name: String) throws(PKIError) -> CertificateAuthority.Pair
    {
        // The key first: a certificate without its key is never left behind.
        try PrivateFile.write(pair.privateKey, to: path(name, "key"))
        try PrivateFile.write(pair.certificate, to: path(name, "crt"))
        return pair
    }

    private static func isGood(
        _ pair: CertificateAuthority.Pair, authority: CertificateAuthority, names: [String], commonName: String?,
        now: Int64
    ) -> Bool {
        guard let certificate = try? Certificate(pemEncoded: String(decoding: pair.certificate, as: UTF8.self)),
            let key = try? P256.Signing.PrivateKey(pemRepresentation: String(decoding: pair.privateKey, as: UTF8.self)),
            certificate.publicKey == Certificate.PublicKey(key.publicKey),
            authority.certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
        else { return false }
        let time = Date(timeIntervalSince1970: TimeInterval(now))
        guard certificate.notValidAfter.timeIntervalSince(time) > renewBefore, certificate.notValidBefore <= time else {
            return false
        }
        if let commonName, CertificateSubject(certificate).commonName != commonName { return false }
        let present = (try? certificate.extensions.subjectAlternativeNames).flatMap { $0 }.map { Array($0) } ?? []
        return Set(present) == Set(names.map(CertificateAuthority.generalName))
    }
}
