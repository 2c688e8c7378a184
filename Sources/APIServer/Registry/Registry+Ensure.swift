// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import KubernetesAPI
import Store
import Wire

extension Registry {
    /// Who the server is when it writes for itself.
    package static let serverUser = RequestUser(
        name: "system:apiserver", groups: ["system:masters", "system:authenticated"])

    /// A context for a write of the server's own.
    func ownContext(_ operation: WriteContext.Operation, namespace: String, name: String) -> WriteContext {
        var context = WriteContext(
            operation, user: Self.serverUser, namespace: namespace, name: name, now: services.now())
        context.fieldManager = "kube-apiserver"
        return context
    }

    /// Creates an object where there is none of its name; otherwise leaves it as it is.
    ///
    /// - Returns: whether it was created.
    /// - Throws: `APIStatusError` where the object is refused, `StoreError` where the store fails.
    @discardableResult
    package func ensure<Object: RESTObject>(_ object: Object) async throws -> Bool {
        let endpoint = try endpoint(Object.self)
        let meta = object.metadata
        if try await endpoint.cache.get(namespace: meta.namespace, name: meta.name) != nil { return false }
        var defaulted = object
        endpoint.definition.setDefaults(&defaulted)
        do {
            _ = try await endpoint.create(defaulted, ownContext(.create, namespace: meta.namespace, name: meta.name))
            return true
        } catch let error as APIStatusError where error.isAlreadyExists {
            return false  // another server was quicker
        }
    }

    /// Creates an object, or changes the one that is there.
    ///
    /// - Parameter change: makes the object that is there what it should be.
    package func ensure<Object: RESTObject>(
        _ object: Object, orUpdate change: @escaping @Sendable (inout Object) -> Void
    ) async throws {
        if try await ensure(object) { return }
        let context = ownContext(.update, namespace: object.metadata.namespace, name: object.metadata.name)
        _ = try await endpoint(Object.self).update(context) { old, _ in
            var new = old
            change(&new)
            return new
        }
    }
}
