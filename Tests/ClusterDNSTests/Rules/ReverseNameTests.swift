// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

@testable import ClusterDNS

struct ReverseNameTests {
    @Test(
        "addresses and their names",
        arguments: [
            ("10.96.0.1", "1.0.96.10.in-addr.arpa."),
            ("fd00::a1", "1.a." + String(repeating: "0.", count: 26) + "0.0.d.f.ip6.arpa."),
        ])
    func roundTrip(address: String, name: String) throws {
        let address = try #require(NetworkAddress(address))
        #expect(ReverseName.name(address).description == name)
        #expect(ReverseName.address(ReverseName.name(address)) == address)
    }

    @Test(
        "other names",
        arguments: [
            "in-addr.arpa", "10.in-addr.arpa", "1.2.3.4.5.in-addr.arpa", "256.0.0.1.in-addr.arpa",
            "a.0.0.1.in-addr.arpa",
            "1.0.96.10.in-addr.example", "arpa", "1.ip6.arpa", "g." + String(repeating: "0.", count: 31) + "ip6.arpa",
            "10." + String(repeating: "0.", count: 31) + "ip6.arpa",
        ])
    func others(name: String) throws { #expect(ReverseName.address(try #require(DNSName(name))) == nil) }
}
