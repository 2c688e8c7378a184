// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// A value that carries `kind` and `apiVersion`.
public protocol TopLevelObject: WireValue {
    /// The API group; empty for the core group.
    static var group: String { get }
    static var version: String { get }
    static var kind: String { get }
}

extension TopLevelObject {
    /// `v1`, `apps/v1`: what objects carry as `apiVersion`.
    public static var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
}

/// A value with `metadata`.
public protocol KubernetesObject: TopLevelObject {
    var metadata: ObjectMeta { get set }
}

/// An object that the API serves as a resource.
public protocol RESTObject: KubernetesObject {
    static var resource: ResourceInfo { get }
}

/// An object with a `spec`.
public protocol SpecObject: KubernetesObject {
    associatedtype Spec: WireValue
    var spec: Spec { get set }
}

/// An object with a `status`.
public protocol StatusObject: KubernetesObject {
    associatedtype Status: WireValue
    var status: Status { get set }
}

/// All kinds of the API, by group, version and kind.
public enum KindTable {
    private static let byName: [String: any TopLevelObject.Type] = Dictionary(
        all.map { ("\($0.apiVersion) \($0.kind)", $0) }, uniquingKeysWith: { first, _ in first })

    /// The Swift type of a kind, nil where the API has none of that name.
    public static func type(apiVersion: String, kind: String) -> (any TopLevelObject.Type)? {
        byName["\(apiVersion) \(kind)"]
    }
}

/// A list of objects of one kind, as the API answers it.
public struct ObjectList<Item: TopLevelObject>: WireValue {
    public var metadata = ListMeta()
    public var items: [Item] = []

    public init() {}

    /// `PodList` for a list of `Pod`.
    public static var kind: String { Item.kind + "List" }

    public mutating func decode(json r: inout JSONReader) throws(JSONFault) {
        guard try r.beginObject() else { return }
        while let key = try r.nextKey() {
            if key.matches("metadata") {
                try metadata.decode(json: &r)
            } else if key.matches("items") {
                items = try r.list(of: Item.self)
            } else if key.matches("kind") || key.matches("apiVersion") {
                _ = try r.string()
            } else {
                try r.skipUnknown(key)
            }
        }
    }

    public func encode(json w: inout JSONWriter) {
        w.beginObject()
        w.key(",\"kind\":" as StaticString)
        w.string(Self.kind)
        w.key(",\"apiVersion\":" as StaticString)
        w.string(Item.apiVersion)
        w.key(",\"metadata\":" as StaticString)
        metadata.encode(json: &w)
        w.key(",\"items\":" as StaticString)
        w.list(items)
        w.endObject()
    }

    public mutating func decode(protobuf r: inout ProtobufReader) throws(ProtobufFault) {
        while let field = try r.nextField() {
            switch field.number {
            case 1: try r.message(field, into: &metadata)
            case 2: try r.append(field, to: &items)
            default: try r.skip(field)
            }
        }
    }

    public func encode(protobuf w: inout ProtobufWriter) {
        w.list(2, items)
        w.message(1, metadata)
    }
}
