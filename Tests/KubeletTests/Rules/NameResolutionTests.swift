// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct NameResolutionTests {
    static let cluster = ClusterNames(
        servers: ["10.96.0.10"], domain: "cluster.local",
        host: ResolverConfiguration(parsing: "# c\nnameserver 192.0.2.53\nsearch example.org\noptions timeout:1\n"))

    @Test("ClusterFirst asks the cluster DNS and searches the pod's namespace first")
    func clusterFirst() {
        let result = NameRules.resolver(makePod(), Self.cluster)
        #expect(result.servers == ["10.96.0.10"])
        #expect(result.searches == ["default.svc.cluster.local", "svc.cluster.local", "cluster.local", "example.org"])
        #expect(result.options == ["ndots:5"])
    }

    @Test("pods on the host's network use the host's resolver, unless they say otherwise")
    func hostNetwork() {
        let pod = makePod { $0.spec.hostNetwork = true }
        #expect(NameRules.resolver(pod, Self.cluster) == Self.cluster.host)
        let clusterPod = makePod {
            $0.spec.hostNetwork = true
            $0.spec.dnsPolicy = "ClusterFirstWithHostNet"
        }
        #expect(NameRules.resolver(clusterPod, Self.cluster).servers == ["10.96.0.10"])
    }

    @Test("dnsConfig adds to the policy's answer; options replace each other")
    func merging() {
        let pod = makePod {
            $0.spec.dnsConfig = PodDNSConfig {
                $0.nameservers = ["192.0.2.1"]
                $0.searches = ["extra.test"]
                $0.options = [
                    PodDNSConfigOption {
                        $0.name = "ndots"
                        $0.value = "2"
                    }
                ]
            }
        }
        let result = NameRules.resolver(pod, Self.cluster)
        #expect(result.servers == ["10.96.0.10", "192.0.2.1"])
        #expect(result.searches.last == "extra.test")
        #expect(result.options == ["ndots:2"])
    }

    @Test("/etc/hosts holds the pod's name and its aliases")
    func hosts() {
        let pod = makePod {
            $0.spec.hostname = "db-0"
            $0.spec.subdomain = "db"
            $0.spec.hostAliases = [
                HostAlias {
                    $0.ip = "192.0.2.9"
                    $0.hostnames = ["a.test", "b.test"]
                }
            ]
        }
        let text = NameRules.hosts(pod, addresses: ["10.244.0.2"], clusterDomain: "cluster.local")
        #expect(text.contains("10.244.0.2\tdb-0.db.default.svc.cluster.local\tdb-0\n"))
        #expect(text.hasSuffix("# Entries added by HostAliases.\n192.0.2.9\ta.test\tb.test\n"))
    }

    @Test("host names are at most 63 characters and end in none that a name cannot end in")
    func hostname() {
        let pod = makePod { $0.metadata.name = String(repeating: "a", count: 62) + "-b" }
        #expect(NameRules.hostname(pod, clusterDomain: "cluster.local").name == String(repeating: "a", count: 62))
    }
}
