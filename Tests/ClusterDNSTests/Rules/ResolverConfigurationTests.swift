// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

@testable import ClusterDNS

struct ResolverConfigurationTests {
    @Test("a file is read as resolv.conf(5) says")
    func read() throws {
        let text = """
            # comment
            ; another
            search example.org
            nameserver 192.0.2.53 # with a comment
            nameserver 192.0.2.53
            nameserver\t2001:db8::53
            nameserver fe80::1%eth0
            nameserver bogus
            nameserver
            nameserver 10.96.0.10
            nameserver 192.0.2.54
            nameserver 192.0.2.55
            options ndots:5 timeout:3 attempts:99 rotate timeout:x
            """
        let own = try #require(NetworkAddress("10.96.0.10"))
        let configuration = ResolverConfiguration(text, excluding: [own])
        #expect(configuration.servers.map(\.description) == ["192.0.2.53", "2001:db8::53", "192.0.2.54"])
        #expect(configuration.timeout == .seconds(3) && configuration.attempts == 5)
        #expect(ResolverConfiguration("").servers.isEmpty)
    }
}
