// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import AsyncHTTPClient
import KubernetesAPI
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What one look at a container found.
struct ProbeFinding: Sendable, Equatable {
    var isSuccess: Bool
    /// What came back, for the event of a failure.
    var output: String

    static func success(_ output: String = "") -> ProbeFinding { ProbeFinding(isSuccess: true, output: output) }
    static func failure(_ output: String) -> ProbeFinding { ProbeFinding(isSuccess: false, output: output) }
}

/// The container that is looked at.
struct ProbeTarget: Sendable {
    var containerID: String
    var podIP: String
    var container: Container
}

/// Looks once at a container, or calls one of its hooks.
protocol Prober: Sendable {
    func probe(_ handler: ProbeHandler, _ target: ProbeTarget, timeout: Duration) async -> ProbeFinding
    func call(_ handler: LifecycleHandler, _ target: ProbeTarget, timeout: Duration) async -> ProbeFinding
}

/// Looks over the network and through the runtime.
final class NetworkProber: Prober {
    private let runtime: any ContainerRuntime
    private let client: HTTPClient
    private let timeKeeperSleep: @Sendable (Duration) async throws -> Void
    private let group: any EventLoopGroup
    private static let outputLimit = 10 * 1024
    private static let redirectLimit = 10

    /// - Parameter sleep: waits, for `sleep` hooks.
    init(runtime: any ContainerRuntime, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.runtime = runtime
        timeKeeperSleep = sleep
        group = MultiThreadedEventLoopGroup.singleton
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none  // as Kubernetes: a probe does not know whom the certificate should name
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.proxy = nil
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    /// Ends what is left of connections.
    func shutDown() async throws { try await client.shutdown() }

    func probe(_ handler: ProbeHandler, _ target: ProbeTarget, timeout: Duration) async -> ProbeFinding {
        if let exec = handler.exec { return await execute(exec.command, target, timeout, isProbe: true) }
        if let get = handler.httpGet { return await fetch(get, target, timeout) }
        if let socket = handler.tcpSocket { return await connect(socket.port, socket.host, target, timeout) }
        if let grpc = handler.grpc {
            return await HealthCheck().check(
                host: target.podIP, port: Int(grpc.port), service: grpc.service ?? "", timeout: timeout)
        }
        return .failure("missing probe handler")
    }

    func call(_ handler: LifecycleHandler, _ target: ProbeTarget, timeout: Duration) async -> ProbeFinding {
        if let exec = handler.exec { return await execute(exec.command, target, timeout, isProbe: false) }
        if let get = handler.httpGet { return await fetch(get, target, timeout) }
        if let socket = handler.tcpSocket { return await connect(socket.port, socket.host, target, timeout) }
        if let sleep = handler.sleep {
            do { try await timeKeeperSleep(min(timeout, .seconds(max(0, sleep.seconds)))) } catch {
                return .failure("\(error)")
            }
            return .success()
        }
        return .failure("invalid handler")
    }

    private func execute(
        _ command: [String], _ target: ProbeTarget, _ timeout: Duration, isProbe: Bool
    ) async -> ProbeFinding {
        do {
            let result = try await runtime.execSync(target.containerID, command: command, timeout: timeout)
            let output = String(decoding: (result.stdout + result.stderr).prefix(Self.outputLimit), as: UTF8.self)
            if result.exitCode == 0 { return .success(output) }
            return .failure(
                isProbe
                    ? output : "command '\(command.joined(separator: " "))' exited with \(result.exitCode): \(output)")
        } catch {
            if error.code == .deadlineExceeded {
                return .failure(
                    "command timed out: \"\(command.joined(separator: " "))\" timed out after \(timeout.goText)")
            }
            return .failure(error.message)
        }
    }

    private func fetch(_ get: HTTPGetAction, _ target: ProbeTarget, _ timeout: Duration) async -> ProbeFinding {
        let port: Int
        do { port = try PortRules.number(get.port, in: target.container) } catch { return .failure(error.message) }
        let scheme = get.scheme.isEmpty ? "http" : get.scheme.lowercased()
        let host = get.host.isEmpty ? target.podIP : get.host
        let path = get.path.hasPrefix("/") ? get.path : "/" + get.path
        let address = host.contains(":") ? "[\(host)]" : host
        let url = "\(scheme)://\(address):\(port)\(path)"
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "User-Agent", value: "kube-probe/1.36")
        request.headers.add(name: "Accept", value: "*/*")
        request.headers.add(name: "Connection", value: "close")
        for header in get.httpHeaders {
            if header.name.lowercased() == "host" {
                request.headers.replaceOrAdd(name: "Host", value: header.value)
            } else {
                request.headers.replaceOrAdd(name: header.name, value: header.value)
            }
        }
        do {
            let deadline = NIODeadline.now() + .nanoseconds(timeout.wholeNanoseconds)
            for _ in 0...Self.redirectLimit {
                let response = try await client.execute(request, deadline: deadline)
                let body = try await response.body.prefixed(Self.outputLimit)
                guard (200..<400).contains(response.status.code) else {
                    return .failure("HTTP probe failed with statuscode: \(response.status.code)")
                }
                // A way to another host is not followed: that somebody answered is enough.
                guard
                    let next = ProbeRedirect.target(
                        of: request.url, status: response.status.code,
                        location: response.headers.first(name: "location"))
                else { return .success(body) }
                request.url = next
            }
            return .failure("Get \"\(request.url)\": stopped after \(Self.redirectLimit) redirects")
        } catch {
            return .failure("Get \"\(url)\": \(Self.describe(error, timeout))")
        }
    }

    private func connect(
        _ port: IntOrString, _ host: String, _ target: ProbeTarget, _ timeout: Duration
    ) async -> ProbeFinding {
        let number: Int
        do { number = try PortRules.number(port, in: target.container) } catch { return .failure(error.message) }
        let address = host.isEmpty ? target.podIP : host
        do {
            let channel = try await ClientBootstrap(group: group)
                .connectTimeout(.nanoseconds(timeout.wholeNanoseconds))
                .connect(host: address, port: number).get()
            try await channel.close().get()
            return .success()
        } catch {
            return .failure("dial tcp \(address):\(number): \(Self.describe(error, timeout))")
        }
    }

    /// The error in the words users know from Kubernetes.
    private static func describe(_ error: any Error, _ timeout: Duration) -> String {
        let text = "\(error)"
        if text.contains("refused") || text.contains("errno: 111") { return "connect: connection refused" }
        if text.lowercased().contains("timeout") || text.contains("deadlineExceeded") {
            return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        }
        if text.contains("errno: 113") { return "connect: no route to host" }
        return text
    }
}

extension HTTPClientResponse.Body {
    /// The first bytes as text; what is beyond is not read.
    fileprivate func prefixed(_ limit: Int) async throws -> String {
        var bytes: [UInt8] = []
        for try await chunk in self {
            bytes += chunk.readableBytesView.prefix(limit - bytes.count)
            if bytes.count >= limit { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
