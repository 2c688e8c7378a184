// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
package import Logging
import Wire

/// Writes the default roles, bindings, flow control objects and APIServices, by the rules of every other write but without the way over
/// JSON. On later starts it only reads. The namespaces of the system must be there (``ClusterBootstrap``).
package struct Bootstrapper: Sendable {
    /// Why it could not be done.
    package struct Fault: Error, Sendable, CustomStringConvertible {
        package var message: String
        package var description: String { message }
    }

    private let registry: Registry
    private let roles: BootstrapRBAC
    private let logger: Logger

    /// - Parameter roles: the defaults of RBAC.
    package init(registry: Registry, roles: BootstrapRBAC, logger: Logger) {
        self.registry = registry
        self.roles = roles
        self.logger = logger
    }

    /// Reads the schemas by which ownership of what a new cluster gets is worked out. That takes the processor some milliseconds, in which
    /// a start otherwise waits for the disk.
    package static func readSchemas() {
        let kinds: [any RESTObject.Type] = [
            Namespace.self, Service.self, PriorityClass.self, ServiceCIDR.self, ClusterRole.self, Role.self,
            ClusterRoleBinding.self, RoleBinding.self, FlowSchema.self, PriorityLevelConfiguration.self,
            APIService.self,
        ]
        for kind in kinds { _ = ApplySchema.shared.kind(group: kind.group, version: kind.version, kind: kind.kind) }
    }

    /// Makes what is missing and adds what may be added.
    ///
    /// - Throws: ``Fault`` for the first write that was refused for another reason than that the object is there.
    package func run() async throws {
        try await withThrowingTaskGroup { group in
            // At once, so that the writes share the store's transactions.
            group.addTask { try await apply(BootstrapRBAC.reconcile(roles.clusterRoles, with: try await list())) }
            group.addTask { try await apply(BootstrapRBAC.reconcile(roles.roles, with: try await list())) }
            group.addTask {
                try await apply(BootstrapRBAC.reconcile(roles.clusterRoleBindings, with: try await list()))
            }
            group.addTask { try await apply(BootstrapRBAC.reconcile(roles.roleBindings, with: try await list())) }
            group.addTask { try await createMissing(BootstrapFlowControl.levels) }
            group.addTask { try await createMissing(BootstrapFlowControl.schemas) }
            group.addTask { try await createMissing(BootstrapAPIServices.services()) }
            try await group.waitForAll()
        }
    }

    private func createMissing<Object: RESTObject & Equatable>(_ wanted: [Object]) async throws {
        let present = try await registry.endpoint(Object.self).cache.snapshot()
        try await apply(
            wanted.filter { present.get(namespace: $0.metadata.namespace, name: $0.metadata.name) == nil }.map(
                BootstrapAction.create))
    }

    private func list<Object: RESTObject>() async throws -> [Object] {
        let endpoint = try registry.endpoint(Object.self)
        return try await endpoint.cache.snapshot().objects().map { try endpoint.decode($0) }
    }

    private func apply<Object: RESTObject>(_ actions: [BootstrapAction<Object>]) async throws {
        try await withThrowingTaskGroup { group in
            for action in actions { group.addTask { try await apply(action) } }
            try await group.waitForAll()
        }
        if !actions.isEmpty {
            logger.debug(
                "brought up to date",
                metadata: ["resource": "\(Object.resource.qualifiedName)", "count": "\(actions.count)"])
        }
    }

    private func apply<Object: RESTObject>(_ action: BootstrapAction<Object>) async throws {
        let endpoint = try registry.endpoint(Object.self)
        var object = action.object
        endpoint.definition.setDefaults(&object)
        let place = object.metadata
        func context(_ operation: WriteContext.Operation) -> WriteContext {
            var context = registry.ownContext(operation, namespace: place.namespace, name: place.name)
            // The part of kube-apiserver that writes these has a name of its own.
            if Object.group == FlowSchema.group {
                context.fieldManager = "api-priority-and-fairness-config-producer-v1"
            }
            return context
        }
        do {
            switch action {
            case .create: _ = try await endpoint.create(object, context(.create))
            case .update:
                let changed = object
                _ = try await endpoint.update(context(.update)) { _, _ in changed }
            case .recreate:
                do {
                    _ = try await endpoint.delete(DeleteOptions(), context(.delete))
                } catch let error as APIStatusError where error.isNotFound {}  // gone already
                _ = try await endpoint.create(object, context(.create))
            }
        } catch let error as APIStatusError where error.isAlreadyExists || error.isConflict {
            return  // another server of the cluster was quicker
        } catch {
            let name = place.namespace.isEmpty ? place.name : "\(place.namespace)/\(place.name)"
            throw Fault(message: "cannot write \(Object.resource.qualifiedName) \(name): \(error)")
        }
    }
}
