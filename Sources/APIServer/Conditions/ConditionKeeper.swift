// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
package import Logging
import Store
import Wire

/// Writes the conditions that the API server itself is answerable for: `Dangling` of FlowSchemas, `Available` of APIServices.
///
/// It looks whenever one of the objects that they depend on changes. Several servers may do so at once: they write the same.
package struct ConditionKeeper: Sendable {
    /// After a write or a watch that failed.
    private static let pause = Duration.seconds(1)

    private let registry: Registry
    private let progress: StartProgress
    private let logger: Logger

    /// - Parameter progress: told when the conditions have been looked at for the first time.
    package init(registry: Registry, progress: StartProgress, logger: Logger) {
        self.registry = registry
        self.progress = progress
        self.logger = logger
    }

    /// Keeps the conditions true until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                await keep("flowschemas", after: [FlowSchema.self, PriorityLevelConfiguration.self]) {
                    try await writeFlowSchemas()
                }
            }
            group.addTask {
                var settled: [String: UInt64] = [:]
                await keep("apiservices", after: [APIService.self, Service.self, EndpointSlice.self]) {
                    try await writeAPIServices(&settled)
                    progress.finish(.conditions)
                }
            }
        }
    }

    // MARK: - when

    /// Calls `write` at the beginning and after changes of some kinds.
    private func keep(
        _ subject: String, after kinds: [any RESTObject.Type], write: () async throws -> Void
    ) async {
        let (changes, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup { group in
            for kind in kinds { group.addTask { await watch(kind, signal) } }
            for await _ in changes {
                do {
                    try await write()
                } catch {
                    if Task.isCancelled { break }
                    logger.warning("cannot write conditions", metadata: ["of": "\(subject)", "error": "\(error)"])
                    do { try await Task.sleep(for: Self.pause) } catch { break }
                    signal.yield()
                }
            }
            group.cancelAll()
        }
    }

    /// Signals once for each batch of changes of a kind, and at the beginning.
    private func watch(_ kind: any RESTObject.Type, _ signal: AsyncStream<Void>.Continuation) async {
        while !Task.isCancelled {
            do {
                let cache = try cache(kind)
                let watcher = try await cache.watch(ObjectSelection(), from: .now, isLocal: true)
                signal.yield()
                while await watcher.next() != nil { signal.yield() }
                cache.stop(watcher)
            } catch {
                logger.debug("watch failed", metadata: ["kind": "\(kind.kind)", "error": "\(error)"])
            }
            do { try await Task.sleep(for: Self.pause) } catch { break }
        }
        signal.finish()
    }

    private func cache<Object: RESTObject>(_: Object.Type) throws -> ResourceCache {
        try registry.endpoint(Object.self).cache
    }

    // MARK: - what

    private func writeFlowSchemas() async throws {
        let schemas = try registry.endpoint(FlowSchema.self)
        let levels = try await registry.endpoint(PriorityLevelConfiguration.self).cache.snapshot().objects()
        let names = Set(levels.map(\.name))
        for stored in try await schemas.cache.snapshot().objects() {
            let schema = try schemas.decode(stored)
            let now = registry.services.now()
            guard let condition = FlowSchemaConditions.change(schema, levels: names, now: now) else { continue }
            let patch = FlowSchema {
                $0.metadata.name = schema.metadata.name
                $0.metadata.uid = schema.metadata.uid
                $0.status.conditions = [condition]
            }
            try await settling {
                _ = try await schemas.apply(
                    Self.statusPatch(patch), context(stored.name, "api-priority-and-fairness-config-consumer-v1"))
            }
        }
    }

    /// The status of an object with what identifies it, as an apply configuration.
    private static func statusPatch(_ schema: FlowSchema) -> [UInt8] {
        let whole = JSONValue(encoding: schema)
        return JSONValue.object([
            "apiVersion": .string(FlowSchema.apiVersion), "kind": .string(FlowSchema.kind),
            "metadata": ["name": .string(schema.metadata.name), "uid": .string(schema.metadata.uid)],
            "status": whole["status"] ?? [:],
        ]).bytes()
    }

    /// - Parameter settled: the local APIServices that need no look, by name, with the revision at which that was so.
    private func writeAPIServices(_ settled: inout [String: UInt64]) async throws {
        let services = try registry.endpoint(APIService.self)
        var still: [String: UInt64] = [:]
        for stored in try await services.cache.snapshot().objects() {
            if settled[stored.name] == stored.revision {
                still[stored.name] = stored.revision
                continue
            }
            let service = try services.decode(stored)
            let backend = try await backend(service)
            let now = registry.services.now()
            guard let conditions = APIServiceConditions.change(service, backend: backend, now: now) else {
                if service.spec.service == nil { still[stored.name] = stored.revision }
                continue
            }
            try await settling {
                _ = try await services.update(context(stored.name, "kube-apiserver")) { old, _ in
                    var new = old
                    new.status.conditions = conditions
                    return new
                }
            }
        }
        settled = still
    }

    private func backend(_ service: APIService) async throws -> APIServiceConditions.Backend {
        guard let reference = service.spec.service else { return .missing }
        let services = try registry.endpoint(Service.self)
        guard let target = try await services.get(namespace: reference.namespace, name: reference.name) else {
            return .missing
        }
        let slices = try registry.endpoint(EndpointSlice.self)
        let selection = ObjectSelection(
            namespace: reference.namespace, labels: { $0["kubernetes.io/service-name"] == reference.name })
        return .found(target, try await slices.cache.snapshot().objects(selection).map { try slices.decode($0) })
    }

    /// An object that went away or was replaced meanwhile has no condition to write any more.
    private func settling(_ write: () async throws -> Void) async throws {
        do {
            try await write()
        } catch let error as APIStatusError where error.isNotFound || error.isConflict {
            logger.debug("the object changed meanwhile", metadata: ["error": "\(error)"])
        }
    }

    private func context(_ name: String, _ manager: String) -> WriteContext {
        var context = registry.ownContext(.update, namespace: "", name: name)
        context.subresource = "status"
        context.fieldManager = manager
        context.options.force = true
        return context
    }
}
