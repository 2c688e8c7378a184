// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import MartletTestKit

/// A node with two pods and a client outside, each in a network namespace of its own.
final class ServiceLab {
    let node: NetworkNamespace
    let pods: [NetworkNamespace]
    let outside: NetworkNamespace
    /// Files of the test; removed with it.
    let directory: String

    init() throws {
        var template = Array("/tmp/martlet-lab-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw NetworkNamespace.Failure(description: "cannot make a directory") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        node = try NetworkNamespace("node")
        outside = try NetworkNamespace("outside")
        pods = try (0..<2).map { try NetworkNamespace("pod\($0)") }
        try node.run(
            "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet")
        try node.run("ip link add eth0 type veth peer name eth0 netns \(outside.name)")
        try node.run("ip addr add 192.0.2.1/24 dev eth0 && ip link set eth0 up")
        try outside.run("ip addr add 192.0.2.9/24 dev eth0 && ip link set eth0 up")
        // Services and pods are routed to the node, so that both can be tried from outside.
        try outside.run("ip route add 10.0.0.0/8 via 192.0.2.1")
        try node.run("ip route add 10.96.0.0/12 dev eth0")
        for (index, pod) in pods.enumerated() {
            let (own, gateway) = ("10.244.\(index).5", "10.244.\(index).1")
            try node.run("ip link add pod\(index) type veth peer name eth0 netns \(pod.name)")
            try node.run("ip addr add \(gateway)/24 dev pod\(index) && ip link set pod\(index) up")
            try pod.run("ip addr add \(own)/24 dev eth0 && ip link set eth0 up && ip route add default via \(gateway)")
            try serve("pod\(index)", on: pod, at: "8080")
        }
    }

    deinit { _ = try? outside.run("rm -rf \(directory)") }

    /// Starts a web server that tells its name and the address of its client.
    ///
    /// - Parameter address: `address:port` or a port.
    func serve(_ name: String, on host: NetworkNamespace, at address: String) throws {
        let home = "\(directory)/\(name)"
        // busybox may show an IPv4 client as [::ffff:ADDRESS].
        let script = "#!/bin/sh\\necho\\na=${REMOTE_ADDR##*:}\\necho \(name) ${a%%%%]}\\n"
        try host.run(
            "mkdir -p \(home)/cgi-bin && printf '\(script)' > \(home)/cgi-bin/who && chmod +x \(home)/cgi-bin/who")
        try host.start("busybox httpd -f -p \(address) -h \(home)")
    }
}
