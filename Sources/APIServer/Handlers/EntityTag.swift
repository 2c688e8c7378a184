// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Crypto

/// What tells one state of a document from another (RFC 9110 section 8.8.3).
struct EntityTag: Equatable, Sendable {
    /// 128 hexadecimal digits.
    let text: String

    init(text: String) { self.text = text }

    init(of bytes: [UInt8]) {
        text = SHA512.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }

    /// The document, or 304 where the client has it already.
    func answer(_ request: APIRequest, _ head: ResponseHead, _ bytes: @autoclosure () -> [UInt8]) -> APIResponse {
        var head = head
        head.headers += [("ETag", "\"\(text)\""), ("Vary", "Accept")]
        guard !isKnown(to: request) else {
            head.status = 304
            return .whole(head, [])
        }
        head.isCompressible = true
        return .whole(head, [bytes()])
    }

    private func isKnown(to request: APIRequest) -> Bool {
        guard let header = request.header("if-none-match") else { return false }
        return header.split(separator: ",").contains { clause in
            let tag = clause.filter { $0 != " " && $0 != "\"" }
            return tag == "*" || tag == text || tag == "W/" + text
        }
    }
}
