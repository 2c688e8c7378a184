// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Wire

/// The paths of the kubelet's server.
struct KubeletRoutes: Sendable {
    var supervisor: PodSupervisor
    var runtime: any ContainerRuntime
    var timekeeper: Timekeeper
    var nodeName: String
    var logger: Logger

    /// - Returns: whether the connection may carry another request.
    /// - Throws: `KubeletFault` for what is refused; anything else means that the connection is broken.
    func answer(_ request: KubeletRequest, _ response: KubeletResponse, _ connection: KubeletConnection) async throws -> Bool {
        switch request.path.first {
        case "healthz":
            try await response.send(.ok, "ok")
        case "pods":
            var list = ObjectList<Pod>()
            list.items = await supervisor.pods()
            try await response.send(.ok, JSONCoding.encode(list), type: "application/json")
        case "containerLogs":
            try await logs(request, response)
        case "exec", "attach", "portForward":
            try await stream(request, connection)
            return false
        case "stats":
            try await response.send(.ok, try await figures().summary.bytes(), type: "application/json")
        case "metrics":
            let text = try await request.path.count > 1 ? figures().resourceMetrics : figures().metrics
            try await response.send(.ok, text, type: "text/plain; version=0.0.4; charset=utf-8")
        default:
            throw KubeletFault(status: .notFound, message: "404 page not found")
        }
        return response.isKeptAlive
    }

    private func figures() async throws -> NodeFigures {
        do {
            let stats = try await runtime.listContainerStats(CRI.ContainerFilter())
            return NodeFigures(node: nodeName, stats: stats, pods: await supervisor.pods(), time: timekeeper.time)
        } catch {
            throw KubeletFault(status: .internalServerError, message: "\(error)")
        }
    }

    // MARK: logs

    private func logs(_ request: KubeletRequest, _ response: KubeletResponse) async throws {
        guard request.path.count == 4 else { throw KubeletFault(status: .notFound, message: "404 page not found") }
        let (namespace, name, containerName) = (request.path[1], request.path[2], request.path[3])
        guard let (pod, observed) = await supervisor.observed(namespace: namespace, name: name) else {
            throw KubeletFault(status: .notFound, message: "pod \"\(name)\" not found")
        }
        guard pod.container(named: containerName) != nil else {
            throw KubeletFault(status: .notFound, message: "container \"\(containerName)\" not found in pod \"\(name)\"")
        }
        let all = observed.containers.filter { $0.name == containerName && $0.state != .created }
        let options = LogOptions(request, now: timekeeper.time)
        guard let container = options.isPrevious ? all.dropFirst().first : all.first else {
            throw KubeletFault(status: .badRequest, message: Self.whyNoLog(containerName, pod, options))
        }
        try await response.begin(type: "text/plain")
        let reader = LogReader(path: container.status.logPath, options: options, timekeeper: timekeeper)
        try await reader.read(
            isRunning: { await isRunning(container.id, namespace, name) }, write: { try await response.write($0) })
        try await response.end()
    }

    private func isRunning(_ id: String, _ namespace: String, _ name: String) async -> Bool {
        guard let (_, observed) = await supervisor.observed(namespace: namespace, name: name) else { return false }
        return observed.containers.first { $0.id == id }?.state == .running
    }

    private static func whyNoLog(_ container: String, _ pod: Pod, _ options: LogOptions) -> String {
        if options.isPrevious {
            return "previous terminated container \"\(container)\" in pod \"\(pod.metadata.name)\" not found"
        }
        let statuses = pod.status.containerStatuses + pod.status.initContainerStatuses + pod.status.ephemeralContainerStatuses
        let waiting = statuses.first { $0.name == container }?.state.waiting
        let reason = waiting.map { $0.reason.isEmpty ? "" : ": \($0.reason)" } ?? ""
        return "container \"\(container)\" in pod \"\(pod.metadata.name)\" is waiting to start\(reason)"
    }

    // MARK: exec, attach, port-forward

    /// Asks the runtime for a session, and joins the client's connection with it: both ends speak the same protocol.
    private func stream(_ request: KubeletRequest, _ connection: KubeletConnection) async throws {
        guard request.head.headers.contains(name: "upgrade") else {
            throw KubeletFault(status: .badRequest, message: "Upgrade request required")
        }
        let url = try await session(request)
        guard let target = RuntimeURL(url) else {
            throw KubeletFault(status: .internalServerError, message: "the runtime gave no usable address: \(url)")
        }
        let upstream: any Channel
        do {
            upstream = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(TunnelHandler(connection.channel))
                    }
                }
                .channelOption(.autoRead, value: false)
                .connect(host: target.host, port: target.port).get()
        } catch {
            throw KubeletFault(status: .internalServerError, message: "the runtime's streaming server: \(error)")
        }
        try await upstream.writeAndFlush(ByteBuffer(string: target.requestText(request.head)))
        try await connection.tunnel(to: upstream)
        try await upstream.setOption(.autoRead, value: true).get()
        try await connection.channel.closeFuture.get()
    }

    private func session(_ request: KubeletRequest) async throws -> String {
        let path = request.path
        guard path.count >= 3 else { throw KubeletFault(status: .notFound, message: "404 page not found") }
        let isForward = path[0] == "portForward"
        // `.../UID/CONTAINER` is the long form
        let uid = path.count > (isForward ? 3 : 4) ? path[3] : nil
        guard let (_, observed) = await supervisor.observed(namespace: path[1], name: path[2], uid: uid) else {
            throw KubeletFault(status: .notFound, message: "pod does not exist")
        }
        do {
            if isForward {
                guard let sandbox = observed.liveSandbox else {
                    throw KubeletFault(status: .badRequest, message: "the pod is not running")
                }
                let ports = request.values("port").compactMap { Int32($0) }
                return try await runtime.portForward(sandboxID: sandbox.sandbox.id, ports: ports)
            }
            guard let name = path.dropFirst(3).last, let container = observed.latest(name) else {
                throw KubeletFault(status: .notFound, message: "container not found (\"\(path.last ?? "")\")")
            }
            let tty = request.flag("tty"), error = request.flag("error") && !tty
            if path[0] == "attach" {
                return try await runtime.attach(
                    CRI.AttachRequest(
                        containerID: container.id, tty: tty, stdin: request.flag("input"), stdout: request.flag("output"),
                        stderr: error))
            }
            return try await runtime.exec(
                CRI.ExecRequest(
                    containerID: container.id, command: request.values("command"), tty: tty, stdin: request.flag("input"),
                    stdout: request.flag("output"), stderr: error))
        } catch let fault as RuntimeError {
            throw KubeletFault(status: .internalServerError, message: fault.message)
        }
    }
}

/// The address of a streaming session of the runtime.
struct RuntimeURL: Equatable {
    var host: String
    var port: Int
    /// Path and query.
    var target: String

    /// Nil where it is not of the form `http://HOST:PORT/PATH`.
    init?(_ url: String) {
        guard url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...]) else {
            return nil
        }
        var host = authority[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        // a runtime that listens everywhere is reached here
        self.host = host.isEmpty || host == "::" || host == "0.0.0.0" ? "127.0.0.1" : String(host)
        self.port = port
        let path = rest.dropFirst(authority.count)
        target = path.isEmpty ? "/" : String(path)
    }

    /// The client's request as it is sent to the runtime.
    func requestText(_ head: HTTPRequestHead) -> String {
        var text = "\(head.method.rawValue) \(target) HTTP/1.1\r\nHost: \(host):\(port)\r\n"
        for (name, value) in head.headers where name.lowercased() != "host" && name.lowercased() != "authorization" {
            text += "\(name): \(value)\r\n"
        }
        return text + "\r\n"
    }
}
