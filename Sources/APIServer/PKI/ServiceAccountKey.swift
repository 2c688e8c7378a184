// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Crypto
import FoundationEssentials

/// A key that signs ServiceAccount tokens (ES256), and its identity in token headers and key sets.
package struct ServiceAccountKey: Sendable {
    package let privateKey: P256.Signing.PrivateKey
    /// The identity: base64url of the SHA-256 of the public key's DER form, as Kubernetes makes it.
    package let id: String

    package init(_ privateKey: P256.Signing.PrivateKey) {
        self.privateKey = privateKey
        id = Self.id(of: privateKey.publicKey)
    }

    /// - Throws: ``PKIError`` with `content`.
    package init(pem: [UInt8]) throws(PKIError) {
        do {
            self.init(try P256.Signing.PrivateKey(pemRepresentation: String(decoding: pem, as: UTF8.self)))
        } catch {
            throw PKIError(
                .content,
                "cannot use the service account key: \(error); restore it (a new one makes all tokens invalid)",
                cause: error)
        }
    }

    /// The private key, PEM.
    package var pem: [UInt8] { Array((privateKey.pemRepresentation + "\n").utf8) }
    /// The public key, PEM.
    package var publicPEM: [UInt8] { Array((privateKey.publicKey.pemRepresentation + "\n").utf8) }

    /// The identity of a public key.
    package static func id(of key: P256.Signing.PublicKey) -> String {
        Base64URL.encode(Array(SHA256.hash(data: key.derRepresentation)))
    }
}
