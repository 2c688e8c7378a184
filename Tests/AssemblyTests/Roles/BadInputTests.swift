// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Glibc
import Testing

/// What users get wrong: one line that says what and what to do, an exit status that is not 0, and nothing left behind.
@Suite(.timeLimit(.minutes(2)))
struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// `DIR` stands for a directory of the test's own.
        var arguments: String
        /// Prepares the directory.
        var prepare: @Sendable (Scratch) throws -> Void = { _ in }
        /// Runs before the program, in mounts of its own.
        var shell: String?
        /// What the line has to contain.
        var expected: [String]
        var status: Int32 = 1
        var testDescription: String { name }
    }

    private static func run(_ c: Case) async throws {
        let scratch = try Scratch()
        try c.prepare(scratch)
        let words = c.arguments.replacingOccurrences(of: "DIR", with: scratch.path).split(separator: " ")
        let shell = c.shell?.replacingOccurrences(of: "DIR", with: scratch.path)
        let process = try MartletProcess(words.map(String.init), in: scratch, shell: shell)
        #expect(await process.waitForEnd() == c.status, "\(process.said)")
        let faults = process.said.split(separator: "\n").filter { $0.hasPrefix("martlet: ") }
        #expect(faults.count == 1, "\(process.said)")
        for part in c.expected { #expect(process.said.contains(part), "\(process.said)") }
        #expect(!process.said.contains("Fatal error"))
        #expect(MartletProcess.traces(of: scratch.path).isEmpty)
    }

    private static let server = "apiserver --bind-address 127.0.0.1 --secure-port 0 --data-dir"

    @Test(
        "flags",
        arguments: [
            Case(
                name: "one that there is not", arguments: "server --no-such-flag",
                expected: ["--no-such-flag", "see 'martlet server --help'"], status: 64),
            Case(
                name: "a command that there is not", arguments: "serve", expected: ["serve", "martlet --help"],
                status: 64),
            Case(
                name: "a port that is none", arguments: "apiserver --secure-port 70000",
                expected: ["--secure-port 70000 is not a port"], status: 64),
            Case(
                name: "a port that is no number", arguments: "apiserver --secure-port abc",
                expected: ["abc", "secure-port"],
                status: 64),
            Case(
                name: "a range that is none", arguments: "apiserver --service-cluster-ip-range 10.0.0.0/99",
                expected: ["10.0.0.0/99 is not a range"], status: 64),
            Case(
                name: "a role without its kubeconfig", arguments: "scheduler", expected: ["--kubeconfig"], status: 64),
            Case(
                name: "a taint that is none", arguments: "server --register-with-taints a=b",
                expected: ["a=b is not KEY=VALUE:EFFECT"], status: 64),
        ])
    func flags(_ c: Case) async throws { try await Self.run(c) }

    @Test(
        "data directories",
        arguments: [
            Case(
                name: "a file in its place", arguments: "\(server) DIR/file",
                prepare: { _ = try $0.write("file", "x") }, expected: ["Not a directory"]),
            Case(
                name: "where nobody can write", arguments: "\(server) /proc/martlet",
                expected: ["/proc/martlet", "data directory"]),
            Case(
                name: "a read-only file system", arguments: "\(server) DIR/data",
                shell: "mkdir DIR/data; mount --bind DIR/data DIR/data; mount -o remount,ro,bind DIR/data; exec \"$@\"",
                expected: ["Read-only file system"]),
            Case(
                name: "a database that is none", arguments: "\(server) DIR",
                prepare: {
                    try FileManager.default.createDirectory(
                        atPath: $0.path + "/db", withIntermediateDirectories: false)
                    _ = try $0.write("db/state.sqlite", String(repeating: "no database ", count: 1000))
                }, expected: ["state.sqlite"]),
            Case(
                name: "a token file that is not there", arguments: "\(server) DIR/data --token-auth-file DIR/none",
                expected: ["cannot read --token-auth-file"]),
        ])
    func directories(_ c: Case) async throws { try await Self.run(c) }

    @Test(
        "kubeconfig files",
        arguments: ["scheduler", "controller-manager", "proxy", "dns", "kubelet"],
        [
            ("none", nil, "no kubeconfig file at"), ("kubeconfig", "a: [", "cannot be read"),
            ("kubeconfig", "kind: Config", "names no current context"),
            ("kubeconfig", "current-context: x", "context \"x\" does not exist"),
        ] as [(String, String?, String)])
    func kubeconfigs(_ role: String, _ file: (name: String, text: String?, expected: String)) async throws {
        try await Self.run(
            Case(
                name: role, arguments: "\(role) --kubeconfig DIR/\(file.name)",
                prepare: { if let text = file.text { _ = try $0.write(file.name, text) } }, expected: [file.expected]))
    }

    @Test("a port that somebody has")
    func port() async throws {
        let (descriptor, port) = try Scratch.listen()
        defer { close(descriptor) }
        try await Self.run(
            Case(
                name: "port", arguments: "apiserver --bind-address 127.0.0.1 --secure-port \(port) --data-dir DIR/data",
                expected: ["cannot listen on 127.0.0.1:\(port)", "choose another port"]))
    }

    @Test(
        "hosts that cannot run containers", .enabled(if: geteuid() == 0 && access("/usr/bin/containerd", X_OK) == 0),
        arguments: [
            Case(
                name: "no containerd", arguments: "server --data-dir DIR/data",
                shell: "mount --bind /dev/null /usr/bin/containerd; exec \"$@\"",
                expected: ["no containerd found", "apt-get install containerd"]),
            Case(
                name: "no runc", arguments: "server --data-dir DIR/data",
                shell: "mount --bind /dev/null \"$(command -v runc)\"; exec \"$@\"",
                expected: ["no runc found", "apt-get install runc"]),
            Case(
                name: "no root", arguments: "server --data-dir DIR/data",
                shell: "exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"",
                expected: ["containers need root", "--disable-agent"]),
            Case(
                name: "a path too long for sockets",
                arguments: "server --data-dir DIR/\(String(repeating: "d", count: 90))",
                expected: ["too long for a socket", "--data-dir"]),
        ])
    func hosts(_ c: Case) async throws { try await Self.run(c) }
}
