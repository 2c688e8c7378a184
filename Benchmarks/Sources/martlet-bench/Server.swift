// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Dispatch
import Foundation
import LoadGenerator
import Synchronization

/// A directory that is removed when it is no longer needed.
struct TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        // Short, since sockets in it have addresses of at most 107 bytes.
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("mb.\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    func remove() {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            FileHandle.standardError.write(Data("bench: \(path) is left behind: \(error)\n".utf8))
        }
    }
}

/// The processes that were started and run still, so that they end with the benchmark however it ends.
enum Children {
    private static let running = Mutex<Set<Int32>>([])
    private static let sources = Mutex<[any DispatchSourceSignal]>([])

    static func add(_ pid: Int32) { running.withLock { _ = $0.insert(pid) } }
    static func remove(_ pid: Int32) { running.withLock { _ = $0.remove(pid) } }

    /// Ends them when the benchmark is told to end.
    static func endWithUs() {
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number, SIG_IGN)
            sources.withLock { sources in
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler {
                    running.withLock { for pid in $0 { kill(pid, SIGTERM) } }
                    exit(128 + number)
                }
                source.resume()
                sources.append(source)
            }
        }
    }
}

/// A run of the binary.
final class LaunchedProcess: Sendable {
    static let token = "bench-token"
    let port: Int
    let pid: Int32
    private let logPath: String
    private let process: Mutex<Process>
    private let begin = ContinuousClock.now

    init(_ path: String, _ role: [String], _ directory: TemporaryDirectory) throws {
        port = try Self.freePort()
        let tokens = directory.path + "/tokens.csv"
        try Data("\(Self.token),bench,1,\"system:masters\"\n".utf8).write(to: URL(fileURLWithPath: tokens))
        logPath = directory.path + "/log"
        try Data().write(to: URL(fileURLWithPath: logPath))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments =
            role + [
                "--data-dir", directory.path + "/data", "--bind-address", "127.0.0.1", "--secure-port", String(port),
                "--token-auth-file", tokens,
            ]
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
        process.standardOutput = log
        process.standardError = log
        process.standardInput = FileHandle.nullDevice
        try process.run()
        pid = process.processIdentifier
        Children.add(pid)
        self.process = Mutex(process)
    }

    /// - Returns: seconds since the start.
    func waitUntilReady(_ session: Session) async throws -> Double {
        while ContinuousClock.now - begin < .seconds(60) {
            // Nobody listens yet: that is what is waited for.
            if let answer = try? await session.call(Request("GET", "/readyz")), answer.response.status == 200 {
                return (ContinuousClock.now - begin).inSeconds
            }
            guard process.withLock({ $0.isRunning }) else { throw LoadError.notReady("the server ended: " + logTail) }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw LoadError.notReady("the server did not get ready: " + logTail)
    }

    var isRunning: Bool { process.withLock { $0.isRunning } }

    var logTail: String { String(((try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "").suffix(2000)) }

    /// Ends the process and waits until it is gone.
    func end() {
        process.withLock { process in
            if process.isRunning { process.terminate() }
            let deadline = Date(timeIntervalSinceNow: 30)
            while process.isRunning, Date() < deadline { usleep(2000) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
        Children.remove(pid)
    }

    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard isBound else { throw LoadError.notReady("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// A server while a workload uses it.
final class ServerUnderTest: Sendable {
    let endpoint: Endpoint
    let process: ProcessFacts
    let session: Session
    let generator: LoadGenerator
    private let ready = Mutex(Double.nan)
    private let made = Mutex<[String]>([])

    init(_ endpoint: Endpoint, _ process: ProcessFacts, _ generator: LoadGenerator) {
        self.endpoint = endpoint
        self.process = process
        self.generator = generator
        session = Session(endpoint, generator)
    }

    var secondsToReady: Double {
        get { ready.withLock { $0 } }
        set { ready.withLock { $0 = newValue } }
    }

    /// Makes a namespace in which pods can be made.
    func makeNamespace() async throws -> String {
        let name = "bench-\(UUID().uuidString.prefix(8).lowercased())"
        try await session.must(Request("POST", "/api/v1/namespaces", json: #"{"metadata":{"name":"\#(name)"}}"#))
        made.withLock { $0.append("/api/v1/namespaces/\(name)") }
        // Where controllers run, they may have made it already.
        let account = Request(
            "POST", "/api/v1/namespaces/\(name)/serviceaccounts", json: #"{"metadata":{"name":"default"}}"#)
        let answer = try await session.call(account).response
        guard answer.status == 201 || answer.status == 409 else {
            throw LoadError.unexpected(status: answer.status, body: answer.text)
        }
        return name
    }

    /// Sends many requests and demands that all succeed.
    func load(_ shape: LoadShape, _ make: @escaping @Sendable (Int) -> Request) async throws -> LoadResult {
        let result = try await generator.run(endpoint, shape, make)
        guard result.failures.isEmpty else {
            let sample = make(0)
            throw LoadError.notReady(
                "\(sample.method) \(sample.path): failures by status: \(result.failures) \(result.error ?? "")")
        }
        return result
    }

    func json(_ path: String) async throws -> [String: Any] {
        let body = try await session.must(Request("GET", path))
        return try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
    }

    /// Deletes what was made, as far as it can be.
    func cleanUp() async {
        for path in made.withLock({ $0 }) {
            let pods = Request("DELETE", path + "/pods?gracePeriodSeconds=0")
            _ = try? await session.call(pods, keepsBody: false)
            _ = try? await session.call(Request("DELETE", path), keepsBody: false)
        }
        await session.close()
    }
}
