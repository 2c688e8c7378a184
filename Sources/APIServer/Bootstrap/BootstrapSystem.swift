// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Wire

/// The namespaces, priority classes and the Service `kubernetes` that every cluster has.
package struct BootstrapSystem: Sendable {
    /// The first address of the service range.
    package var serviceAddress: String
    /// The service range, for example `10.96.0.0/12`.
    package var serviceRange: String
    /// Under which address other nodes reach this server; empty: the Service gets no endpoint.
    package var advertiseAddress: String
    package var securePort: Int32

    package init(serviceAddress: String, serviceRange: String, advertiseAddress: String, securePort: Int32) {
        self.serviceAddress = serviceAddress
        self.serviceRange = serviceRange
        self.advertiseAddress = advertiseAddress
        self.securePort = securePort
    }

    package var namespaces: [Namespace] {
        ["default", "kube-node-lease", "kube-public", "kube-system"].map { name in Namespace { $0.metadata.name = name } }
    }

    package var priorityClasses: [PriorityClass] {
        let use = "Used for system critical pods that must"
        let classes: [(String, Int32, String)] = [
            ("system-cluster-critical", 2_000_000_000, "\(use) run in the cluster, but can be moved to another node if necessary."),
            ("system-node-critical", 2_000_001_000, "\(use) not be moved from their current node."),
        ]
        return classes.map { name, value, description in
            PriorityClass {
                $0.metadata.name = name
                $0.value = value
                $0.description = description
                $0.preemptionPolicy = "PreemptLowerPriority"
            }
        }
    }

    package var serviceCIDR: ServiceCIDR {
        ServiceCIDR {
            $0.metadata.name = "kubernetes"
            $0.spec.cidrs = [serviceRange]
        }
    }

    package var service: Service {
        Service {
            ($0.metadata.name, $0.metadata.namespace) = ("kubernetes", "default")
            $0.metadata.labels = ["component": "apiserver", "provider": "kubernetes"]
            $0.spec.type = "ClusterIP"
            $0.spec.clusterIP = serviceAddress
            $0.spec.clusterIPs = [serviceAddress]
            ($0.spec.ipFamilies, $0.spec.ipFamilyPolicy) = ([serviceAddress.contains(":") ? "IPv6" : "IPv4"], "SingleStack")
            ($0.spec.sessionAffinity, $0.spec.internalTrafficPolicy) = ("None", "Cluster")
            $0.spec.ports = [
                ServicePort {
                    ($0.name, $0.protocol, $0.port, $0.targetPort) = ("https", "TCP", 443, .int(securePort))
                }
            ]
        }
    }

    /// Where the Service leads; nil without an address.
    package var endpoints: Endpoints? {
        guard !advertiseAddress.isEmpty else { return nil }
        return Endpoints {
            ($0.metadata.name, $0.metadata.namespace) = ("kubernetes", "default")
            $0.metadata.labels = ["endpointslice.kubernetes.io/skip-mirror": "true"]
            $0.subsets = [
                EndpointSubset {
                    $0.addresses = [EndpointAddress { $0.ip = advertiseAddress }]
                    $0.ports = [EndpointPort { ($0.name, $0.port, $0.protocol) = ("https", securePort, "TCP") }]
                }
            ]
        }
    }

    /// The same for those who read slices.
    package var endpointSlice: EndpointSlice? {
        guard !advertiseAddress.isEmpty else { return nil }
        return EndpointSlice {
            ($0.metadata.name, $0.metadata.namespace) = ("kubernetes", "default")
            $0.metadata.labels = ["kubernetes.io/service-name": "kubernetes"]
            $0.addressType = advertiseAddress.contains(":") ? "IPv6" : "IPv4"
            $0.endpoints = [
                Endpoint {
                    $0.addresses = [advertiseAddress]
                    $0.conditions.ready = true
                }
            ]
            $0.ports = [
                DiscoveryEndpointPort { ($0.name, $0.port, $0.protocol) = ("https", securePort, "TCP") }
            ]
        }
    }
}
