// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
package import Logging
import Wire

/// Writes the default roles, bindings, flow control objects and APIServices, through the same path as every other write. On later starts it
/// only reads. The namespaces of the system must be there (``ClusterBootstrap``).
package struct Bootstrapper: Sendable {
    /// Why it could not be done.
    package struct Fault: Error, Sendable, CustomStringConvertible {
        package var message: String
        package var description: String { message }
    }

    private static let user = RequestUser(name: "system:apiserver", groups: ["system:masters", "system:authenticated"])

    private let handler: any RequestHandler
    private let logger: Logger

    /// - Parameter handler: the registry; the user is `system:apiserver`.
    package init(handler: any RequestHandler, logger: Logger) {
        self.handler = handler
        self.logger = logger
    }

    /// Makes what is missing and adds what may be added.
    ///
    /// - Throws: ``Fault`` for the first write that was refused for another reason than that the object is there.
    package func run() async throws {
        let defaults = BootstrapRBAC()
        try await withThrowingTaskGroup { group in
            // At once, so that the writes share the store's transactions.
            group.addTask { try await apply(BootstrapRBAC.reconcile(defaults.clusterRoles, with: try await list())) }
            group.addTask { try await apply(BootstrapRBAC.reconcile(defaults.roles, with: try await list())) }
            group.addTask {
                try await apply(BootstrapRBAC.reconcile(defaults.clusterRoleBindings, with: try await list()))
            }
            group.addTask { try await apply(BootstrapRBAC.reconcile(defaults.roleBindings, with: try await list())) }
            group.addTask { try await createMissing(BootstrapFlowControl.levels) }
            group.addTask { try await createMissing(BootstrapFlowControl.schemas) }
            group.addTask { try await createMissing(BootstrapAPIServices.services()) }
            try await group.waitForAll()
        }
    }

    private func createMissing<Object: RESTObject & Equatable>(_ wanted: [Object]) async throws {
        let present = Set(try await list(of: Object.self).map { "\($0.metadata.namespace)/\($0.metadata.name)" })
        try await apply(
            wanted.filter { !present.contains("\($0.metadata.namespace)/\($0.metadata.name)") }.map(
                BootstrapAction.create))
    }

    private func list<Object: RESTObject>(of _: Object.Type = Object.self) async throws -> [Object] {
        let path = Self.path(Object.resource, namespace: "")
        let (status, bytes) = try await send("GET", path, body: [])
        guard status == 200 else {
            throw Fault(
                message: "cannot list \(Object.resource.qualifiedName): \(String(decoding: bytes, as: UTF8.self))")
        }
        return try JSONCoding.decode(ObjectList<Object>.self, from: bytes).items
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
        let object = action.object
        let collection = Self.path(Object.resource, namespace: object.metadata.namespace)
        let single = "\(collection)/\(object.metadata.name)"
        let body = JSONCoding.encode(object)
        let agent = Object.group == FlowSchema.group ? "api-priority-and-fairness-config-producer-v1" : "kube-apiserver"
        let result: (status: Int, bytes: [UInt8])
        switch action {
        case .create: result = try await send("POST", collection, body: body, agent: agent)
        case .update: result = try await send("PUT", single, body: body, agent: agent)
        case .recreate:
            _ = try await send("DELETE", single, body: [])
            result = try await send("POST", collection, body: body, agent: agent)
        }
        // 409: another server of the cluster was quicker.
        guard (200..<300).contains(result.status) || result.status == 409 else {
            throw Fault(message: "cannot write \(single): \(String(decoding: result.bytes, as: UTF8.self))")
        }
    }

    private static func path(_ resource: ResourceInfo, namespace: String) -> String {
        let prefix = resource.group.isEmpty ? "/api/\(resource.version)" : "/apis/\(resource.group)/\(resource.version)"
        return resource.isNamespaced && !namespace.isEmpty
            ? "\(prefix)/namespaces/\(namespace)/\(resource.plural)" : "\(prefix)/\(resource.plural)"
    }

    /// - Parameter agent: who becomes the owner of what is written.
    private func send(
        _ method: String, _ path: String, body: [UInt8], agent: String = "kube-apiserver"
    ) async throws -> (status: Int, bytes: [UInt8]) {
        let info = RequestInfo(method: method, path: path, query: [])
        let headers = [("content-type", "application/json"), ("accept", "application/json"), ("user-agent", agent)]
        let request = APIRequest(
            method: method, path: path, query: [], headers: headers, body: body, user: Self.user, info: info,
            remoteAddress: "")
        let (head, bytes) = try await handler.respond(to: request).collected()
        return (head.status, bytes)
    }
}
