// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Glibc
import MartletTestKit
import Testing

/// A server that vanishes without a word: its cable is pulled.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: NetworkNamespace.obstacle == nil))
struct DeadPeerSerialTests {
    @Test("a quiet stream to a server that has vanished ends with an error")
    func vanished() async throws {
        // The link's name is at most 15 bytes; the addresses are of a network that documentation uses (TEST-NET-2).
        let tag = UInt16.random(in: 0 ... .max)
        let link = "mdead\(tag)"
        let net = "198.51.100.\(Int(tag % 60) * 4)"
        let parts = net.split(separator: ".").compactMap { Int($0) }
        let (here, there) = ("198.51.100.\(parts[3] + 1)", "198.51.100.\(parts[3] + 2)")
        let host = try NetworkNamespace("dead")
        try NetworkNamespace.onHost("ip link add \(link) type veth peer name eth0 netns \(host.name)")
        defer { _ = try? NetworkNamespace.onHost("ip link del \(link)") }
        try NetworkNamespace.onHost("ip addr add \(here)/30 dev \(link) && ip link set \(link) up")
        try host.run("ip addr add \(there)/30 dev eth0 && ip link set eth0 up")
        // Answers with headers and the beginning of a body that never goes on.
        let answer = "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nhi!\\r\\n"
        try host.start("(printf '\(answer)'; sleep 1000) | busybox nc -l -p 8080")
        _ = try host.eventually("busybox netstat -ltn | grep -q 8080")

        let transport = try HTTPTransport(
            ConnectionConfiguration(server: "http://\(there):8080"),
            keepAlive: KeepAlive(idle: 1, interval: 1, probes: 2))
        let stream = try await transport.stream(TransportRequest(.get, "/"))
        var iterator = stream.body.makeAsyncIterator()
        #expect(try await iterator.next() == Array("hi!".utf8))
        try host.run("ip link set eth0 down")
        let error = await #expect(throws: TransportError.self) { _ = try await iterator.next() }
        #expect(error?.isRetryable == true)
        try await transport.shutDown()
    }
}
