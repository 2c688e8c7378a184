// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Testing

struct KubeconfigTests {
    private let text = """
        apiVersion: v1
        kind: Config
        current-context: one
        clusters:
        - name: c1
          cluster:
            server: https://127.0.0.1:6443
            certificate-authority-data: Y2E=
        - name: c2
          cluster:
            server: https://example.org
            insecure-skip-tls-verify: true
            tls-server-name: kubernetes
        users:
        - name: admin
          user:
            client-certificate-data: Y2VydA==
            client-key-data: a2V5
        - name: robot
          user: {token: abc}
        - name: plugin
          user: {exec: {command: aws}}
        contexts:
        - name: one
          context: {cluster: c1, user: admin, namespace: dev}
        - name: two
          context: {cluster: c2, user: robot}
        - name: bad
          context: {cluster: missing, user: robot}
        - name: exec
          context: {cluster: c1, user: plugin}
        """

    private func config() throws -> Kubeconfig { try Kubeconfig(parsing: Array(text.utf8), path: "/tmp/config") }

    @Test("the current context joins its cluster and user")
    func current() throws {
        let connection = try config().connection()
        #expect(connection.server == "https://127.0.0.1:6443")
        #expect(connection.certificateAuthority == Array("ca".utf8))
        #expect(connection.credential == .certificate(pem: Array("cert".utf8), key: Array("key".utf8)))
        #expect(connection.namespace == "dev")
    }

    @Test("another context is used when asked for")
    func named() throws {
        let connection = try config().connection(context: "two")
        #expect(connection.credential == .token("abc"))
        #expect(connection.skipsTLSVerification)
        #expect(connection.tlsServerName == "kubernetes")
        #expect(connection.namespace == "default")
        #expect(try config().contextNames == ["bad", "exec", "one", "two"])
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var context: String, expected: String
        var testDescription: String { context }
    }

    @Test(
        "what is missing is named",
        arguments: [
            Fault(context: "none", expected: "context \"none\" does not exist"),
            Fault(context: "bad", expected: "cluster \"missing\" of context \"bad\" does not exist"),
            Fault(context: "exec", expected: "user \"plugin\" uses a credential plugin"),
        ])
    func faults(_ fault: Fault) throws {
        let error = #expect(throws: ConfigurationError.self) { _ = try config().connection(context: fault.context) }
        #expect(error?.message.hasPrefix(fault.expected) == true)
    }

    @Test("a file that is not YAML, or not there, gives one clear line")
    func unreadable() {
        #expect(throws: ConfigurationError.self) { _ = try Kubeconfig(parsing: Array("a: [".utf8), path: "x") }
        #expect(throws: ConfigurationError.self) { _ = try Kubeconfig(parsing: Array("just text".utf8), path: "x") }
        #expect(throws: ConfigurationError.self) { _ = try Kubeconfig(paths: ["/nonexistent/config"]) }
    }
}
