// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

/// What a path of the Kubernetes API names.
struct FakePath: Sendable {
    var resource: ResourcePath
    var namespace = ""
    var name = ""
    var subresource = ""

    /// Tells versions of one resource apart from nothing: all versions of a group share their objects.
    var collection: String { resource.group.isEmpty ? resource.plural : "\(resource.plural).\(resource.group)" }
    var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// - Returns: nil where the path is not one of a resource.
    init?(_ path: String) {
        var parts = path.split(separator: "/").map(String.init)[...]
        guard let root = parts.popFirst() else { return nil }
        var group = ""
        if root == "apis" {
            guard let first = parts.popFirst() else { return nil }
            group = first
        } else if root != "api" {
            return nil
        }
        guard let version = parts.popFirst(), !parts.isEmpty else { return nil }
        let rest = Array(parts)
        var at = 0
        let namespaceSubresources: Set = ["status", "finalize"]
        if rest[0] == "namespaces", rest.count >= 3, !namespaceSubresources.contains(rest[2]) {
            namespace = rest[1]
            at = 2
        }
        let plural = rest[at]
        resource = ResourcePath(
            group: group, version: version, plural: plural,
            isNamespaced: !namespace.isEmpty || Self.isNamespaced(group: group, plural: plural))
        if at + 1 < rest.count { name = rest[at + 1] }
        if at + 2 < rest.count { subresource = rest[(at + 2)...].joined(separator: "/") }
    }

    private static func isNamespaced(group: String, plural: String) -> Bool {
        ResourceInfo.all.first { $0.group == group && $0.plural == plural }?.isNamespaced ?? true
    }
}
