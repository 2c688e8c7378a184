// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// What a request does to which resource, as admission policies see it.
///
/// - SeeAlso: `admission.Attributes` of `k8s.io/apiserver/pkg/admission`.
public struct AdmissionAttributes: Sendable {
    public enum Operation: String, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
        case connect = "CONNECT"
    }

    /// A resource by its place in the API.
    public struct Resource: Sendable, Hashable {
        public var group: String
        public var version: String
        public var plural: String

        public init(group: String, version: String, plural: String) {
            self.group = group
            self.version = version
            self.plural = plural
        }
    }

    /// The kind of the bodies of a resource.
    public struct Kind: Sendable, Hashable {
        public var group: String
        public var version: String
        public var kind: String

        public init(group: String, version: String, kind: String) {
            self.group = group
            self.version = version
            self.kind = kind
        }
    }

    public var operation: Operation
    public var resource: Resource
    /// Empty for the object itself.
    public var subresource = ""
    /// What the body is: of a subresource its own kind.
    public var kind: Kind
    /// Empty where the name is to be generated, and for collections.
    public var name = ""
    /// The name of a namespace itself; empty for other objects of the cluster.
    public var namespace = ""
    /// An `authentication.k8s.io/v1` UserInfo.
    public var user: JSONValue = .object(JSONObject())
    public var isDryRun = false
    /// CreateOptions, UpdateOptions or DeleteOptions; null for connections.
    public var options: JSONValue = .null

    public init(_ operation: Operation, _ resource: Resource, _ kind: Kind) {
        self.operation = operation
        self.resource = resource
        self.kind = kind
    }

    /// Whether it is about a namespace as an object.
    public var isNamespace: Bool { resource.group.isEmpty && resource.plural == "namespaces" }

    /// An `admission.k8s.io/v1` AdmissionRequest without its objects.
    ///
    /// - Parameter match: the resource by which a policy came to see the request.
    public func request(as match: PolicyCriteria.Match) -> JSONValue {
        func text(_ kind: Kind) -> JSONValue {
            ["group": .string(kind.group), "version": .string(kind.version), "kind": .string(kind.kind)]
        }
        func text(_ resource: Resource) -> JSONValue {
            [
                "group": .string(resource.group), "version": .string(resource.version),
                "resource": .string(resource.plural),
            ]
        }
        var members: [(String, JSONValue)] = [
            ("kind", text(match.kind)), ("resource", text(match.resource)), ("requestKind", text(kind)),
            ("requestResource", text(resource)), ("operation", .string(operation.rawValue)), ("userInfo", user),
            ("dryRun", .bool(isDryRun)), ("options", options),
        ]
        // what is empty is not there: `has(request.name)` tells
        for (key, value) in [
            ("subResource", subresource), ("requestSubResource", subresource), ("name", name), ("namespace", namespace),
        ] where !value.isEmpty { members.append((key, .string(value))) }
        return .object(JSONObject(members))
    }
}
