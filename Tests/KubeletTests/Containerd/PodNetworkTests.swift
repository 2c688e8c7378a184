// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import Testing

@testable import Kubelet

/// Whether this process is in a network namespace that has nothing but the loopback link.
private let isOnOwnNetwork: Bool = {
    let links = (HostFile.readText("/proc/self/net/dev") ?? "").split(separator: "\n").dropFirst(2)
    if links.count == 1, links.first?.contains("lo:") == true { return ScratchContainerd.isPossible("PodNetworkTests") }
    print("PodNetworkTests is skipped: it needs an empty network namespace (run the tests with unshare -n)")
    return false
}()

/// Pods with a network of their own, by CNI's plugins. The bridge and the firewall rules are made where the test runs: only
/// in a network namespace of its own (`unshare -n`), never on the host's network.
@Suite(.enabled(if: isOnOwnNetwork), .serialized)
struct PodNetworkTests {
    /// What the pod network of a node writes, on a bridge of the test's own.
    private static func network(_ paths: ContainerdPaths) -> String {
        """
        {"cniVersion": "0.4.0", "name": "martlet", "plugins": [
          {"type": "bridge", "bridge": "mtest0", "isGateway": true, "forceAddress": true, "hairpinMode": true, "mtu": 1400,
           "ipam": {"type": "host-local", "dataDir": "\(paths.cniNetworks)", "ranges": [[{"subnet": "10.213.7.0/24"}]],
                    "routes": [{"dst": "0.0.0.0/0"}]}},
          {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}]}
        """
    }

    @Test("pods get addresses, reach each other, take host ports, and give everything back", .timeLimit(.minutes(2)))
    func pods() async throws {
        try await ScratchContainerd.with { scratch in
            let runtime = scratch.runtime
            #expect(try await runtime.status().networkProblem != nil)
            try HostFile.replace(
                scratch.paths.cniConfigs + "/10-test.conflist", with: Array(Self.network(scratch.paths).utf8),
                mode: 0o644)
            while try await runtime.status().networkProblem != nil { try await Task.sleep(for: .milliseconds(5)) }

            var server = scratch.sandboxConfig("server")
            server.linux.namespaces.network = .pod
            server.hostname = "server"
            server.dns = .init(servers: ["10.96.0.10"], searches: ["cluster.local"], options: ["ndots:5"])
            server.portMappings = [.init(.tcp, containerPort: 8080, hostPort: 18080)]
            let serverID = try await runtime.runPodSandbox(server)
            let address = try #require(try await runtime.podSandboxStatus(serverID).ips.first)
            #expect(address.hasPrefix("10.213.7."))
            let id = try await scratch.startContainer(
                "main", in: serverID, server, script: "while true; do echo hello | nc -l -p 8080; done")
            let files = try await runtime.execSync(
                id, command: ["cat", "/etc/resolv.conf", "/etc/hostname"], timeout: .seconds(5))
            #expect(
                String(decoding: files.stdout, as: UTF8.self)
                    == "search cluster.local\nnameserver 10.96.0.10\noptions ndots:5\nserver\n")

            var client = scratch.sandboxConfig("client")
            client.linux.namespaces.network = .pod
            let clientID = try await runtime.runPodSandbox(client)
            let other = try await scratch.startContainer("main", in: clientID, client, script: "sleep 1000")
            let gateway = "10.213.7.1:18080"
            for target in ["\(address):8080", gateway] {
                let parts = target.split(separator: ":").map(String.init)
                let script = "until nc -w 2 \(parts[0]) \(parts[1]) </dev/null | grep hello; do sleep 0.1; done"
                let said = try await runtime.execSync(other, command: ["sh", "-c", script], timeout: .seconds(10))
                #expect(String(decoding: said.stdout, as: UTF8.self) == "hello\n", "\(target)")
            }
            for sandbox in [serverID, clientID] {
                try await runtime.stopPodSandbox(sandbox)
                try await runtime.removePodSandbox(sandbox)
            }
            let given = HostFile.list(scratch.paths.cniNetworks + "/martlet").filter { $0.hasPrefix("10.") }
            #expect(given.isEmpty)
        }
    }
}
