// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Wire

/// Whether the group version of an APIService can be reached.
///
/// - SeeAlso: the availability controllers of kube-aggregator.
package enum APIServiceConditions {
    static let available = "Available"

    /// What is known of the Service of an APIService.
    package enum Backend: Sendable {
        case missing
        case found(Service, [EndpointSlice])
    }

    /// The condition `Available` as it should be.
    package static func available(_ service: APIService, backend: Backend) -> ConditionText {
        guard let reference = service.spec.service else {
            return ConditionText("True", "Local", "Local APIServices are always available")
        }
        let subject = "service/\(reference.name) in \"\(reference.namespace)\""
        guard case .found(let target, let slices) = backend else {
            return ConditionText("False", "ServiceNotFound", "\(subject) is not present")
        }
        if target.spec.type == ServiceType.clusterIP,
            let fault = reachability(target, port: reference.port ?? 443, slices, subject)
        {
            return fault
        }
        return ConditionText(
            "False", "FailedDiscoveryCheck", "this server does not pass requests on to extension API servers")
    }

    private static func reachability(
        _ target: Service, port: Int32, _ slices: [EndpointSlice], _ subject: String
    ) -> ConditionText? {
        guard let found = target.spec.ports.first(where: { $0.port == port }) else {
            return ConditionText("False", "ServicePortError", "\(subject) is not listening on port \(port)")
        }
        if slices.isEmpty {
            return ConditionText("False", "EndpointsNotFound", "cannot find endpointslices for \(subject)")
        }
        let isServed = slices.contains { slice in
            slice.ports.contains { ($0.name ?? "") == found.name && $0.port != nil }
                && slice.endpoints.contains { $0.conditions.ready != false && !$0.addresses.isEmpty }
        }
        guard !isServed else { return nil }
        let text = "endpoints for \(subject) have no addresses with port name \"\(found.name)\""
        return ConditionText("False", "MissingEndpoints", text)
    }

    /// The conditions that have to be written; nil where the APIService says so already.
    package static func change(_ service: APIService, backend: Backend, now: Time) -> [APIServiceCondition]? {
        let wanted = available(service, backend: backend)
        let old = service.status.conditions.first { $0.type == available }
        if let old, ConditionText(old.status, old.reason, old.message) == wanted { return nil }
        let condition = APIServiceCondition {
            $0.type = available
            ($0.status, $0.reason, $0.message) = (wanted.status, wanted.reason, wanted.message)
            $0.lastTransitionTime = old?.status == wanted.status ? old?.lastTransitionTime ?? now : now
        }
        return service.status.conditions.filter { $0.type != available } + [condition]
    }
}
