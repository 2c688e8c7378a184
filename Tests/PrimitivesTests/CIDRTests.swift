// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

struct CIDRTests {
    @Test(
        "a block knows its ends",
        arguments: [
            ("10.244.3.7/24", "10.244.3.0/24", "10.244.3.255"), ("0.0.0.0/0", "0.0.0.0/0", "255.255.255.255"),
            ("10.0.0.1/32", "10.0.0.1/32", "10.0.0.1"), ("10.96.0.0/12", "10.96.0.0/12", "10.111.255.255"),
            ("fd00:1::/64", "fd00:1::/64", "fd00:1::ffff:ffff:ffff:ffff"), ("::1/128", "::1/128", "::1"),
            ("::/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ])
    func ends(text: String, canonical: String, last: String) throws {
        let block = try #require(CIDR(text))
        #expect(block.description == canonical)
        #expect(block.last.description == last)
        #expect(block.contains(block.last) && block.contains(block.network))
        #expect(block.last.advanced(by: 1).map { !block.contains($0) } ?? true)
    }

    @Test(
        "text that is no block is refused",
        arguments: [
            "", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "::/129",
            "/8", "a/8",
            "10.0.0.0/8/8", "10.0.0.0/99999999999999999999",
        ])
    func refused(text: String) { #expect(CIDR(text) == nil) }

    @Test("containment and overlap")
    func relations() throws {
        let cluster = try #require(CIDR("10.244.0.0/16"))
        let node = try #require(CIDR("10.244.1.0/24"))
        let services = try #require(CIDR("10.96.0.0/12"))
        #expect(cluster.contains(node) && !node.contains(cluster))
        #expect(cluster.overlaps(node) && node.overlaps(cluster) && !cluster.overlaps(services))
        #expect(services.address(at: 10)?.description == "10.96.0.10")
        #expect(node.address(at: 255)?.description == "10.244.1.255" && node.address(at: 256) == nil)
        #expect(!cluster.contains(.v6(0)))
    }
}
