// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Kubelet

struct ContainerdConfigurationTests {
    @Test(
        "paths hang below the data directory, whatever its slashes",
        arguments: [
            ("/var/lib/martlet", "/var/lib/martlet/agent"), ("/var/lib/martlet//", "/var/lib/martlet/agent"),
            ("/", "/agent"),
        ])
    func paths(_ directory: String, _ agent: String) {
        let paths = ContainerdPaths(dataDirectory: directory)
        #expect(paths.agent == agent && paths.endpoint == "unix://\(agent)/containerd/containerd.sock")
    }

    @Test("strings are quoted for TOML")
    func quoting() {
        let paths = ContainerdPaths(dataDirectory: "/a\"b\\c")
        let text = ContainerdConfiguration(
            paths: paths, snapshotter: "native", runc: "/bin/runc", cniPlugins: "/cni", restrictOOMScore: true
        ).text
        #expect(text.contains(#"root = "/a\"b\\c/agent/containerd/root""#))
        #expect(text.contains("restrict_oom_score_adj = true") && text.contains(#"snapshotter = "native""#))
        #expect(text.contains(#"sandbox_image = "martlet.local/pause:1""#))
    }

    @Test(
        "a process's start time is found whatever its name is",
        arguments: [
            ("7 (a) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4242 0", UInt64(4242)),
            ("7 (a) b) S) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0", 99),
            ("7 (a) Z 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0", nil), ("7 (a) S 1", nil), ("", nil),
        ])
    func startTime(_ stat: String, _ expected: UInt64?) { #expect(ProcessIdentity.startTime(stat: stat) == expected) }

    @Test("pid files are read back, and bad ones are not")
    func pidFile() throws {
        let identity = ProcessIdentity(pid: 77, startTime: 5, bootID: "abc-1")
        #expect(ProcessIdentity(text: identity.text) == identity)
        for text in ["", "1 5 a", "-3 5 a", "x 5 a", "77 5", "77 99999999999999999999 a"] {
            #expect(ProcessIdentity(text: text) == nil, "\(text)")
        }
    }

    @Test("mount points below a directory are found, escapes and all")
    func mountPoints() {
        let text = """
            30 1 0:1 / / rw - ext4 /dev/a rw
            31 30 0:2 / /d/agent/state/x\\040y rw shared:1 - overlay overlay rw
            32 30 0:3 / /d/agentother rw - tmpfs tmpfs rw
            33 31 0:4 net:[1] /d/agent/n rw - nsfs nsfs rw
            """
        #expect(ContainerdCleanup.mountPoints(text, below: "/d/agent") == ["/d/agent/state/x y", "/d/agent/n"])
    }

    @Test(
        "capabilities are read from a status file",
        arguments: [
            ("CapEff:\t000001ffffffffff\n", true), ("CapEff:\t000001fffeffffff\n", false), ("", false),
            ("CapEff:\tzz\n", false),
        ])
    func capability(_ status: String, _ expected: Bool) {
        #expect(ContainerdHost.hasCapability(24, status: status) == expected)
    }
}
