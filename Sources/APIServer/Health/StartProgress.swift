// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Store
import Synchronization

/// How far the start of a server has come: what the checks named after Kubernetes' hooks look at.
package final class StartProgress: Sendable {
    package enum Step: Sendable, CaseIterable {
        /// What authentication, authorization and admission look up is read.
        case lookups
        /// The namespaces of the system, the `kubernetes` Service, its address range and the priority classes are there.
        case cluster
        /// The default roles, bindings and flow control objects are there.
        case defaults
        /// The conditions of FlowSchemas and APIServices have been looked at.
        case conditions
    }
    private let done = Mutex<Set<Step>>([])

    package init() {}

    package func finish(_ step: Step) { done.withLock { _ = $0.insert(step) } }

    /// nil where the step is done.
    package func failure(_ step: Step) -> String? { done.withLock { $0.contains(step) } ? nil : "not finished" }
}

extension HealthEndpoints {
    /// The checks of a server, under Kubernetes' names. Those that upstream has for parts which this server does not have are left out.
    package static func of(_ store: any Store, _ progress: StartProgress, logging: HealthCheck) -> HealthEndpoints {
        func hook(_ name: String, _ step: StartProgress.Step) -> HealthCheck {
            HealthCheck("poststarthook/" + name) { progress.failure(step) }
        }
        let hooks = [
            hook("start-apiserver-admission-initializer", .lookups),
            hook("generic-apiserver-start-informers", .lookups),
            hook("start-system-namespaces-controller", .cluster), hook("storage-readiness", .cluster),
            hook("rbac/bootstrap-roles", .defaults), hook("scheduling/bootstrap-system-priority-classes", .cluster),
            hook("priority-and-fairness-config-producer", .defaults), hook("bootstrap-controller", .cluster),
            hook("start-kubernetes-service-cidr-controller", .cluster),
            hook("apiservice-status-local-available-controller", .conditions),
            hook("apiservice-status-remote-available-controller", .conditions),
            hook("kube-apiserver-autoregistration", .defaults),
            HealthCheck("autoregister-completion") { progress.failure(.defaults) },
        ]
        let etcd = HealthCheck("etcd") { await unreachable(store) }
        let informers = HealthCheck("informer-sync") { progress.failure(.lookups) }
        return HealthEndpoints(
            live: [.ping, logging, etcd] + hooks, ready: [.ping, logging, etcd, informers] + hooks)
    }

    /// How long the store may take to answer.
    private static let patience = Duration.seconds(2)

    /// Why the store cannot be read; nil where it can.
    private static func unreachable(_ store: any Store) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask {
                do throws(StoreError) {
                    _ = try await store.get(StoreKey("/registry/health"))
                    return nil
                } catch {
                    return "store cannot be read: \(error.message)"
                }
            }
            group.addTask {
                do { try await Task.sleep(for: patience) } catch { return nil }
                return "store did not answer within \(patience)"
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
