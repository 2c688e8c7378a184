// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Where the next page of a list begins: base64url (unpadded) of `{"v":"meta.k8s.io/v1","rv":N,"start":"KEY"}`.
///
/// - SeeAlso: `EncodeContinue` of `k8s.io/apiserver/pkg/storage`.
struct ContinueToken: Equatable {
    /// The revision of the first page; negative for "whatever is newest" after the history was lost.
    var revision: Int64
    /// The key relative to the listed prefix, the first one that may be in the page.
    var start: String

    static let version = "meta.k8s.io/v1"

    func encoded() -> String {
        var json = Array(#"{"v":"meta.k8s.io/v1","rv":\#(revision),"start":"#.utf8)
        JSONValue.writeString(start, to: &json, escapeHTML: false)
        json.append(UInt8(ascii: "}"))
        return Base64URL.encode(json)
    }

    init(revision: Int64, start: String) {
        self.revision = revision
        self.start = start
    }

    init(decoding text: String) throws(APIStatusError) {
        func invalid(_ message: String) -> APIStatusError {
            .badRequest("invalid continue token: continue key is not valid: \(message)")
        }
        guard let bytes = Base64URL.decode(text) else { throw invalid("illegal base64 data at input byte 0") }
        let json: JSONValue
        do {
            json = try JSONValue.parse(bytes)
        } catch {
            throw invalid(error.message)
        }
        let version = json["v"]?.stringValue ?? ""
        guard version == Self.version else {
            throw invalid("server does not recognize this encoded version \(version)")
        }
        let revision = json["rv"]?.int64Value ?? 0
        guard revision != 0 else {
            throw invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
        }
        let start = json["start"]?.stringValue ?? ""
        guard !start.isEmpty else { throw invalid("encoded start key empty (version meta.k8s.io/v1)") }
        guard !start.split(separator: "/").contains("..") else { throw invalid(start) }
        self.revision = revision
        self.start = start.hasPrefix("/") ? String(start.dropFirst()) : start
    }
}
