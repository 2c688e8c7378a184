// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// Where a resource is served.
public struct ResourcePath: Hashable, Sendable, CustomStringConvertible {
    /// Empty for the core group.
    public var group: String
    public var version: String
    /// The plural name in lower case, for example `pods`.
    public var plural: String
    public var isNamespaced: Bool

    public init(group: String, version: String, plural: String, isNamespaced: Bool) {
        self.group = group
        self.version = version
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// The path of a built-in resource.
    public init(_ info: ResourceInfo) {
        self.init(group: info.group, version: info.version, plural: info.plural, isNamespaced: info.isNamespaced)
    }

    /// The path of the collection: `/api/v1/pods` or `/api/v1/namespaces/default/pods`.
    ///
    /// - Parameter namespace: nil or empty for all namespaces; not looked at for cluster-scoped resources.
    public func collection(namespace: String?) -> String {
        let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        guard isNamespaced, let namespace, !namespace.isEmpty else { return "\(root)/\(plural)" }
        return "\(root)/namespaces/\(namespace)/\(plural)"
    }

    /// The path of one object, or of a subresource of it.
    public func object(namespace: String?, name: String, subresource: String? = nil) -> String {
        let path = "\(collection(namespace: namespace))/\(name)"
        return subresource.map { "\(path)/\($0)" } ?? path
    }

    /// `deployments.apps/v1`, `pods/v1`.
    public var description: String { group.isEmpty ? "\(plural)/\(version)" : "\(plural).\(group)/\(version)" }
}

/// Namespace and name of an object: the usual key of work queues and stores.
public struct ObjectKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Empty for a cluster-scoped object.
    public var namespace: String
    public var name: String

    public init(namespace: String = "", name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// The key of an object.
    public init(_ metadata: ObjectMeta) {
        self.init(namespace: metadata.namespace, name: metadata.name)
    }

    public static func < (a: ObjectKey, b: ObjectKey) -> Bool { (a.namespace, a.name) < (b.namespace, b.name) }

    /// `namespace/name`, or the name alone.
    public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

extension KubernetesObject {
    /// Namespace and name.
    public var key: ObjectKey { ObjectKey(metadata) }
}
