// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives
import Testing
import Wire

@testable import PodNetwork

struct NetworkPlanTests {
    private static let configuration = PodNetworkConfiguration(
        nodeName: "n1", clusterCIDRs: [CIDR("10.244.0.0/16")].compactMap { $0 },
        serviceCIDRs: [CIDR("10.96.0.0/12")].compactMap { $0 })

    static func range(_ name: String, _ podCIDR: String, _ address: String) throws -> NodeRange {
        NodeRange(
            name: name, podCIDR: try #require(CIDR(podCIDR)), internalIP: try #require(NetworkAddress(address)))
    }

    @Test("a node alone has a bridge and no tunnel")
    func single() throws {
        let own = try Self.range("n1", "10.244.0.0/24", "192.0.2.1")
        let plan = NetworkPlan(own: own, others: [own], underlayMTU: 1400, Self.configuration)
        #expect(plan.overlay == nil)
        #expect(plan.bridge.address.description == "10.244.0.1" && plan.bridge.prefixLength == 24)
        #expect(plan.bridge.hardwareAddress.description == "0a:58:0a:f4:00:01")
        #expect(plan.bridge.mtu == 1350, "room for the tunnel is kept from the start: pods keep their MTU")
        #expect(plan.bridge.routes.map(\.description) == ["10.96.0.0/12"])
    }

    @Test("the tunnel leads to every other node that can be right")
    func peers() throws {
        let own = try Self.range("n1", "10.244.0.0/24", "192.0.2.1")
        let plan = NetworkPlan(
            own: own,
            others: [
                own, try Self.range("n3", "10.244.3.0/24", "192.0.2.3"),
                try Self.range("n2", "10.244.2.0/24", "192.0.2.2"),
                try Self.range("same-range", "10.244.0.128/25", "192.0.2.4"),
                try Self.range("same-address", "10.244.5.0/24", "192.0.2.1"),
                try Self.range("taken-range", "10.244.2.0/24", "192.0.2.6"),
            ], underlayMTU: 1500, Self.configuration)
        let overlay = try #require(plan.overlay)
        #expect(overlay.address.description == "10.244.0.0" && overlay.local.description == "192.0.2.1")
        #expect(overlay.peers.map(\.podCIDR.description) == ["10.244.2.0/24", "10.244.3.0/24"])
        #expect(overlay.peers.map(\.underlay.description) == ["192.0.2.2", "192.0.2.3"])
        #expect(overlay.peers.first?.hardwareAddress.description == "0a:58:0a:f4:02:00")
    }

    @Test("a tiny link still carries what IPv4 has to")
    func smallMTU() throws {
        let own = try Self.range("n1", "10.244.0.0/24", "192.0.2.1")
        #expect(NetworkPlan(own: own, others: [], underlayMTU: 68, Self.configuration).bridge.mtu == 576)
    }

    struct NodeCase: Sendable, CustomTestStringConvertible {
        var name: String
        var podCIDRs: [String]
        var addresses: [(String, String)]
        var expected: String?
        var testDescription: String { name }
    }

    @Test(
        "a node is read once it has a range and an address",
        arguments: [
            NodeCase(
                name: "complete", podCIDRs: ["10.244.1.0/24"],
                addresses: [("Hostname", "n"), ("InternalIP", "192.0.2.9")],
                expected: "10.244.1.0/24 192.0.2.9"),
            NodeCase(
                name: "dual stack", podCIDRs: ["fd00::/64", "10.244.1.0/24"],
                addresses: [("InternalIP", "fd00::9"), ("InternalIP", "192.0.2.9")], expected: "10.244.1.0/24 192.0.2.9"
            ),
            NodeCase(name: "no range", podCIDRs: [], addresses: [("InternalIP", "192.0.2.9")], expected: nil),
            NodeCase(
                name: "no address", podCIDRs: ["10.244.1.0/24"], addresses: [("ExternalIP", "192.0.2.9")], expected: nil
            ),
            NodeCase(
                name: "no room", podCIDRs: ["10.244.1.0/31"], addresses: [("InternalIP", "192.0.2.9")], expected: nil),
            NodeCase(name: "nonsense", podCIDRs: ["10.244.1/24"], addresses: [("InternalIP", "here")], expected: nil),
        ])
    func node(_ c: NodeCase) {
        let node = Node {
            $0.metadata.name = "n"
            $0.spec.podCIDR = c.podCIDRs.first ?? ""
            $0.spec.podCIDRs = c.podCIDRs
            $0.status.addresses = c.addresses.map { address in
                NodeAddress {
                    $0.type = address.0
                    $0.address = address.1
                }
            }
        }
        #expect(NodeRange(node).map { "\($0.podCIDR) \($0.internalIP)" } == c.expected)
    }
}
