// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import MartletTestKit
import Primitives
import Testing

@testable import PodNetwork

struct MasqueradeRulesTests {
    @Test("the table is that of the golden file", arguments: [false, true])
    func golden(hides: Bool) throws {
        let text = MasqueradeRules.text(
            podCIDR: try #require(CIDR("10.244.1.0/24")),
            clusterCIDRs: [try #require(CIDR("10.244.0.0/16")), try #require(CIDR("fd00::/64"))],
            hidesSameNodeClients: hides)
        try GoldenFile(hides ? "masquerade-same-node.nft" : "masquerade.nft", foldersUp: 1).expect(text)
    }

    @Test("a firewall that drops is asked to let pods through, once")
    func foreignFirewall() throws {
        let chain = "ip filter FORWARD"
        let dropping = "chain FORWARD {\n type filter hook forward priority filter; policy drop;\n}"
        let block = try #require(CIDR("10.244.0.0/16"))
        #expect(MasqueradeRules.dropsPods(dropping))
        #expect(!MasqueradeRules.dropsPods(dropping + "ip saddr 10.244.0.0/16 accept comment \"martlet\" # handle 7"))
        #expect(!MasqueradeRules.dropsPods("chain FORWARD {\n policy accept;\n}"))
        #expect(
            MasqueradeRules.acceptance(in: chain, clusterCIDRs: [block]) == """
                insert rule ip filter FORWARD ip saddr 10.244.0.0/16 accept comment "martlet"
                insert rule ip filter FORWARD ip daddr 10.244.0.0/16 accept comment "martlet"

                """)
    }

    @Test("only its own rules are taken back from another firewall")
    func withdrawal() {
        let listing = """
            table ip filter {
                chain FORWARD { # handle 1
                    ip saddr 10.244.0.0/16 accept comment "martlet" # handle 12
                    ip saddr 10.1.0.0/16 accept comment "other" # handle 13
                    accept comment "martlet" # handle x; flush ruleset
                }
            }
            """
        #expect(
            MasqueradeRules.withdrawal(from: "ip filter FORWARD", listing: listing)
                == "delete rule ip filter FORWARD handle 12\n")
    }
}
