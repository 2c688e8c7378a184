// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The facts of one REST resource.
public struct ResourceInfo: Sendable, Equatable {
    /// The API group; empty for the core group.
    public var group: String
    public var version: String
    /// The name in paths, for example `pods`.
    public var plural: String
    public var singular: String
    public var kind: String
    public var isNamespaced: Bool
    /// What clients may do, in alphabetical order.
    public var verbs: [String]
    public var shortNames: [String]
    public var categories: [String]
    public var subresources: [SubresourceInfo]

    public init(
        group: String, version: String, plural: String, singular: String, kind: String, isNamespaced: Bool,
        verbs: [String],
        shortNames: [String] = [], categories: [String] = [], subresources: [SubresourceInfo] = []
    ) {
        self.group = group
        self.version = version
        self.plural = plural
        self.singular = singular
        self.kind = kind
        self.isNamespaced = isNamespaced
        self.verbs = verbs
        self.shortNames = shortNames
        self.categories = categories
        self.subresources = subresources
    }

    /// `v1`, `apps/v1`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `pods`, `deployments.apps`: how messages name the resource.
    public var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    private static let byName: [String: ResourceInfo] = Dictionary(
        all.map { ("\($0.apiVersion) \($0.plural)", $0) }, uniquingKeysWith: { first, _ in first })

    /// The resource of that name, nil where the API has none.
    public static func find(group: String, version: String, plural: String) -> ResourceInfo? {
        byName["\(group.isEmpty ? version : "\(group)/\(version)") \(plural)"]
    }

    /// The resource that a generated type belongs to; generator and table come from the same schema.
    static func required(group: String, version: String, plural: String) -> ResourceInfo {
        find(group: group, version: version, plural: plural)
            ?? ResourceInfo(
                group: group, version: version, plural: plural, singular: plural, kind: "", isNamespaced: false,
                verbs: [])
    }
}

/// The facts of one subresource.
public struct SubresourceInfo: Sendable, Equatable {
    /// `status`, `scale`, `log`.
    public var name: String
    /// The group, version and kind of its bodies.
    public var group: String
    public var version: String
    public var kind: String
    public var verbs: [String]

    public init(name: String, group: String, version: String, kind: String, verbs: [String]) {
        self.name = name
        self.group = group
        self.version = version
        self.kind = kind
        self.verbs = verbs
    }
}
