// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Primitives
import Wire

/// The address families of Services, in a cluster that has one.
///
/// - SeeAlso: `initIPFamilyFields` of Kubernetes' service registry.
struct ServiceFamilies: Sendable {
    /// `IPv4` or `IPv6`.
    let family: String

    /// Fills families and their policy.
    ///
    /// - Throws: `Invalid` for families and addresses that the cluster does not have; nothing else of the Service is looked at then.
    func settle(_ service: inout Service, old: Service?) throws(APIStatusError) {
        guard ServiceRules.needsClusterIP(service) else { return }
        let isFree = service.spec.clusterIP == "None" && service.spec.selector.isEmpty
        service.spec.ipFamilyPolicy =
            service.spec.ipFamilyPolicy ?? old?.spec.ipFamilyPolicy ?? (isFree ? "RequireDualStack" : "SingleStack")
        try refuse(service, service.addressFaults())
        if let old { dropSecondary(&service, old) }
        let faults = single(service)
        try refuse(service, faults + infer(&service))
        if isFree {
            // nobody allocates anything for these, so that they may have both families anywhere
            if service.spec.ipFamilies.isEmpty { service.spec.ipFamilies = [family] }
            if service.spec.ipFamilyPolicy != "SingleStack", service.spec.ipFamilies.count == 1 {
                service.spec.ipFamilies.append(service.spec.ipFamilies[0] == "IPv4" ? "IPv6" : "IPv4")
            }
            return
        }
        try refuse(service, unavailable(service))
        if service.spec.ipFamilies.isEmpty { service.spec.ipFamilies = [family] }
    }

    /// Two addresses or families need a policy that has two.
    private func single(_ service: Service) -> [FieldError] {
        guard service.spec.ipFamilyPolicy == "SingleStack" else { return [] }
        return [("clusterIPs", service.spec.clusterIPs.count), ("ipFamilies", service.spec.ipFamilies.count)]
            .filter { $0.1 == 2 }.map { list, _ in
                let text = "must be RequireDualStack or PreferDualStack when multiple \(list) are specified"
                return .invalid(FieldPath("spec", "ipFamilyPolicy"), "SingleStack", text)
            }
    }

    private func refuse(_ service: Service, _ faults: [FieldError]) throws(APIStatusError) {
        if !faults.isEmpty { throw .invalid(Service.resource, service.metadata.name, faults) }
    }

    /// Who asks for a single family where there were two means the first one.
    private func dropSecondary(_ service: inout Service, _ old: Service) {
        guard service.spec.ipFamilyPolicy == "SingleStack", old.spec.ipFamilyPolicy != "SingleStack" else { return }
        if service.spec.clusterIPs == old.spec.clusterIPs {
            service.spec.clusterIPs = Array(service.spec.clusterIPs.prefix(1))
        }
        if service.spec.ipFamilies == old.spec.ipFamilies {
            service.spec.ipFamilies = Array(service.spec.ipFamilies.prefix(1))
        }
    }

    /// Families that addresses have and the user did not name.
    private func infer(_ service: inout Service) -> [FieldError] {
        var faults: [FieldError] = []
        for (index, text) in service.spec.clusterIPs.enumerated() where text != "None" {
            guard index >= service.spec.ipFamilies.count, let address = NetworkAddress(text) else { continue }
            let own = address.family == .v4 ? "IPv4" : "IPv6"
            if own == family {
                service.spec.ipFamilies.append(own)
            } else {
                let shown = JSONValue.array(service.spec.clusterIPs.map { .string($0) })
                let at = FieldPath("spec", "clusterIPs").index(index)
                faults.append(.invalid(at, shown, "\(own) is not configured on this cluster"))
            }
        }
        return faults
    }

    /// What the cluster cannot give.
    private func unavailable(_ service: Service) -> [FieldError] {
        let path = FieldPath("spec")
        var faults: [FieldError] = []
        if service.spec.ipFamilyPolicy == "RequireDualStack" {
            let text = "this cluster is not configured for dual-stack services"
            faults.append(.invalid(path.child("ipFamilyPolicy"), "RequireDualStack", text))
        }
        for (index, wanted) in service.spec.ipFamilies.enumerated() where wanted != family {
            let at = path.child("ipFamilies").index(index)
            faults.append(.invalid(at, wanted, "not configured on this cluster"))
        }
        return faults
    }
}
