// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

/// Keeps the EndpointSlices of every Service that has a selector.
struct EndpointSliceController: Sendable {
    private let context: ControllerContext
    private let services: Informer<Service>
    private let pods: Informer<Pod>
    private let nodes: Informer<Node>
    private let slices: Informer<EndpointSlice>
    private let queue: WorkQueue<ObjectKey>
    private let events: EventRecorder

    init(_ context: ControllerContext) {
        let context = context.named("endpointslice-controller")
        self.context = context
        services = context.informers.informer(of: Service.self)
        pods = context.informers.informer(of: Pod.self, indexes: [.controllerUID, .label])
        nodes = context.informers.informer(of: Node.self)
        slices = context.informers.informer(of: EndpointSlice.self, indexes: [.serviceName])
        queue = WorkQueue(name: "endpoint_slice", timekeeper: context.timekeeper)
        events = context.recorder("endpoint-slice-controller")
    }

    func run() async throws {
        await services.enqueueKeys(on: queue)
        await pods.addHandler { changes in
            for change in changes { queue.add(contentsOf: ServiceMembership.services(for: change, services.store)) }
        }
        await slices.addHandler { changes in
            for change in changes {
                guard let name = change.object.metadata.labels[EndpointSlicePlan.serviceName] else { continue }
                queue.add(ObjectKey(namespace: change.object.metadata.namespace, name: name))
            }
        }
        try await services.waitForSync()
        try await pods.waitForSync()
        try await nodes.waitForSync()
        try await slices.waitForSync()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await events.run() }
            group.addTask {
                await Controller(name: "endpoint_slice", queue: queue, workers: 5, logger: context.logger) {
                    try await reconcile($0)
                }.run()
            }
        }
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let service = services.store.get(key), !service.isTerminating, !service.spec.selector.isEmpty,
            service.spec.type != ServiceType.externalName
        else { return }
        let members = pods.store.list(namespace: key.namespace, labels: service.spec.selector)
        let known = slices.store.list(index: InformerIndex<EndpointSlice>.serviceName.name, value: key.description)
            .filter {
                $0.metadata.labels[EndpointSlicePlan.managedBy] == EndpointSlicePlan.manager && !$0.isTerminating
            }
        let plan = EndpointSlicePlan(service: service, pods: members) { name in
            nodes.store.get(name: name)?.metadata.labels["topology.kubernetes.io/zone"]
        }
        let changes = plan.changes(existing: known)
        do throws(ClientError) {
            for slice in changes.create { _ = try await context.client.create(slice) }
            for slice in changes.update { _ = try await context.client.update(slice) }
            for slice in changes.delete { try await remove(slice) }
        } catch {
            if error.isNamespaceTerminating { return }
            if !error.isConflict, !error.isNotFound {
                events.record(
                    .warning, reason: "FailedToUpdateEndpointSlices",
                    message: "Error updating Endpoint Slices for Service \(key): \(error.message)", about: service)
            }
            throw error
        }
    }

    /// The informer may still show a slice that was deleted a moment ago: one that is gone is as it should be.
    private func remove(_ slice: EndpointSlice) async throws(ClientError) {
        do {
            try await context.client.delete(
                EndpointSlice.self, namespace: slice.metadata.namespace, name: slice.metadata.name)
        } catch {
            guard error.isNotFound else { throw error }
        }
    }
}

extension InformerIndex<EndpointSlice> {
    /// By `namespace/name` of the Service.
    static var serviceName: InformerIndex {
        InformerIndex("serviceName") { slice in
            guard let name = slice.metadata.labels[EndpointSlicePlan.serviceName] else { return [] }
            return ["\(slice.metadata.namespace)/\(name)"]
        }
    }
}
