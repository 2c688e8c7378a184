// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The fields that every answer of a kube-apiserver has: an id to find it by in logs, and that nobody may keep it.
enum AnswerFields {
    private static let names = NameGenerator()
    /// A client may choose the id; a longer one is not taken.
    private static let maximumIDLength = 64

    static func complete(_ response: EdgeResponse, of request: EdgeRequest) -> EdgeResponse {
        guard case .answer(let answer) = response else { return response }
        var answerHead = answer.head
        let given = request.header("audit-id").flatMap { isAcceptable($0) ? $0 : nil }
        answerHead.headers.insert(("Audit-Id", given ?? names.uid()), at: 0)
        if !answerHead.headers.contains(where: { $0.name == "Cache-Control" }) {
            answerHead.headers.insert(("Cache-Control", "no-cache, private"), at: 1)
        }
        return .answer(answer.with(answerHead))
    }

    private static func isAcceptable(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= maximumIDLength && id.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

extension APIResponse {
    /// Status and fields, whatever the body.
    var head: ResponseHead {
        switch self {
        case .whole(let head, _), .stream(let head, _): head
        }
    }

    /// The same body under another head.
    func with(_ head: ResponseHead) -> APIResponse {
        switch self {
        case .whole(_, let chunks): .whole(head, chunks)
        case .stream(_, let produce): .stream(head, produce)
        }
    }
}
