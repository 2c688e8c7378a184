// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Crypto
public import KubernetesAPI
import Wire

/// What a server says of itself: groups, versions and resources.
///
/// - SeeAlso: Kubernetes' documentation "API Discovery"; KEP-3352 (aggregated discovery).
public struct DiscoveryDocuments: Sendable {
    /// The groups in the order in which clients prefer them, each with its versions, preferred first.
    private let groups: [(name: String, versions: [String])]
    private let resources: [ResourceInfo]

    /// Groups of the API in upstream's order of priority; those not named come last, by name.
    private static let order = [
        "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io",
        "autoscaling", "batch",
        "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
        "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io",
        "node.k8s.io",
        "discovery.k8s.io", "resource.k8s.io", "flowcontrol.apiserver.k8s.io",
    ]

    /// - Parameter resources: what the server serves.
    public init(_ resources: [ResourceInfo]) {
        self.resources = resources
        var versions: [String: [String]] = [:]
        for resource in resources where versions[resource.group]?.contains(resource.version) != true {
            versions[resource.group, default: []].append(resource.version)
        }
        let rank = { (name: String) in Self.order.firstIndex(of: name) ?? Self.order.count }
        groups = versions.keys.filter { !$0.isEmpty }
            .sorted { (rank($0), $0) < (rank($1), $1) }
            .map { ($0, (versions[$0] ?? []).sorted(by: >)) }
    }

    /// Every group version but the core one, as paths below `/apis`.
    public var groupVersions: [(group: String, version: String)] {
        groups.flatMap { group in group.versions.sorted().map { (group.name, $0) } }
    }

    // MARK: - documents

    /// `/api`.
    public func coreVersions(serverAddress: String) -> APIVersions {
        APIVersions {
            $0.versions = ["v1"]
            $0.serverAddressByClientCIDRs = [
                ServerAddressByClientCIDR {
                    $0.clientCIDR = "0.0.0.0/0"
                    $0.serverAddress = serverAddress
                }
            ]
        }
    }

    /// `/apis`.
    public func groupList() -> APIGroupList { APIGroupList { $0.groups = groups.map { group($0.name, $0.versions) } } }

    /// `/apis/GROUP`; nil where there is no such group.
    public func group(_ name: String) -> APIGroup? {
        groups.first { $0.name == name }.map { group($0.name, $0.versions) }
    }

    private func group(_ name: String, _ versions: [String]) -> APIGroup {
        APIGroup {
            $0.name = name
            $0.versions = versions.map { version in
                GroupVersionForDiscovery {
                    $0.groupVersion = "\(name)/\(version)"
                    $0.version = version
                }
            }
            $0.preferredVersion = $0.versions.first ?? GroupVersionForDiscovery()
        }
    }

    /// `/api/v1` (with an empty group) and `/apis/GROUP/VERSION`; nil where there is no such group version.
    public func resourceList(group: String, version: String) -> APIResourceList? {
        let served = resources.filter { $0.group == group && $0.version == version }.sorted { $0.plural < $1.plural }
        guard let first = served.first else { return nil }
        return APIResourceList {
            $0.groupVersion = first.apiVersion
            $0.resources = served.flatMap { resource in
                [Self.entry(resource)] + resource.subresources.map { Self.entry($0, of: resource) }
            }
        }
    }

    private static func entry(_ resource: ResourceInfo) -> APIResource {
        APIResource {
            $0.name = resource.plural
            $0.singularName = resource.singular
            $0.namespaced = resource.isNamespaced
            $0.kind = resource.kind
            $0.verbs = resource.verbs
            $0.shortNames = resource.shortNames
            $0.categories = resource.categories
            // What is not stored (reviews, bindings, component statuses) has no storage version.
            if resource.verbs.contains("watch") { $0.storageVersionHash = storageVersionHash(resource) }
        }
    }

    private static func entry(_ subresource: SubresourceInfo, of resource: ResourceInfo) -> APIResource {
        let isForeign = subresource.group != resource.group || subresource.version != resource.version
        return APIResource {
            $0.name = "\(resource.plural)/\(subresource.name)"
            $0.namespaced = resource.isNamespaced
            if isForeign {
                $0.group = subresource.group
                $0.version = subresource.version
            }
            $0.kind = subresource.kind
            $0.verbs = subresource.verbs
        }
    }

    /// The first eight bytes of the SHA-256 of the stored group, version and kind.
    static func storageVersionHash(_ resource: ResourceInfo) -> String {
        var stored = (group: resource.group, version: resource.version)
        if resource.kind == "HorizontalPodAutoscaler" { stored.version = "v2" }
        if resource.kind == "Event" { stored = ("", "v1") }
        let digest = SHA256.hash(data: Array("\(stored.group)/\(stored.version)/\(resource.kind)".utf8))
        return String(decoding: Base64.encode(Array(digest.prefix(8))), as: UTF8.self)
    }

    // MARK: - aggregated

    /// `/api` (with `core`) or `/apis`, with all that is below them.
    public func aggregated(core: Bool) -> ObjectList<APIGroupDiscovery> {
        let names = core ? [(name: "", versions: ["v1"])] : groups
        return ObjectList {
            $0.items = names.map { group in
                APIGroupDiscovery {
                    $0.metadata.name = group.name
                    $0.versions = group.versions.map { aggregated(group: group.name, version: $0) }
                }
            }
        }
    }

    private func aggregated(group: String, version: String) -> APIVersionDiscovery {
        let served = resources.filter { $0.group == group && $0.version == version }.sorted { $0.plural < $1.plural }
        return APIVersionDiscovery {
            $0.version = version
            $0.freshness = DiscoveryFreshness.current
            $0.resources = served.map(Self.aggregated)
        }
    }

    private static func aggregated(_ resource: ResourceInfo) -> APIResourceDiscovery {
        APIResourceDiscovery {
            $0.resource = resource.plural
            $0.responseKind = GroupVersionKind { $0.kind = resource.kind }
            $0.scope = resource.isNamespaced ? ResourceScope.namespaced : ResourceScope.cluster
            $0.singularResource = resource.singular
            $0.verbs = resource.verbs
            $0.shortNames = resource.shortNames
            $0.categories = resource.categories
            $0.subresources = resource.subresources.map { subresource in
                let isForeign = subresource.group != resource.group || subresource.version != resource.version
                return APISubresourceDiscovery {
                    $0.subresource = subresource.name
                    $0.responseKind = GroupVersionKind {
                        $0.group = isForeign ? subresource.group : ""
                        $0.version = isForeign ? subresource.version : ""
                        $0.kind = subresource.kind
                    }
                    $0.verbs = subresource.verbs
                }
            }
        }
    }

    // MARK: - JSON

    /// The JSON of a discovery document. `/api` and `/api/v1` come without `apiVersion`, as they always have.
    public static func json(_ document: some TopLevelObject, isCore: Bool) -> [UInt8] {
        let bytes = JSONCoding.encode(document)
        guard isCore else { return bytes }
        let field = Array("\"apiVersion\":\"v1\",".utf8)
        guard let comma = bytes.firstIndex(of: UInt8(ascii: ",")), bytes[(comma + 1)...].starts(with: field) else {
            return bytes
        }
        return Array(bytes[...comma]) + bytes[(comma + 1 + field.count)...]
    }
}
