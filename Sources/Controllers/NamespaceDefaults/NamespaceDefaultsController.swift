// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

/// Gives every namespace its ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`.
struct NamespaceDefaultsController: Sendable {
    static let rootCAName = "kube-root-ca.crt"

    private let context: ControllerContext
    /// The cluster's certificate authority, PEM; empty where there is none to publish.
    private let rootCA: String
    private let namespaces: Informer<Namespace>
    private let accounts: Informer<ServiceAccount>
    private let configMaps: Informer<ConfigMap>
    private let queue: WorkQueue<ObjectKey>

    init(_ context: ControllerContext, rootCA: String) {
        let context = context.named("serviceaccount-controller")
        self.context = context
        self.rootCA = rootCA
        namespaces = context.informers.informer(of: Namespace.self)
        accounts = context.informers.informer(of: ServiceAccount.self)
        configMaps = context.informers.informer(of: ConfigMap.self, fieldSelector: "metadata.name=\(Self.rootCAName)")
        queue = WorkQueue(name: "serviceaccount", timekeeper: context.timekeeper)
    }

    func run() async throws {
        await namespaces.enqueueKeys(on: queue)
        await accounts.addHandler { changes in
            for case .deleted(let account) in changes where account.metadata.name == "default" {
                queue.add(ObjectKey(name: account.metadata.namespace))
            }
        }
        await configMaps.addHandler { changes in
            for change in changes { queue.add(ObjectKey(name: change.object.metadata.namespace)) }
        }
        try await namespaces.waitForSync()
        try await accounts.waitForSync()
        try await configMaps.waitForSync()
        await Controller(name: "serviceaccount", queue: queue, workers: 2, logger: context.logger) {
            try await reconcile($0)
        }.run()
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let namespace = namespaces.store.get(key), !namespace.isTerminating,
            namespace.status.phase != NamespacePhase.terminating
        else { return }
        do throws(ClientError) {
            try await ensureAccount(namespace: key.name)
            try await ensureRootCA(namespace: key.name)
        } catch {
            if error.isNamespaceTerminating || error.isAlreadyExists { return }
            throw error
        }
    }

    private func ensureAccount(namespace: String) async throws(ClientError) {
        guard accounts.store.get(namespace: namespace, name: "default") == nil else { return }
        _ = try await context.client.create(
            ServiceAccount {
                $0.metadata.name = "default"
                $0.metadata.namespace = namespace
            })
    }

    private func ensureRootCA(namespace: String) async throws(ClientError) {
        guard !rootCA.isEmpty else { return }
        let data = ["ca.crt": rootCA]
        guard var present = configMaps.store.get(namespace: namespace, name: Self.rootCAName) else {
            _ = try await context.client.create(
                ConfigMap {
                    $0.metadata.name = Self.rootCAName
                    $0.metadata.namespace = namespace
                    $0.metadata.annotations["kubernetes.io/description"] =
                        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
                        + "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of "
                        + "Kubernetes clusters."
                    $0.data = data
                })
            return
        }
        guard present.data != data else { return }
        present.data = data
        _ = try await context.client.update(present)
    }
}
