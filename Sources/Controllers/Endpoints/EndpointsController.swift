// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

/// Keeps the Endpoints object of every Service that has a selector, for clients from before EndpointSlices.
struct EndpointsController: Sendable {
    private let context: ControllerContext
    private let services: Informer<Service>
    private let pods: Informer<Pod>
    private let endpoints: Informer<Endpoints>
    private let queue: WorkQueue<ObjectKey>

    init(_ context: ControllerContext) {
        let context = context.named("endpoint-controller")
        self.context = context
        services = context.informers.informer(of: Service.self)
        pods = context.informers.informer(of: Pod.self, indexes: [.controllerUID, .label])
        endpoints = context.informers.informer(of: Endpoints.self)
        queue = WorkQueue(name: "endpoint", timekeeper: context.timekeeper)
    }

    func run() async throws {
        await services.enqueueKeys(on: queue)
        await endpoints.enqueueKeys(on: queue)
        await pods.addHandler { changes in
            for change in changes { queue.add(contentsOf: ServiceMembership.services(for: change, services.store)) }
        }
        try await services.waitForSync()
        try await pods.waitForSync()
        try await endpoints.waitForSync()
        await Controller(name: "endpoint", queue: queue, workers: 5, logger: context.logger) { try await reconcile($0) }
            .run()
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let service = services.store.get(key) else { return try await removeLeftover(key) }
        guard !service.spec.selector.isEmpty, service.spec.type != ServiceType.externalName, !service.isTerminating
        else { return }
        let members = pods.store.list(namespace: key.namespace, labels: service.spec.selector)
        let present = endpoints.store.get(key)
        let wanted = EndpointsPlan(service: service, pods: members).endpoints(present: present)
        guard wanted != present else { return }
        do throws(ClientError) {
            if present == nil {
                _ = try await context.client.create(wanted)
            } else {
                _ = try await context.client.update(wanted)
            }
        } catch {
            if error.isNamespaceTerminating { return }
            throw error
        }
    }

    /// The Service is gone; Endpoints that this controller made go with it.
    private func removeLeftover(_ key: ObjectKey) async throws {
        guard let leftover = endpoints.store.get(key),
            leftover.metadata.labels["endpoints.kubernetes.io/managed-by"] == "endpoint-controller"
        else { return }
        do throws(ClientError) {
            try await context.client.delete(Endpoints.self, namespace: key.namespace, name: key.name)
        } catch {
            if !error.isNotFound { throw error }
        }
    }
}
