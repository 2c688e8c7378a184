// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Testing

struct ClientErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var status: Int, reason: String, expected: ClientError.Code, isRetryable: Bool
        var testDescription: String { "\(status) \(reason)" }
    }

    @Test(
        "the answer says which error it is and whether a retry can help",
        arguments: [
            Case(status: 400, reason: "BadRequest", expected: .badRequest, isRetryable: false),
            Case(status: 401, reason: "Unauthorized", expected: .unauthorized, isRetryable: false),
            Case(status: 403, reason: "Forbidden", expected: .forbidden, isRetryable: false),
            Case(status: 404, reason: "NotFound", expected: .notFound, isRetryable: false),
            Case(status: 409, reason: "AlreadyExists", expected: .alreadyExists, isRetryable: false),
            Case(status: 409, reason: "Conflict", expected: .conflict, isRetryable: false),
            Case(status: 410, reason: "Expired", expected: .expired, isRetryable: false),
            Case(status: 422, reason: "Invalid", expected: .invalid, isRetryable: false),
            Case(status: 429, reason: "TooManyRequests", expected: .tooManyRequests, isRetryable: true),
            Case(status: 500, reason: "InternalError", expected: .internalError, isRetryable: true),
            Case(status: 503, reason: "", expected: .unavailable, isRetryable: true),
            Case(status: 504, reason: "Timeout", expected: .timeout, isRetryable: true),
        ])
    func codes(_ c: Case) async {
        let cluster = FakeCluster()
        cluster.react { _ in .failure(c.status, reason: c.reason, message: "no") }
        let error = await #expect(throws: ClientError.self) {
            _ = try await cluster.client.get(Pod.self, namespace: "default", name: "a")
        }
        #expect(error?.code == c.expected)
        #expect(error?.isRetryable == c.isRetryable)
        #expect(error?.httpStatus == c.status)
        #expect(error?.message == "no")
    }

    @Test("a proxy that answers with text gives an error with that text")
    func plainText() async {
        let cluster = FakeCluster()
        cluster.react { _ in
            TransportResponse(status: 502, headers: [("retry-after", "3")], body: Array("bad gateway".utf8))
        }
        let error = await #expect(throws: ClientError.self) {
            _ = try await cluster.client.list(Node.self)
        }
        #expect(error?.code == .unavailable)
        #expect(error?.retryAfter == .seconds(3))
        #expect(error?.message.contains("bad gateway") == true)
    }
}
