// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Logging
import MartletTestKit
import Primitives
import Testing

@testable import PodNetwork

/// Hosts in network namespaces of their own, joined by a switch, with the pod network on each.
@Suite(.serialized, .enabled(if: NetworkNamespace.obstacle == nil, "\(NetworkNamespace.obstacle ?? "")"))
struct HostNetworkSerialTests {
    /// A host with a pod.
    private struct Host {
        var namespace: NetworkNamespace
        var pod: NetworkNamespace
        var range: NodeRange
        var network: HostNetwork
        var configuration: PodNetworkConfiguration
    }

    private static func makeHost(_ number: Int, on lan: NetworkNamespace) throws -> Host {
        let namespace = try NetworkNamespace("host\(number)")
        let address = "192.0.2.\(number)"
        try lan.run("ip link add to\(number) type veth peer name eth0 netns \(namespace.name)")
        try lan.run("ip link set to\(number) master switch up")
        try namespace.run("ip addr add \(address)/24 dev eth0 && ip link set eth0 up")
        let configuration = PodNetworkConfiguration(
            nodeName: "n\(number)", clusterCIDRs: [try #require(CIDR("10.244.0.0/16"))],
            serviceCIDRs: [try #require(CIDR("10.96.0.0/12"))])
        return Host(
            namespace: namespace, pod: try NetworkNamespace("pod\(number)"),
            range: try NetworkPlanTests.range("n\(number)", "10.244.\(number).0/24", address),
            network: HostNetwork(
                configuration: configuration, command: HostCommand(prefix: namespace.prefix),
                logger: Logger(label: "test")), configuration: configuration)
    }

    private static func makeSwitch() throws -> NetworkNamespace {
        let lan = try NetworkNamespace("lan")
        try lan.run("ip link add switch type bridge && ip link set switch up")
        return lan
    }

    /// What the CNI plugin does.
    private static func connectPod(_ host: Host) throws {
        let gateway = host.range.gateway
        let address = try #require(host.range.podCIDR.address(at: 5))
        try host.namespace.run("ip link add pod type veth peer name eth0 netns \(host.pod.name)")
        try host.namespace.run("ip link set pod master martlet0 up")
        try host.pod.run(
            "ip addr add \(address)/24 dev eth0 && ip link set eth0 up && ip route add default via \(gateway)")
    }

    private static func apply(_ host: Host, others: [Host]) async throws {
        let ranges = others.map(\.range)
        try host.namespace.enter {
            try Sysctl.write("net/ipv4/ip_forward", "1")
            let mtu = try host.network.underlayMTU(host.range)
            try host.network.apply(
                NetworkPlan(own: host.range, others: ranges, underlayMTU: mtu, host.configuration))
        }
        try await host.network.applyRules(podCIDR: host.range.podCIDR, filtersBridge: true)
    }

    @Test("pods of two hosts reach each other through the tunnel; outside of the cluster a pod appears as its node")
    func twoHosts() async throws {
        let lan = try Self.makeSwitch()
        let (first, second) = (try Self.makeHost(1, on: lan), try Self.makeHost(2, on: lan))
        for (host, others) in [(first, [second]), (second, [first])] {
            try await Self.apply(host, others: others)
            try Self.connectPod(host)
        }
        _ = try first.pod.eventually("busybox ping -c1 -W1 10.244.2.5")
        _ = try first.namespace.eventually("busybox ping -c1 -W1 10.244.1.5")
        _ = try first.namespace.eventually("busybox ping -c1 -W1 10.244.2.5")
        // Without a route back, the second host can answer the pod only where it appears as the first host.
        try second.namespace.run("ip route del 10.244.1.0/24")
        _ = try first.pod.eventually("busybox ping -c1 -W1 192.0.2.2")
    }

    @Test("the same nodes again change nothing; a node that leaves is forgotten; removal leaves nothing")
    func lifeCycle() async throws {
        let lan = try Self.makeSwitch()
        let hosts = try (1...3).map { try Self.makeHost($0, on: lan) }
        // Without what the kernel settles by itself a moment later (state, queue), and without the names of namespaces.
        let links = "ip -o link | sed -E 's/<[^>]*>//; s/ (state|qdisc) [A-Za-z_]+//g; s/ link-netns [^ ]+//'"
        let listing =
            "\(links); ip -o -4 addr; ip route | sed 's/ linkdown//'; ip neigh show nud permanent; "
            + "bridge fdb show dev martlet.vxlan"
        let own = hosts[0]
        try await Self.apply(own, others: [hosts[1], hosts[2]])
        let before = try own.namespace.run(listing)
        try await Self.apply(own, others: [hosts[1], hosts[2]])
        #expect(try own.namespace.run(listing) == before)
        #expect(before.contains("10.244.3.0/24 via 10.244.3.0") && before.contains("dst 192.0.2.3"))

        try await Self.apply(own, others: [hosts[1]])
        let fewer = try own.namespace.run(listing)
        #expect(!fewer.contains("10.244.3.0") && !fewer.contains("192.0.2.3") && fewer.contains("10.244.2.0/24 via"))

        try await Self.apply(own, others: [])
        #expect(try !own.namespace.run("ip -o link").contains("martlet.vxlan"), "a node alone needs no tunnel")

        try own.namespace.enter { try own.network.removeLinks() }
        try await own.network.removeRules()
        #expect(try !own.namespace.run("\(links); nft list ruleset").contains("martlet"))
    }
}
