// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import CLinux
import Glibc

/// A network namespace for one test, with a name of its own, so that tests can run twice at once.
///
/// Deleting it takes all its links, routes and rules away.
public final class NetworkNamespace: Sendable {
    /// A command that failed, with what it said.
    public struct Failure: Error, CustomStringConvertible {
        public var description: String

        public init(description: String) { self.description = description }
    }

    /// Why there can be none here; `nil` where there can be. Meant for `.enabled(if:)`.
    public static let obstacle: String? = {
        if geteuid() != 0 { return "needs root" }
        for program in ["ip", "nft", "busybox"] where shell("command -v \(program)").status != 0 {
            return "needs the program \(program)"
        }
        let probe = "unshare -n sh -c 'ip link add name br0 type bridge && nft add table inet probe'"
        return shell(probe).status == 0 ? nil : "the kernel has no namespaces, bridges or nftables for this process"
    }()

    public let name: String

    /// - Parameter label: tells the namespaces of one test apart; part of the name.
    public init(_ label: String) throws {
        name = "martlet-\(label)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Self.check("ip netns add \(name)")
        try run("ip link set lo up")
    }

    deinit {
        // What runs inside would keep the namespace alive.
        _ = Self.shell("ip netns pids \(name) | xargs -r kill -9; ip netns del \(name)")
    }

    /// Runs a shell command in the namespace of the tests.
    ///
    /// - Throws: ``Failure`` when its status is not 0.
    @discardableResult
    public static func onHost(_ command: String) throws -> String { try check(command) }

    /// What to put before a command to run it inside.
    public var prefix: [String] { ["ip", "netns", "exec", name] }

    /// Runs a shell command inside and returns what it prints.
    ///
    /// - Throws: ``Failure`` when its status is not 0.
    @discardableResult
    public func run(_ command: String) throws -> String {
        try Self.check("ip netns exec \(name) sh -c \(Self.quote(command))")
    }

    /// Starts a shell command inside and returns at once. It ends with the namespace.
    public func start(_ command: String) throws {
        try Self.check("ip netns exec \(name) sh -c \(Self.quote(command)) >/dev/null 2>&1 </dev/null &")
    }

    /// Runs a shell command inside until it succeeds, at most for `seconds`.
    public func eventually(_ command: String, seconds: Int = 10) throws -> String {
        for _ in 0..<(seconds * 20) {
            if let output = try? run(command) { return output }
            usleep(50_000)
        }
        return try run(command)
    }

    /// Calls `body` with the calling thread inside: sockets it opens belong to the namespace. It must not suspend.
    public func enter<Result>(_ body: () throws -> Result) throws -> Result {
        let outside = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        let inside = open("/run/netns/\(name)", O_RDONLY | O_CLOEXEC)
        defer {
            close(outside)
            close(inside)
        }
        guard outside >= 0, inside >= 0, martlet_set_network_namespace(inside) == 0 else {
            throw Failure(description: "cannot enter \(name): \(String(cString: strerror(errno)))")
        }
        defer { _ = martlet_set_network_namespace(outside) }
        return try body()
    }

    @discardableResult
    private static func check(_ command: String) throws -> String {
        let (status, output) = shell(command)
        guard status == 0 else { throw Failure(description: "\(command): status \(status): \(output)") }
        return output
    }

    private static func shell(_ command: String) -> (status: Int32, output: String) {
        guard let pipe = popen("PATH=$PATH:/usr/sbin:/sbin; { \(command)\n} 2>&1", "r") else { return (-1, "") }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer.prefix(count) }
        return (pclose(pipe) >> 8, String(decoding: bytes, as: UTF8.self))
    }

    private static func quote(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
