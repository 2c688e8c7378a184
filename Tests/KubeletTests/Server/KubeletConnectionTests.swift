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
            version: .http1_1, method: .POST, uri: "/exec/default/web/app?command=sh&command=-c&command=echo+a%26b&tty=1&input=true")
        let request = KubeletRequest(head)
        #expect(request.path == ["exec", "default", "web", "app"])
        #expect(request.values("command") == ["sh", "-c", "echo a&b"])
        #expect(request.flag("tty"))
        #expect(request.flag("input"))
        #expect(!request.flag("output"))
    }

    @Test("escapes that are none are left alone", arguments: [("a%2Fb", "a/b"), ("100%", "100%"), ("%zz", "%zz"), ("%4", "%4")])
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

    @Test("the runtime's address is taken apart, and asked for an upgrade with the client's headers")
    func runtimeURL() throws {
        let url = try #require(RuntimeURL("http://127.0.0.1:41234/exec/AbC_-1"))
        #expect(url.host == "127.0.0.1")
        #expect(url.port == 41234)
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/exec/default/web/app?command=sh")
        head.headers = [
            "Host": "node", "Upgrade": "SPDY/3.1", "Connection": "Upgrade", "Authorization": "secret",
            "X-Stream-Protocol-Version": "v4.channel.k8s.io",
        ]
        #expect(
            url.requestText(head)
                == "POST /exec/AbC_-1 HTTP/1.1\r\nHost: 127.0.0.1:41234\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\n"
                + "X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n")
        #expect(RuntimeURL("http://[::]:80")?.host == "127.0.0.1")
        #expect(RuntimeURL("unix:///x") == nil)
        #expect(RuntimeURL("http://host/x") == nil)
    }
}
