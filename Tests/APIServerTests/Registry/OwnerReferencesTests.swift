// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIServer

struct OwnerReferencesTests {
    private static func owners(_ names: [String]) -> String {
        let owners = names.map { #"{"apiVersion":"v1","kind":"Pod","name":"\#($0)","uid":"u"}"# }
        return #""ownerReferences":[\#(owners.joined(separator: ","))]"#
    }

    private static func names(_ answer: TestServer.Answer) -> [String] {
        (answer.json["metadata"]?["ownerReferences"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }

    @Test("an owner that stands twice is kept once, and the client is told")
    func dedup() async throws {
        let server = try await TestServer.ready()
        let path = "/api/v1/namespaces/default/configmaps"
        let doubled = Self.owners(["a", "b", "a", "a"])
        let rest =
            "; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; "
            + "please fix your requests; duplicate UID(s) observed: u, u"
        let text = ".metadata.ownerReferences contains duplicate entries"
        let late = text + " after mutating admission happens"
        for (method, body, type, prefix) in [
            ("POST", #"{"metadata":{"name":"m",\#(doubled)}}"#, "application/json", text),
            ("PUT", #"{"metadata":{"name":"m",\#(doubled)}}"#, "application/json", text),
            ("PATCH", #"{"metadata":{\#(doubled)}}"#, "application/merge-patch+json", late),
        ] {
            let answer = try await server.send(
                method, method == "POST" ? path : path + "/m", body, contentType: type)
            #expect(Self.names(answer) == ["a", "b"], "\(answer.text)")
            #expect(answer.warnings.count == 1 && answer.warnings[0].contains(prefix + rest), "\(answer.warnings)")
        }
        let single = #"{"metadata":{"name":"n",\#(Self.owners(["a", "b"]))}}"#
        #expect(try await server.send("POST", path, single).warnings.isEmpty)
    }
}
