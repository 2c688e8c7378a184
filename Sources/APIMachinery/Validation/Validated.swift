// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// A kind with rules of its own. All faults are collected; defaults have been applied before.
public protocol Validated: RESTObject {
    /// What names of this kind look like.
    static var nameRule: ObjectMetaRules.NameRule { get }

    /// The faults of everything but the metadata, on create and on update.
    func validateBody() -> [FieldError]

    /// The faults of replacing `old` beyond those of ``validateBody()``: fields that may not change.
    func validateChange(from old: Self) -> [FieldError]

    /// The faults of a new status.
    func validateStatus(from old: Self) -> [FieldError]
}

extension Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.subdomainName }

    public func validateChange(from _: Self) -> [FieldError] { [] }

    public func validateStatus(from _: Self) -> [FieldError] { [] }
}

/// The rules for objects of any kind; kinds that have none of their own obey those of the metadata.
public enum ObjectValidation {
    /// The faults of an object that is to be created.
    public static func create<Object: RESTObject>(_ object: Object) -> [FieldError] {
        let rule = (Object.self as? any Validated.Type)?.nameRule ?? NameRuleTable.rule(of: Object.resource)
        let errors = ObjectMetaRules.validate(object.metadata, isNamespaced: Object.resource.isNamespaced, name: rule)
        return errors + ((object as? any Validated)?.validateBody() ?? [])
    }

    /// The faults of an object that is to replace `old`. Those of the metadata come twice, as upstream reports them.
    public static func update<Object: RESTObject>(_ object: Object, from old: Object) -> [FieldError] {
        let metadata = ObjectMetaRules.validateUpdate(object.metadata, from: old.metadata)
        guard let validated = object as? any Validated else { return metadata + metadata }
        return metadata + metadata + validated.validateBody() + changes(of: validated, from: old)
    }

    private static func changes<Object: Validated>(of object: Object, from old: Any) -> [FieldError] {
        (old as? Object).map { object.validateChange(from: $0) } ?? []
    }

    /// The faults of a status that is to replace that of `old`.
    public static func status<Object: RESTObject>(_ object: Object, from old: Object) -> [FieldError] {
        let metadata = ObjectMetaRules.validateUpdate(object.metadata, from: old.metadata)
        guard let validated = object as? any Validated else { return metadata }
        return metadata + statusFaults(of: validated, from: old)
    }

    private static func statusFaults<Object: Validated>(of object: Object, from old: Any) -> [FieldError] {
        (old as? Object).map { object.validateStatus(from: $0) } ?? []
    }
}

/// Kinds whose names are not DNS subdomains.
enum NameRuleTable {
    private static let pathSegments: Set<String> = [
        "roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io",
        "clusterrolebindings.rbac.authorization.k8s.io", "certificatesigningrequests.certificates.k8s.io", "events",
        "events.events.k8s.io",
    ]

    static func rule(of resource: ResourceInfo) -> ObjectMetaRules.NameRule {
        pathSegments.contains(resource.qualifiedName) ? ObjectMetaRules.pathSegmentName : ObjectMetaRules.subdomainName
    }
}
