// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Crypto
import FoundationEssentials
import Wire

/// Signed tokens in compact form with ES256 (RFC 7515, RFC 7518 section 3.4).
enum JSONWebToken {
    /// Signs a payload.
    static func sign(_ payload: [UInt8], with key: ServiceAccountKey) throws -> String {
        let header = #"{"alg":"ES256","kid":"\#(key.id)"}"#
        let input = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(payload)
        let signature = try key.privateKey.signature(for: Data(input.utf8))
        return input + "." + Base64URL.encode(Array(signature.rawRepresentation))
    }

    /// The payload of a token that one of the keys signed; nil for anything else. No claim is looked at.
    ///
    /// - Parameter keys: public keys by identity; a token without a `kid` is tried with all.
    static func verify(_ token: String, keys: [String: P256.Signing.PublicKey]) -> [UInt8]? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let headerBytes = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let rawSignature = Base64URL.decode(parts[2]), let header = try? JSONValue.parse(headerBytes),
            header["alg"]?.stringValue == "ES256", header["crit"] == nil,
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: rawSignature)
        else { return nil }
        let candidates: [P256.Signing.PublicKey]
        if let id = header["kid"]?.stringValue {
            candidates = keys[id].map { [$0] } ?? []
        } else {
            candidates = Array(keys.values)
        }
        let input = Data(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        return candidates.contains { $0.isValidSignature(signature, for: input) } ? payload : nil
    }

    /// The issuer that a token names, unverified; nil where it is no token at all.
    static func claimedIssuer(_ token: String) -> String? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(parts[1]), let value = try? JSONValue.parse(payload)
        else {
            return nil
        }
        return value["iss"]?.stringValue
    }
}
