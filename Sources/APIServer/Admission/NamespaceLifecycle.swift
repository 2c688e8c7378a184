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
            guard let namespace = try await namespaces.get(namespace: "", name: context.namespace) else {
                throw APIStatusError.notFound(Namespace.resource, context.namespace)
            }
            guard JSONScan.scalar(Self.phasePath, in: namespace.bytes) == NamespacePhase.terminating else { return }
            throw Self.terminating(Object.resource, object.metadata.name, context.namespace)
        }
    }

    private static func terminating(_ resource: ResourceInfo, _ name: String, _ namespace: String) -> APIStatusError {
        var error = APIStatusError.forbidden(
            resource, name,
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
