// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Nothing is made in a namespace that is not there or is going away; the namespaces of the system cannot be deleted.
///
/// - SeeAlso: Kubernetes' admission plugin of that name.
struct NamespaceLifecycle: AdmissionPlugin {
    static let name = "NamespaceLifecycle"
    private static let immortal: Set = ["default", "kube-system", "kube-public"]
    private static let phasePath = [Array("status".utf8), Array("phase".utf8)]

    let namespaces: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        if Object.self == Namespace.self {
            hooks.deleting.append { object, _, _ in
                guard Self.immortal.contains(object.metadata.name) else { return }
                throw APIStatusError.forbidden(
                    Namespace.resource, object.metadata.name, "this namespace may not be deleted")
            }
        }
        guard Object.resource.isNamespaced else { return }
        let namespaces = namespaces
        hooks.mutating.append { object, _, context in
            guard context.operation == .create else { return }
            try await Self.check(
                context.namespace, namespaces, Object.resource.groupResource, object.metadata.admissionName)
        }
    }

    /// Checks that something can be made in a namespace: an object, or what a subresource makes.
    ///
    /// - Throws: `APIStatusError`: 404 for a missing namespace, 403 for one that is going away.
    static func check(
        _ namespace: String, _ namespaces: ResourceCache, _ resource: APIMachinery.GroupResource, _ name: String
    ) async throws {
        guard let stored = try await namespaces.get(namespace: "", name: namespace) else {
            throw APIStatusError.notFound(Namespace.resource, namespace)
        }
        guard JSONScan.scalar(phasePath, in: stored.bytes) == NamespacePhase.terminating else { return }
        throw terminating(resource, name, namespace)
    }

    private static func terminating(
        _ resource: APIMachinery.GroupResource, _ name: String, _ namespace: String
    ) -> APIStatusError {
        var error = APIStatusError.forbidden(
            resource, name: name,
            "unable to create new content in namespace \(namespace) because it is being terminated")
        error.details?.causes = [
            StatusCause {
                $0.reason = "NamespaceTerminating"
                $0.message = "namespace \(namespace) is being terminated"
                $0.field = "metadata.namespace"
            }
        ]
        return error
    }
}
