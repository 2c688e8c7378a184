// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging
import NIOCore
import NIOHTTP1
import Streaming
import Wire

/// The paths of the kubelet's server.
struct KubeletRoutes: Sendable {
    var supervisor: PodSupervisor
    var runtime: any ContainerRuntime
    var timekeeper: Timekeeper
    var configuration: KubeletConfiguration
    var logger: Logger

    /// - Returns: whether the connection may carry another request.
    /// - Throws: `KubeletFault` for what is refused; anything else means that the connection is broken.
    func answer(_ request: KubeletRequest, _ response: KubeletResponse, _ connection: KubeletConnection) async throws
        -> Bool
    {
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
        case "configz":
            try await response.send(.ok, configuration.configz.bytes(), type: "application/json")
        case "stats":
            guard request.path.dropFirst().first ?? "summary" == "summary" else {
                throw KubeletFault(status: .notFound, message: "404 page not found")
            }
            try await response.send(.ok, try await figures().summary.bytes(), type: "application/json")
        case "metrics":
            let text: String
            switch request.path.dropFirst().first {
            case nil: text = try await figures().metrics
            case "resource": text = try await figures().resourceMetrics
            case "probes", "cadvisor", "slis": text = ""  // nothing is counted there
            default: throw KubeletFault(status: .notFound, message: "404 page not found")
            }
            try await response.send(.ok, text, type: "text/plain; version=0.0.4; charset=utf-8")
        default:
            throw KubeletFault(status: .notFound, message: "404 page not found")
        }
        return response.isKeptAlive
    }

    private func figures() async throws -> NodeFigures {
        do {
            let stats = try await runtime.listContainerStats(CRI.ContainerFilter())
            return NodeFigures(
                node: configuration.nodeName, stats: stats, pods: await supervisor.pods(), time: timekeeper.time,
                host: HostUsage.read(directory: configuration.rootDirectory))
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
            throw KubeletFault(
                status: .notFound, message: "container \"\(containerName)\" not found in pod \"\(name)\"")
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
        let statuses =
            pod.status.containerStatuses + pod.status.initContainerStatuses + pod.status.ephemeralContainerStatuses
        let waiting = statuses.first { $0.name == container }?.state.waiting
        let reason = waiting.map { $0.reason.isEmpty ? "" : ": \($0.reason)" } ?? ""
        return "container \"\(container)\" in pod \"\(pod.metadata.name)\" is waiting to start\(reason)"
    }

    // MARK: exec, attach, port-forward

    /// Asks the runtime for a session, and joins the client's connection with it.
    private func stream(_ request: KubeletRequest, _ connection: KubeletConnection) async throws {
        guard StreamingBridge.isUpgrade(request.head.headers) else {
            throw KubeletFault(status: .badRequest, message: "Upgrade request required")
        }
        let url = try await session(request)
        let bridge: StreamingBridge
        do {
            bridge = try await StreamingBridge.open(
                request.head.headers, session: Self.kind(of: request), url: url, on: connection.channel.eventLoop
            ).get()
        } catch {
            throw KubeletFault(status: .internalServerError, message: "the runtime's streaming server: \(error)")
        }
        try await connection.handOver(to: bridge)
    }

    private static func kind(of request: KubeletRequest) -> StreamingSession {
        if request.path.first == "portForward" {
            return .portForward(ports: request.values("port").compactMap { UInt16($0) })
        }
        let tty = request.flag("tty")
        return .remoteCommand(
            StreamSelection(
                stdin: request.flag("input"), stdout: request.flag("output"), stderr: request.flag("error") && !tty,
                tty: tty))
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
                        containerID: container.id, tty: tty, stdin: request.flag("input"),
                        stdout: request.flag("output"),
                        stderr: error))
            }
            return try await runtime.exec(
                CRI.ExecRequest(
                    containerID: container.id, command: request.values("command"), tty: tty,
                    stdin: request.flag("input"),
                    stdout: request.flag("output"), stderr: error))
        } catch let fault as RuntimeError {
            throw KubeletFault(status: .internalServerError, message: fault.message)
        }
    }
}
