// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// How the cluster's names are resolved.
struct ClusterNames: Sendable, Equatable {
    /// Addresses of the cluster DNS.
    var servers: [String] = []
    /// For example `cluster.local`.
    var domain = "cluster.local"
    /// The node's own `resolv.conf`, taken apart.
    var host = ResolverConfiguration()
}

/// The parts of a `resolv.conf`.
struct ResolverConfiguration: Sendable, Equatable {
    var servers: [String] = []
    var searches: [String] = []
    var options: [String] = []

    init(servers: [String] = [], searches: [String] = [], options: [String] = []) {
        self.servers = servers
        self.searches = searches
        self.options = options
    }

    /// - Parameter text: contents of a `resolv.conf`; unknown lines are passed over, the last `search` line counts.
    init(parsing text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" && $0 != ";" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let keyword = words.first else { continue }
            switch keyword {
            case "nameserver": servers += words.dropFirst().prefix(1)
            case "search": searches = Array(words.dropFirst())
            case "domain": if searches.isEmpty { searches = Array(words.dropFirst().prefix(1)) }
            case "options": options += words.dropFirst()
            default: break
            }
        }
    }

    /// Contents of a `resolv.conf`.
    var text: String {
        var lines = servers.map { "nameserver \($0)" }
        if !searches.isEmpty { lines.insert("search \(searches.joined(separator: " "))", at: 0) }
        if !options.isEmpty { lines.append("options \(options.joined(separator: " "))") }
        return lines.map { $0 + "\n" }.joined()
    }
}

/// Names in a pod: its `resolv.conf`, host name and `/etc/hosts`.
enum NameRules {
    /// The resolver configuration by the pod's `dnsPolicy` and `dnsConfig`.
    static func resolver(_ pod: Pod, _ cluster: ClusterNames) -> ResolverConfiguration {
        var policy = pod.spec.dnsPolicy.isEmpty ? "ClusterFirst" : pod.spec.dnsPolicy
        if policy == "ClusterFirst" && pod.spec.hostNetwork { policy = "Default" }
        if policy == "ClusterFirstWithHostNet" { policy = "ClusterFirst" }
        if policy == "ClusterFirst" && cluster.servers.isEmpty { policy = "Default" }
        var result: ResolverConfiguration
        switch policy {
        case "ClusterFirst":
            let domain = cluster.domain
            result = ResolverConfiguration(
                servers: cluster.servers,
                searches: ["\(pod.metadata.namespace).svc.\(domain)", "svc.\(domain)", domain] + cluster.host.searches,
                options: ["ndots:5"])
        case "None":
            result = ResolverConfiguration()
        default:
            result = cluster.host
        }
        if let own = pod.spec.dnsConfig { merge(own, into: &result) }
        result.servers = Array(unique(result.servers).prefix(3))
        result.searches = Array(unique(result.searches).prefix(32))
        return result
    }

    private static func merge(_ own: PodDNSConfig, into result: inout ResolverConfiguration) {
        result.servers += own.nameservers
        result.searches += own.searches
        for option in own.options {
            result.options.removeAll { $0 == option.name || $0.hasPrefix(option.name + ":") }
            result.options.append(option.value.map { $0.isEmpty ? option.name : "\(option.name):\($0)" } ?? option.name)
        }
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen = Set<String>()
        return names.filter { seen.insert($0).inserted }
    }

    /// The host name and the domain of a pod; the domain is empty without `subdomain`.
    static func hostname(_ pod: Pod, clusterDomain: String) -> (name: String, domain: String) {
        if let override = pod.spec.hostnameOverride { return (override, "") }
        let wanted = pod.spec.hostname.isEmpty ? pod.metadata.name : pod.spec.hostname
        var name = String(wanted.prefix(63))
        while name.hasSuffix("-") || name.hasSuffix(".") { name.removeLast() }
        let domain =
            pod.spec.subdomain.isEmpty ? "" : "\(pod.spec.subdomain).\(pod.metadata.namespace).svc.\(clusterDomain)"
        if pod.spec.setHostnameAsFQDN == true, !domain.isEmpty { return ("\(name).\(domain)", domain) }
        return (name, domain)
    }

    /// Contents of `/etc/hosts` of a pod with a network of its own.
    static func hosts(_ pod: Pod, addresses: [String], clusterDomain: String) -> String {
        let (name, domain) = hostname(pod, clusterDomain: clusterDomain)
        var text = """
            # Kubernetes-managed hosts file.
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::0\tip6-localnet
            fe00::0\tip6-mcastprefix
            fe00::1\tip6-allnodes
            fe00::2\tip6-allrouters

            """
        for address in addresses {
            text +=
                domain.isEmpty || name.hasSuffix(domain)
                ? "\(address)\t\(name)\n" : "\(address)\t\(name).\(domain)\t\(name)\n"
        }
        return text + aliases(pod)
    }

    /// Contents of `/etc/hosts` of a pod on the host's network.
    static func hostsOnHostNetwork(_ pod: Pod, host: String) -> String {
        "# Kubernetes-managed hosts file (host network).\n" + host + aliases(pod)
    }

    private static func aliases(_ pod: Pod) -> String {
        guard !pod.spec.hostAliases.isEmpty else { return "" }
        return "\n# Entries added by HostAliases.\n"
            + pod.spec.hostAliases.map { "\($0.ip)\t\($0.hostnames.joined(separator: "\t"))\n" }.joined()
    }
}
