// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Foundation
import Glibc
import KubernetesAPI
import Logging
import Testing
import Wire

/// The client's side over HTTPS against a server of ours.
@Suite(.timeLimit(.minutes(2)))
struct HTTPClientTests {
    private static func map(_ name: String, _ value: String = "") -> ConfigMap {
        ConfigMap {
            $0.metadata.name = name
            $0.metadata.namespace = "default"
            $0.data = ["value": value]
        }
    }

    private static func user(_ client: KubernetesClient) async throws -> String {
        let request = TransportRequest(
            .post, "/apis/authentication.k8s.io/v1/selfsubjectreviews", headers: [("content-type", "application/json")],
            body: Array(#"{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"#.utf8))
        let answer = try await client.transport.send(request)
        guard answer.isSuccess else { return "status \(answer.status)" }
        return try JSONValue.parse(answer.body).at("status", "userInfo", "username")?.stringValue ?? ""
    }

    @Test("a client certificate, a token and a token file say who asks; nobody is anonymous by a wrong token")
    func credentials() async throws {
        let server = try TestServer()
        let tokenFile = try server.scratch.write("token", TestServer.token + "\n")
        try await server.run {
            let byCertificate = try await server.withClient { try await Self.user($0) }
            #expect(byCertificate == "kubernetes-admin")
            let cases: [(ConnectionConfiguration.Credential, String)] = [
                (.token(TestServer.token), "robot"), (.tokenFile(tokenFile), "robot"), (.token("wrong"), "status 401"),
            ]
            for (credential, expected) in cases {
                let found = try await server.withClient({ $0.credential = credential }, { try await Self.user($0) })
                #expect(found == expected)
            }
        }
    }

    @Test("a server whose certificate nobody we trust has signed is refused, and no retry helps")
    func untrusted() async throws {
        let server = try TestServer()
        let other = try TestServer()
        try await other.run {}
        try await server.run {
            let authority = try other.connection().certificateAuthority
            let error = await #expect(throws: TransportError.self) {
                _ = try await server.withTransport({ $0.certificateAuthority = authority }) {
                    try await $0.send(TransportRequest(.get, "/version", timeout: .seconds(10)))
                }
            }
            #expect(error?.code == .tls)
            #expect(error?.isRetryable == false)
        }
    }

    @Test("objects are written, read, listed in pages, changed and deleted; refusals are told by their reasons")
    func requests() async throws {
        let server = try TestServer()
        try await server.run {
            try await server.withClient { client in
                for index in 0..<5 { _ = try await client.create(Self.map("m\(index)")) }
                let all = try await client.listAll(ConfigMap.self, namespace: "default", pageSize: 2)
                #expect(all.map(\.metadata.name).filter { $0.hasPrefix("m") } == ["m0", "m1", "m2", "m3", "m4"])
                var one = try await client.get(ConfigMap.self, namespace: "default", name: "m1")
                let stale = one
                one.data["value"] = "new"
                one = try await client.update(one)
                let conflict = await #expect(throws: ClientError.self) { _ = try await client.update(stale) }
                #expect(conflict?.isConflict == true)
                let twice = await #expect(throws: ClientError.self) { _ = try await client.create(Self.map("m1")) }
                #expect(twice?.isAlreadyExists == true)
                try await client.delete(ConfigMap.self, namespace: "default", name: "m1")
                let gone = await #expect(throws: ClientError.self) {
                    _ = try await client.get(ConfigMap.self, namespace: "default", name: "m1")
                }
                #expect(gone?.isNotFound == true)
            }
        }
    }

    @Test("a body over 3 MiB and one that is no object are refused with a Status, and the connection lives on")
    func badBodies() async throws {
        let server = try TestServer()
        try await server.run {
            try await server.withClient { client in
                let text = String(repeating: "0123456789abcdef", count: 220_000)
                let large = await #expect(throws: ClientError.self) {
                    _ = try await client.create(Self.map("large", text))
                }
                #expect(large?.code == .requestTooLarge)
                #expect(large?.status?.status == "Failure", "\(String(describing: large))")
                for body in ["{", "[]", #"{"kind":"Pod","apiVersion":"v1"}"#, ""] {
                    let request = TransportRequest(
                        .post, "/api/v1/namespaces/default/configmaps", headers: [("content-type", "application/json")],
                        body: Array(body.utf8))
                    let answer = try await client.transport.send(request)
                    #expect(answer.status == 400, "\(body)")
                    let status = try JSONCoding.decode(Status.self, from: answer.body)
                    #expect(status.status == "Failure" && status.code == 400 && !status.message.isEmpty)
                }
                _ = try await client.create(Self.map("small"))
            }
        }
    }

    @Test(
        "kubectl says what is wrong with a manifest, and nothing of it is made",
        .enabled(if: access("/usr/bin/kubectl", X_OK) == 0),
        arguments: [
            ("a: [", "error"), ("kind: ConfigMap", "apiVersion"),
            ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: UPPER}", "Invalid"),
            ("apiVersion: v1\nkind: NoSuchKind\nmetadata: {name: a}", "no matches for kind"),
        ])
    func manifests(_ text: String, _ expected: String) async throws {
        let server = try TestServer()
        let file = try server.scratch.write("bad.yaml", text)
        try await server.run {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/kubectl")
            process.arguments = ["--kubeconfig", server.kubeconfig, "apply", "-f", file]
            process.environment = ["HOME": server.scratch.path]
            let output = Pipe()
            process.standardError = output
            process.standardOutput = output
            try process.run()
            let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 1, "\(said)")
            #expect(said.contains(expected), "\(said)")
        }
    }

    @Test("a watch tells every change; cancelled, it ends at once")
    func watch() async throws {
        let server = try TestServer()
        try await server.run {
            try await server.withClient { client in
                let list = try await client.list(ConfigMap.self, namespace: "default")
                let changes = try await client.watch(
                    ConfigMap.self, namespace: "default", after: list.metadata.resourceVersion)
                let made = try await client.create(Self.map("seen"))
                try await client.delete(ConfigMap.self, namespace: "default", name: "seen")
                var told: [String] = []
                reading: for try await batch in changes {
                    for change in batch {
                        switch change {
                        case .added(let map): told.append("added \(map.metadata.name)")
                        case .deleted(let map):
                            told.append("deleted \(map.metadata.name)")
                            #expect(map.metadata.uid == made.metadata.uid)
                            break reading
                        default: told.append("other")
                        }
                    }
                }
                #expect(told == ["added seen", "deleted seen"])

                let quiet = try await client.watch(
                    ConfigMap.self, namespace: "kube-public", after: list.metadata.resourceVersion)
                let reader = Task { for try await _ in quiet {} }
                reader.cancel()
                _ = await reader.result  // returns: the time limit is the check
            }
        }
    }

    @Test("a server that takes the request and says nothing is given up after the time allowed")
    func silence() async throws {
        let (descriptor, port) = try Scratch.listen()
        defer { close(descriptor) }
        let transport = try HTTPTransport(ConnectionConfiguration(server: "http://127.0.0.1:\(port)"))
        let error = await #expect(throws: TransportError.self) {
            _ = try await transport.send(TransportRequest(.get, "/version", timeout: .milliseconds(200)))
        }
        #expect(error?.code == .timedOut)
        #expect(error?.isRetryable == true)
        try await transport.shutDown()
    }
}
