// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import KubernetesAPI
import Logging
import MartletTestKit
import Primitives
import Testing

@testable import ServiceProxy

/// The rules in a real kernel: a node, two pods and a client outside, each in a network namespace of its own.
@Suite(.serialized, .enabled(if: NetworkNamespace.obstacle == nil, "\(NetworkNamespace.obstacle ?? "")"))
struct KernelRulesSerialTests {
    private static let get = "timeout 2 busybox wget -q -O - "
    private static let pods = [("10.244.0.5", "n1", "ready"), ("10.244.1.5", "n1", "ready")]
    private static let slice = ProxyFixtures.slice(of: "web", pods)

    private func synchronizer(_ lab: ServiceLab) throws -> RuleSynchronizer {
        RuleSynchronizer(
            configuration: try ProxyFixtures.configuration(), filter: NFTables(command: lab.node.prefix + ["nft"]),
            flows: RecordingFlows(), logger: Logger(label: "test"))
    }

    /// Who answered `count` requests of `client`, each as `pod client-address`.
    private func answers(_ url: String, from client: NetworkNamespace, count: Int = 24) throws -> Set<String> {
        let command = Self.get + "http://\(url)/cgi-bin/who"
        _ = try client.eventually(command)
        return Set(try (0..<count).map { _ in try client.run(command) })
    }

    @Test("every endpoint answers a ClusterIP, for pods, the node and clients outside")
    func clusterIP() async throws {
        let lab = try ServiceLab()
        var synchronizer = try synchronizer(lab)
        try await synchronizer.synchronize(
            try ProxyFixtures.rules([.service(ProxyFixtures.service("web", "10.96.1.1")), .endpointSlice(Self.slice)]))
        let fromPod = try answers("10.96.1.1", from: lab.pods[0])
        // The pod reaches the other one as itself, and itself as the node.
        #expect(fromPod.contains("pod1 10.244.0.5\n") && fromPod.count == 2)
        #expect(fromPod.contains { $0.hasPrefix("pod0 ") && !$0.contains("10.244.0.5") })
        #expect(try answers("10.96.1.1", from: lab.node).count == 2)
        let fromOutside = try answers("10.96.1.1", from: lab.outside)
        #expect(fromOutside == ["pod0 10.244.0.1\n", "pod1 10.244.1.1\n"], "clients outside appear as the node")
    }

    @Test("a NodePort answers on the node's addresses, on localhost too; the policy Local keeps the client's address")
    func nodePort() async throws {
        let lab = try ServiceLab()
        var synchronizer = try synchronizer(lab)
        var service = ProxyFixtures.service("web", "10.96.1.1", nodePort: 30080)
        try await synchronizer.synchronize(try ProxyFixtures.rules([.service(service), .endpointSlice(Self.slice)]))
        #expect(try answers("192.0.2.1:30080", from: lab.outside) == ["pod0 10.244.0.1\n", "pod1 10.244.1.1\n"])
        #expect(try answers("127.0.0.1:30080", from: lab.node).count == 2)
        #expect(try answers("192.0.2.1:30080", from: lab.pods[0]).count == 2)
        service.spec.externalTrafficPolicy = "Local"
        try await synchronizer.synchronize(try ProxyFixtures.rules([.service(service), .endpointSlice(Self.slice)]))
        #expect(try answers("192.0.2.1:30080", from: lab.outside) == ["pod0 192.0.2.9\n", "pod1 192.0.2.9\n"])
    }

    @Test("without endpoints a client is refused at once, for a ClusterIP, a NodePort and an unknown address")
    func refused() async throws {
        let lab = try ServiceLab()
        var synchronizer = try synchronizer(lab)
        try await synchronizer.synchronize(
            try ProxyFixtures.rules([.service(ProxyFixtures.service("web", "10.96.1.1", nodePort: 30080))]))
        for (client, url) in [
            (lab.pods[0], "10.96.1.1"), (lab.node, "10.96.1.1"), (lab.outside, "192.0.2.1:30080"),
            (lab.pods[0], "10.96.9.9"),
        ] {
            let output = try client.run("timeout 5 busybox wget -O - http://\(url)/ 2>&1 || true")
            #expect(output.contains("Connection refused"), "\(url)")
        }
    }

    @Test("a client with affinity stays with its endpoint, over changes of the others")
    func affinity() async throws {
        let lab = try ServiceLab()
        var synchronizer = try synchronizer(lab)
        let service = ProxyFixtures.service("web", "10.96.1.1") { $0.sessionAffinity = "ClientIP" }
        try await synchronizer.synchronize(try ProxyFixtures.rules([.service(service), .endpointSlice(Self.slice)]))
        let first = try answers("10.96.1.1", from: lab.outside)
        #expect(first.count == 1)
        let more = ProxyFixtures.slice(of: "web", Self.pods + [("10.244.1.77", "n1", "ready")])
        try await synchronizer.synchronize(try ProxyFixtures.rules([.service(service), .endpointSlice(more)]))
        #expect(try answers("10.96.1.1", from: lab.outside) == first)
    }

    @Test("a connection outlives the change of every rule that made it")
    func establishedConnection() async throws {
        let lab = try ServiceLab()
        var synchronizer = try synchronizer(lab)
        let service = ProxyFixtures.service("web", "10.96.1.1", ports: [("echo", "TCP", 7)])
        let slice = { (pod: String) in
            ProxyFixtures.slice(of: "web", ports: [("echo", "TCP", 7)], [(pod, "n1", "ready")])
        }
        try lab.pods[0].start("busybox nc -ll -p 7 -e cat")
        try await synchronizer.synchronize(
            try ProxyFixtures.rules([.service(service), .endpointSlice(slice("10.244.0.5"))]))
        let (input, output) = ("\(lab.directory)/in", "\(lab.directory)/out")
        try lab.outside.run("mkfifo \(input)")
        try lab.outside.start("sleep 60 > \(input)")
        try lab.outside.start("busybox nc 10.96.1.1 7 < \(input) > \(output)")
        try lab.outside.run("echo one > \(input)")
        _ = try lab.outside.eventually("grep one \(output)")
        try await synchronizer.synchronize(
            try ProxyFixtures.rules([.service(service), .endpointSlice(slice("10.244.1.5"))]))
        try lab.outside.run("echo two > \(input)")
        _ = try lab.outside.eventually("grep two \(output)")
    }

    @Test("a local service is answered by the node itself, for pods and for the node")
    func localService() async throws {
        let lab = try ServiceLab()
        var synchronizer = try synchronizer(lab)
        try lab.node.run("ip addr add 169.254.20.10/32 dev lo scope host")
        try lab.serve("local", on: lab.node, at: "169.254.20.10:5353")
        let local = LocalService(
            name: "dns", address: try ProxyFixtures.address("10.96.0.10"), port: 53, transport: .tcp,
            target: try ProxyFixtures.address("169.254.20.10"), targetPort: 5353)
        try await synchronizer.synchronize(try ProxyFixtures.rules([], localServices: [local]))
        #expect(try answers("10.96.0.10:53", from: lab.pods[0], count: 2) == ["local 10.244.0.5\n"])
        #expect(try answers("10.96.0.10:53", from: lab.node, count: 2).count == 1)
    }

    @Test("all kinds of rules, and every step between them, are accepted by the kernel")
    func allKinds() async throws {
        let node = try NetworkNamespace("node")
        var synchronizer = RuleSynchronizer(
            configuration: try ProxyFixtures.configuration(),
            filter: StrictFilter(base: NFTables(command: node.prefix + ["nft"])), flows: RecordingFlows(),
            logger: Logger(label: "test"))
        let steps = try RuleSetBuilderTests.cases.map { try ProxyFixtures.rules($0.changes) }
        for rules in steps + steps.reversed() + [RuleSet()] { try await synchronizer.synchronize(rules) }
        try await NFTables(command: node.prefix + ["nft"]).apply(RuleSetSkeleton.removal)
        #expect(try node.run("nft list ruleset").isEmpty)
    }
}

/// Fails for good when the kernel refuses anything but the first text, where the synchronizer would start anew.
private struct StrictFilter: PacketFilter {
    let base: NFTables

    func apply(_ commands: String) async throws(PacketFilterError) {
        do {
            try await base.apply(commands)
        } catch {
            throw PacketFilterError(code: .notInstalled, message: "\(error) in:\n\(commands)")
        }
    }
}
