// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Wire

/// The APIServices of the group versions that this server serves itself.
///
/// - SeeAlso: the auto-registration of kube-apiserver.
package enum BootstrapAPIServices {
    /// How clients that have a choice order groups: upstream's numbers.
    private static let priorities: [String: Int32] = [
        "": 18_000, "apps": 17_800, "events.k8s.io": 17_750, "authentication.k8s.io": 17_700,
        "authorization.k8s.io": 17_600, "autoscaling": 17_500, "batch": 17_400, "certificates.k8s.io": 17_300,
        "networking.k8s.io": 17_200, "policy": 17_100, "rbac.authorization.k8s.io": 17_000, "storage.k8s.io": 16_800,
        "admissionregistration.k8s.io": 16_700, "apiextensions.k8s.io": 16_700, "scheduling.k8s.io": 16_600,
        "coordination.k8s.io": 16_500, "node.k8s.io": 16_300, "discovery.k8s.io": 16_200, "resource.k8s.io": 16_200,
        "flowcontrol.apiserver.k8s.io": 16_100,
    ]
    /// That of a group without one.
    private static let lowest: Int32 = 1_000

    /// One for each group version, by name; the group of APIServices has none itself.
    package static func services(_ resources: [ResourceInfo] = ResourceInfo.all) -> [APIService] {
        var services: [String: APIService] = [:]
        for resource in resources where resource.group != APIService.resource.group {
            let name = "\(resource.version).\(resource.group)"
            services[name] = APIService {
                $0.metadata.name = name
                $0.metadata.labels = ["kube-aggregator.kubernetes.io/automanaged": "onstart"]
                $0.spec.group = resource.group
                $0.spec.version = resource.version
                $0.spec.groupPriorityMinimum = priorities[resource.group] ?? lowest
                $0.spec.versionPriority = versionPriority(resource)
            }
        }
        return services.values.sorted { $0.metadata.name < $1.metadata.name }
    }

    /// Of two versions of a group the one with the greater number is preferred.
    private static func versionPriority(_ resource: ResourceInfo) -> Int32 {
        switch (resource.group, resource.version) {
        case ("", _): 1
        case ("autoscaling", "v2"): 30
        case ("flowcontrol.apiserver.k8s.io", _): 21
        default: 15
        }
    }
}
