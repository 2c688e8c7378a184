// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser
import Foundation
import LoadGenerator

/// What is measured.
enum Target: Sendable {
    /// A binary that is started anew for each workload.
    case binary(String)
    /// A server that runs already, and the processes that it is.
    case running(Endpoint, processes: [Int32])
}

struct TargetOptions: ParsableArguments {
    @Option(help: "The binary to measure.")
    var martlet: String?

    @Option(help: "URL of a server that runs, such as https://127.0.0.1:6443.")
    var server: String?

    @Option(help: "Bearer token for --server.")
    var token: String?

    @Option(help: "PEM file of who signs the certificate of --server; without it any certificate will do.")
    var certificateAuthority: String?

    @Option(help: "PEM file of a client certificate for --server.")
    var clientCertificate: String?

    @Option(help: "PEM file of the key of --client-certificate.")
    var clientKey: String?

    @Option(help: "Take server and credentials from the current context of this file.")
    var kubeconfig: String?

    @Option(help: "A process of the server that runs, for its memory; may be repeated.")
    var pid: [Int32] = []

    func target() throws -> Target {
        if let kubeconfig { return .running(try KubeconfigReader.endpoint(kubeconfig), processes: pid) }
        guard let server else { return .binary(try binary()) }
        guard let url = URL(string: server), let host = url.host, ["http", "https"].contains(url.scheme ?? "") else {
            throw ValidationError("--server \(server) is not a URL such as https://127.0.0.1:6443")
        }
        var pair: (chain: [UInt8], key: [UInt8])?
        if let clientCertificate, let clientKey {
            pair = (try Self.bytes(clientCertificate), try Self.bytes(clientKey))
        }
        let isPlain = url.scheme == "http"
        let endpoint = try Endpoint(
            host: host, port: url.port ?? (isPlain ? 80 : 443), token: token,
            certificateAuthority: try certificateAuthority.map(Self.bytes), clientCertificate: pair, isPlain: isPlain)
        return .running(endpoint, processes: pid)
    }

    private func binary() throws -> String {
        let environment = ProcessInfo.processInfo.environment["MARTLET"]
        let choices =
            [martlet, environment].compactMap { $0 } + [".build/release/martlet", "../.build/release/martlet"]
        guard let path = choices.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw ValidationError("no binary to measure; run 'make release', or name one with --martlet")
        }
        return URL(fileURLWithPath: path).path
    }

    static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
}

/// As much of a kubeconfig as names a server and how to log in there. kubectl turns it into JSON, so no YAML is read here.
enum KubeconfigReader {
    static func endpoint(_ path: String) throws -> Endpoint {
        let output = try Command.run(
            "kubectl", ["--kubeconfig", path, "config", "view", "--raw", "--minify", "--flatten", "-o", "json"])
        guard let root = try JSONSerialization.jsonObject(with: Data(output)) as? [String: Any],
            let cluster = first(root, "clusters", "cluster"), let user = first(root, "users", "user"),
            let server = cluster["server"] as? String, let url = URL(string: server), let host = url.host
        else { throw ValidationError("\(path) names no server") }
        var pair: (chain: [UInt8], key: [UInt8])?
        if let chain = decoded(user["client-certificate-data"]), let key = decoded(user["client-key-data"]) {
            pair = (chain, key)
        }
        return try Endpoint(
            host: host, port: url.port ?? 443, token: user["token"] as? String,
            certificateAuthority: decoded(cluster["certificate-authority-data"]), clientCertificate: pair,
            isPlain: url.scheme == "http")
    }

    private static func first(_ root: [String: Any], _ list: String, _ key: String) -> [String: Any]? {
        ((root[list] as? [[String: Any]])?.first)?[key] as? [String: Any]
    }

    private static func decoded(_ value: Any?) -> [UInt8]? {
        (value as? String).flatMap { Data(base64Encoded: $0) }.map(Array.init)
    }
}

/// Programs that are run to their end.
enum Command {
    /// - Returns: what it wrote to standard output.
    /// - Throws: where it cannot be started, or ends with another status than 0.
    @discardableResult
    static func run(_ program: String, _ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw LoadError.notReady("\(program) ended with status \(process.terminationStatus)")
        }
        return Array(data)
    }
}
