// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Client
import KubernetesAPI

/// Counts what each ResourceQuota limits: at first, when something is gone, and now and then. What is made is charged by admission.
///
/// A quota is read before its namespace is counted, and written on the condition that it has not changed meanwhile. Admission
/// changes a quota together with what it charges, so a count that misses something new is never written.
///
/// - SeeAlso: `pkg/controller/resourcequota` of Kubernetes.
struct ResourceQuotaController: Sendable {
    private static let resync = Duration.seconds(300)

    private let context: ControllerContext
    private let quotas: Informer<ResourceQuota>
    private let pods: Informer<Pod>
    private let services: Informer<Service>
    private let claims: Informer<PersistentVolumeClaim>
    private let counted: CountedObjects
    private let queue: WorkQueue<ObjectKey>

    init(_ context: ControllerContext) {
        let context = context.named("resourcequota-controller")
        self.context = context
        quotas = context.informers.informer(of: ResourceQuota.self)
        pods = context.informers.informer(of: Pod.self, indexes: [.controllerUID])
        services = context.informers.informer(of: Service.self)
        claims = context.informers.informer(of: PersistentVolumeClaim.self)
        queue = WorkQueue(name: "resourcequota", timekeeper: context.timekeeper)
        counted = CountedObjects(context)
    }

    func run() async throws {
        await quotas.addHandler { changes in
            for change in changes {
                // status is written by admission and by this controller: nothing to count anew
                if case .updated(let old, let new) = change, old.spec == new.spec { continue }
                queue.add(change.key)
            }
        }
        await watch(pods) { .pod($0) }
        await watch(services) { .service($0) }
        await watch(claims) { .claim($0) }
        try await quotas.waitForSync()
        try await pods.waitForSync()
        try await services.waitForSync()
        try await claims.waitForSync()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await counted.run() }
            group.addTask {
                await Controller(name: "resourcequota", queue: queue, workers: 5, logger: context.logger) {
                    try await reconcile($0)
                }.run()
            }
        }
    }

    /// Looks at the quotas of a namespace when an object of a kind is gone or uses less.
    private func watch<Object: RESTObject>(
        _ informer: Informer<Object>, _ item: @escaping @Sendable (Object) -> QuotaItem
    ) async {
        await informer.addHandler { changes in
            // A quota that comes later counts all that is there; without one there is nothing to work out.
            if quotas.store.count == 0 { return }
            for change in changes {
                switch change {
                case .added: continue
                case .updated(let old, let new):
                    let (before, after) = (item(old), item(new))
                    guard ResourceQuotaPlan.releases(before, after, now: context.timekeeper.time) else { continue }
                    lookAgain(new.metadata.namespace, after.kind)
                case .deleted(let object): lookAgain(object.metadata.namespace, item(object).kind)
                }
            }
        }
    }

    private func lookAgain(_ namespace: String, _ kind: QuotaKind) {
        for quota in quotas.store.list(namespace: namespace)
        where quota.spec.hard.keys.contains(where: kind.tracks) {
            queue.add(quota.key)
        }
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let known = quotas.store.get(key) else { return }
        try await follow(known)
        do throws(ClientError) {
            var quota = try await context.client.get(ResourceQuota.self, namespace: key.namespace, name: key.name)
            let inventory = try await inventory(of: quota)
            let status = ResourceQuotaPlan.status(quota, inventory, now: context.timekeeper.time)
            if status != quota.status {
                quota.status = status
                _ = try await context.client.updateStatus(quota)
            }
        } catch {
            if error.isNotFound { return }
            throw error
        }
        queue.add(key, after: Self.resync)
    }

    /// Watches what no informer of the controller tells of, before it is counted.
    private func follow(_ quota: ResourceQuota) async throws {
        var resources = ResourceQuotaPlan.counted(quota, among: ResourceInfo.all)
        if ResourceQuotaPlan.kinds(quota).contains(.resourceClaims) { resources.append(ResourceClaim.resource) }
        for resource in resources {
            guard let kind = QuotaKind(resource) else { continue }
            try await counted.follow(resource) { namespace in lookAgain(namespace, kind) }
        }
    }

    private func inventory(of quota: ResourceQuota) async throws(ClientError) -> ResourceQuotaPlan.Inventory {
        let namespace = quota.metadata.namespace
        var inventory = ResourceQuotaPlan.Inventory()
        for kind in ResourceQuotaPlan.kinds(quota) {
            inventory.items += try await items(of: kind, namespace)
        }
        for resource in ResourceQuotaPlan.counted(quota, among: ResourceInfo.all) {
            guard case .counted(let names)? = QuotaKind(resource) else { continue }
            let count = try await count(resource, namespace)
            for name in names { inventory.counts[name] = count }
        }
        return inventory
    }

    private func items(of kind: QuotaKind, _ namespace: String) async throws(ClientError) -> [QuotaItem] {
        let client = context.client
        switch kind {
        case .pods: return try await client.listAll(Pod.self, namespace: namespace).map { .pod($0) }
        case .services: return try await client.listAll(Service.self, namespace: namespace).map { .service($0) }
        case .claims:
            return try await client.listAll(PersistentVolumeClaim.self, namespace: namespace).map { .claim($0) }
        case .resourceClaims:
            return try await client.listAll(ResourceClaim.self, namespace: namespace).map { .resourceClaim($0) }
        case .counted: return []
        }
    }

    /// How many objects there are; the first of them and the number of the rest are enough to know.
    private func count(_ resource: ResourceInfo, _ namespace: String) async throws(ClientError) -> Int {
        let page = try await context.client.list(
            PartialObjectMetadata.self, at: ResourcePath(resource), namespace: namespace,
            options: ListQuery(limit: 1))
        return page.items.count + Int(clamping: page.metadata.remainingItemCount ?? 0)
    }
}
