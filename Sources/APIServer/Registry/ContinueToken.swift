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
        guard let bytes = Base64URL.decode(text) else {
            throw Self.invalid("illegal base64 data at input byte \(Base64URL.fault(in: text))")
        }
        let json: JSONValue
        do {
            json = try JSONValue.parse(bytes)
        } catch {
            throw Self.invalid(error.message)
        }
        try Self.checkTypes(json)
        let version = json["v"]?.stringValue ?? ""
        guard version == Self.version else {
            throw Self.invalid("server does not recognize this encoded version \(version)")
        }
        let revision = json["rv"]?.int64Value ?? 0
        guard revision != 0 else {
            throw Self.invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
        }
        let start = json["start"]?.stringValue ?? ""
        guard !start.isEmpty else { throw Self.invalid("encoded start key empty (version meta.k8s.io/v1)") }
        let key = start.hasPrefix("/") ? String(start.dropFirst()) : start
        guard Self.isClean(key) else { throw Self.invalid(start) }
        self.revision = revision
        self.start = key
    }

    private static func invalid(_ message: String) -> APIStatusError {
        .badRequest("invalid continue token: continue key is not valid: \(message)")
    }

    /// Go's decoder names the first member of another type than the token has.
    private static func checkTypes(_ json: JSONValue) throws(APIStatusError) {
        if json.isNull { return }
        guard case .object(let members) = json else {
            throw invalid("json: cannot unmarshal \(json.kindName) into Go value of type storage.continueToken")
        }
        for (name, value) in members {
            let type: String
            switch (name, value) {
            case (_, .null), ("v", .string), ("start", .string): continue
            case ("rv", .number(let number)) where number.int64Value != nil: continue
            case ("v", _), ("start", _): type = "string"
            case ("rv", _): type = "int64"
            default: continue
            }
            var found = value.kindName
            if name == "rv", case .number(let number) = value { found += " " + number.text }
            throw invalid("json: cannot unmarshal \(found) into Go struct field continueToken.\(name) of type \(type)")
        }
    }

    /// Whether a path has no segment that leads elsewhere: such a key could name what is not below the listed prefix.
    private static func isClean(_ key: String) -> Bool {
        key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
        }
    }
}
