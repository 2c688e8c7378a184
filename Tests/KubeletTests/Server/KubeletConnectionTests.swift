// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOHTTP1
import Testing

@testable import Kubelet

struct KubeletConnectionTests {
    @Test("paths and queries are decoded")
    func requests() {
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST,
            uri: "/exec/default/web/app?command=sh&command=-c&command=echo+a%26b&tty=1&input=true")
        let request = KubeletRequest(head)
        #expect(request.path == ["exec", "default", "web", "app"])
        #expect(request.values("command") == ["sh", "-c", "echo a&b"])
        #expect(request.flag("tty"))
        #expect(request.flag("input"))
        #expect(!request.flag("output"))
    }

    @Test(
        "escapes that are none are left alone",
        arguments: [("a%2Fb", "a/b"), ("100%", "100%"), ("%zz", "%zz"), ("%4", "%4")])
    func escapes(_ text: String, _ expected: String) {
        #expect(PercentCoding.decode(text) == expected)
    }

    @Test(
        "only the API server and administrators are let in",
        arguments: [
            ("CN=kube-apiserver-kubelet-client,O=system:masters", true), ("O=system:masters,CN=admin", true),
            ("CN=kube-apiserver-kubelet-client", true), ("CN=system:node:node-1,O=system:nodes", false),
            ("CN=x O=system:masters", false), ("", false),
        ])
    func access(_ subject: String, _ expected: Bool) {
        #expect(KubeletAccess.isAllowed(subject) == expected)
    }
}
