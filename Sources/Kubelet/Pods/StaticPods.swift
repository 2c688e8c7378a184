// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging
import Wire

/// Runs the pods of manifests on the node's disk, and keeps their mirrors in the API.
///
/// - SeeAlso: `--pod-manifest-path` (`staticPodPath`) of Kubernetes' kubelet.
actor StaticPods {
    private let path: String?
    private let node: String
    private let supervisor: PodSupervisor
    private let client: KubernetesClient
    private let timekeeper: Timekeeper
    private let logger: Logger
    /// By the file they are from.
    private var pods: [String: Pod] = [:]
    private var mirrors: [ObjectKey: Pod] = [:]
    private var complaints: [String: String] = [:]
    private var hasMirrorList = false
    private let wakes: AsyncStream<Void>
    private nonisolated let waker: AsyncStream<Void>.Continuation

    /// How often the directory is looked at though nothing told of a change, as `fileCheckFrequency`.
    private static let period = Duration.seconds(20)

    /// - Parameter path: a directory of manifests, or one of them; nil for no static pods.
    init(
        path: String?, node: String, supervisor: PodSupervisor, client: KubernetesClient, timekeeper: Timekeeper,
        logger: Logger
    ) {
        self.path = path
        self.node = node
        self.supervisor = supervisor
        self.client = client
        self.timekeeper = timekeeper
        self.logger = logger
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs until the task is cancelled. ``load()`` has to be called before.
    func run() async {
        let changes = path.flatMap { DirectoryWatch($0) }
        await withDiscardingTaskGroup { group in
            if let changes { group.addTask { for await _ in changes.changes { self.waker.yield() } } }
            if path != nil {
                group.addTask {
                    while true {
                        do { try await self.timekeeper.sleep(for: Self.period) } catch { return }
                        self.waker.yield()
                    }
                }
            }
            group.addTask {
                for await _ in self.wakes {
                    if Task.isCancelled { break }
                    await self.load()
                    await self.keepMirrors()
                }
            }
        }
        changes?.end()
    }

    /// All mirrors there are have been told to ``apply(_:)``.
    func mirrorsAreKnown() {
        hasMirrorList = true
        waker.yield()
    }

    /// Takes changes of mirrors in.
    func apply(_ events: [InformerEvent<Pod>]) async {
        for event in events {
            switch event {
            case .added(let pod), .updated(_, let pod): mirrors[pod.key] = pod
            case .deleted(let pod): mirrors[pod.key] = nil
            }
            await tell(event.object.key)
        }
        waker.yield()
    }

    /// Tells the worker of a static pod which object shows it.
    private func tell(_ key: ObjectKey) async {
        guard let pod = pods.values.first(where: { $0.key == key }) else { return }
        let mirror = mirrors[key].flatMap { mirror in
            mirror.metadata.deletionTimestamp == nil
                && mirror.metadata.annotations[StaticPodRules.mirror] == pod.metadata.uid ? mirror : nil
        }
        await supervisor.setMirror(mirror, of: pod.metadata.uid)
    }

    /// Reads the manifests, starts what is new and ends what is gone.
    func load() async {
        guard let path else { return }
        var found: [String: Pod] = [:]
        for file in files(path) {
            do {
                let bytes = try FileSystem.read(file)
                let pod = try StaticPodRules.pod(bytes, path: file, node: node, seen: timekeeper.time)
                if let twin = found.first(where: { $0.value.key == pod.key }) {
                    complain(file, "the pod \(pod.key) is in \(twin.key) already")
                    continue
                }
                found[file] = pods[file].flatMap { $0.metadata.uid == pod.metadata.uid ? $0 : nil } ?? pod
                complaints[file] = nil
            } catch {
                complain(file, "\(error)")
                // Half-written, perhaps: what it was before runs on until the file can be read again or is gone.
                if let known = pods[file] { found[file] = known }
            }
        }
        let old = pods
        pods = found
        for (file, pod) in old where found[file]?.metadata.uid != pod.metadata.uid {
            logger.info("static pod removed", metadata: ["pod": "\(pod.key)", "file": "\(file)"])
            await supervisor.remove(pod)
        }
        for (file, pod) in found where old[file]?.metadata.uid != pod.metadata.uid {
            logger.info("static pod found", metadata: ["pod": "\(pod.key)", "file": "\(file)"])
            await supervisor.add(pod)
            await tell(pod.key)
        }
    }

    private nonisolated func files(_ path: String) -> [String] {
        guard FileSystem.kind(path) == .directory else { return FileSystem.kind(path) == .file ? [path] : [] }
        return FileSystem.list(path).filter { !$0.hasPrefix(".") }.map { "\(path)/\($0)" }
            .filter { FileSystem.kind($0) == .file }
    }

    /// Logs a fault of a file, once for each.
    private func complain(_ file: String, _ message: String) {
        guard complaints.updateValue(message, forKey: file) != message else { return }
        logger.error("static pod not read; mend the file", metadata: ["file": "\(file)", "error": "\(message)"])
    }

    private func keepMirrors() async {
        guard hasMirrorList else { return }
        for step in StaticPodRules.steps(pods: Array(pods.values), mirrors: Array(mirrors.values)) {
            do {
                switch step {
                case .create(let pod):
                    let owner = try await client.get(Node.self, name: node)
                    _ = try await client.create(StaticPodRules.mirror(of: pod, owner: owner.metadata.uid))
                case .delete(let mirror):
                    let options = DeleteOptions {
                        $0.gracePeriodSeconds = 0
                        $0.preconditions = Preconditions { $0.uid = mirror.metadata.uid }
                    }
                    try await client.delete(
                        Pod.self, namespace: mirror.metadata.namespace, name: mirror.metadata.name, options: options)
                }
            } catch {
                if error.isAlreadyExists || (error.isNotFound && isDeletion(step)) || error.isConflict { continue }
                logger.debug("mirror pod not kept, will retry", metadata: ["error": "\(error)"])
                do { try await timekeeper.sleep(for: .seconds(1)) } catch { return }
                waker.yield()
            }
        }
    }

    private nonisolated func isDeletion(_ step: StaticPodRules.Step) -> Bool {
        if case .delete = step { true } else { false }
    }
}
