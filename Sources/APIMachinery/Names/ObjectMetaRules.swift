// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// What holds for the metadata of every object.
///
/// - SeeAlso: `api/validation/objectmeta.go` of Kubernetes' apimachinery.
public enum ObjectMetaRules {
    /// What a kind demands of its names, see ``NameRules``; `isPrefix` tells of `generateName`, which may end with a dash.
    public typealias NameRule = @Sendable (_ name: String, _ isPrefix: Bool) -> [String]

    /// Most kinds: a DNS subdomain.
    public static let subdomainName: NameRule = { NameRules.dns1123Subdomain($1 ? masked($0) : $0) }
    /// Namespaces and others: a DNS label.
    public static let labelName: NameRule = { NameRules.dns1123Label($1 ? masked($0) : $0) }
    /// Services before DNS relaxation: a DNS label that starts with a letter.
    public static let serviceName: NameRule = { NameRules.dns1035Label($1 ? masked($0) : $0) }
    /// Roles and others: anything that can stand in a URL path.
    public static let pathSegmentName: NameRule = { $1 ? NameRules.pathSegmentPrefix($0) : NameRules.pathSegment($0) }

    /// The prefix without trailing dashes, with one letter instead, so that it can be judged like a name.
    private static func masked(_ prefix: String) -> String {
        guard prefix.utf8.count > 1, prefix.hasSuffix("-") else { return prefix }
        return prefix.dropLast() + "a"
    }

    /// What finalizers of a kind are called.
    public enum FinalizerNames: Sendable {
        /// Those of Kubernetes itself have known names, those of others a domain.
        case standardOrQualified
        /// A domain is not asked for: kinds whose rules do not come from Kubernetes' core.
        case anyQualifiedName
    }

    /// The faults of the metadata of an object that is to be created.
    public static func validate(
        _ meta: ObjectMeta, isNamespaced: Bool, name rule: NameRule,
        finalizers names: FinalizerNames = .standardOrQualified, at path: FieldPath = FieldPath("metadata")
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if !meta.generateName.isEmpty {
            errors += rule(meta.generateName, true).map { .invalid(path.child("generateName"), meta.generateName, $0) }
        }
        if meta.name.isEmpty {
            errors.append(.required(path.child("name"), "name or generateName is required"))
        } else {
            errors += rule(meta.name, false).map { .invalid(path.child("name"), meta.name, $0) }
        }
        if isNamespaced {
            if meta.namespace.isEmpty {
                errors.append(.required(path.child("namespace")))
            } else {
                errors += NameRules.dns1123Label(meta.namespace).map {
                    .invalid(path.child("namespace"), meta.namespace, $0)
                }
            }
        } else if !meta.namespace.isEmpty {
            errors.append(.forbidden(path.child("namespace"), "not allowed on this type"))
        }
        return errors + common(meta, names, at: path)
    }

    private static func common(_ meta: ObjectMeta, _ names: FinalizerNames, at path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if meta.generation < 0 {
            errors.append(.invalid(path.child("generation"), meta.generation, "must be greater than or equal to 0"))
        }
        errors += LabelRules.labels(meta.labels, at: path.child("labels"))
        errors += LabelRules.annotations(meta.annotations, at: path.child("annotations"))
        errors += ownerReferences(meta.ownerReferences, at: path.child("ownerReferences"))
        errors += finalizers(meta.finalizers, names, at: path.child("finalizers"))
        return errors
    }

    /// What the kinds of Kubernetes' core and most other groups say of metadata on an update: beside ``validateUpdate(_:from:at:)``
    /// they look at the names of all finalizers, old ones too.
    public static func validateKindUpdate(_ meta: ObjectMeta, from old: ObjectMeta) -> [FieldError] {
        let path = FieldPath("metadata")
        return validateUpdate(meta, from: old, at: path)
            + meta.finalizers.enumerated().flatMap { standardFinalizer($1, at: path.child("finalizers").index($0)) }
    }

    /// The faults of the metadata of an object that is to replace another version of it.
    public static func validateUpdate(
        _ meta: ObjectMeta, from old: ObjectMeta, at path: FieldPath = FieldPath("metadata")
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if old.deletionTimestamp != nil { errors += noNewFinalizers(meta, old, at: path.child("finalizers")) }
        if meta.resourceVersion.isEmpty {
            errors.append(.invalid(path.child("resourceVersion"), "", "must be specified for an update"))
        }
        if meta.generation < old.generation {
            errors.append(.invalid(path.child("generation"), meta.generation, "must not be decremented"))
        }
        errors += immutable(meta.name, old.name, at: path.child("name"))
        errors += immutable(meta.namespace, old.namespace, at: path.child("namespace"))
        errors += immutable(meta.uid, old.uid, at: path.child("uid"))
        if meta.creationTimestamp != old.creationTimestamp {
            errors.append(.invalid(path.child("creationTimestamp"), json(meta.creationTimestamp), immutableText))
        }
        if meta.deletionTimestamp != old.deletionTimestamp {
            errors.append(
                .invalid(path.child("deletionTimestamp"), meta.deletionTimestamp.map(json) ?? .null, immutableText))
        }
        if meta.deletionGracePeriodSeconds != old.deletionGracePeriodSeconds {
            let seconds = meta.deletionGracePeriodSeconds.map { JSONValue.int($0) } ?? .null
            errors.append(.invalid(path.child("deletionGracePeriodSeconds"), seconds, immutableText))
        }
        errors += LabelRules.labels(meta.labels, at: path.child("labels"))
        errors += LabelRules.annotations(meta.annotations, at: path.child("annotations"))
        errors += ownerReferences(meta.ownerReferences, at: path.child("ownerReferences"))
        return errors
    }

    /// What is said of a field that may not change.
    public static let immutableText = "field is immutable"

    private static func immutable(_ new: String, _ old: String, at path: @autoclosure () -> FieldPath) -> [FieldError] {
        new == old ? [] : [.invalid(path(), new, immutableText)]
    }

    private static func json(_ time: Time) -> JSONValue { time.isZero ? .null : .string(time.text) }

    private static func noNewFinalizers(_ meta: ObjectMeta, _ old: ObjectMeta, at path: FieldPath) -> [FieldError] {
        let added = meta.finalizers.filter { !old.finalizers.contains($0) }
        guard !added.isEmpty else { return [] }
        let shown = "[]string{" + added.map(GoText.quote).joined(separator: ", ") + "}"
        let text = "no new finalizers can be added if the object is being deleted, found new finalizers \(shown)"
        return [.forbidden(path, text)]
    }

    /// The faults of owner references: incomplete ones, and more than one controller.
    public static func ownerReferences(_ references: [OwnerReference], at path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var controller: String?
        for reference in references {
            let version = reference.apiVersion.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
            if version.isEmpty {
                errors.append(.invalid(path.child("apiVersion"), reference.apiVersion, "version must not be empty"))
            }
            for (field, text) in [("kind", reference.kind), ("name", reference.name), ("uid", reference.uid)]
            where text.isEmpty {
                errors.append(.invalid(path.child(field), text, "must not be empty"))
            }
            if reference.apiVersion == "v1", reference.kind == "Event" {
                errors.append(.invalid(path, .object([:]), "/v1, Kind=Event is disallowed from being an owner"))
            }
            guard reference.controller == true else { continue }
            let name = reference.kind + "/" + reference.name
            if let controller {
                let text = "Only one reference can have Controller set to true. Found \"true\" in references for "
                errors.append(.invalid(path, json(references), text + "\(controller) and \(name)"))
            } else {
                controller = name
            }
        }
        return errors
    }

    private static func json(_ references: [OwnerReference]) -> JSONValue {
        .array(
            references.map { reference in
                var object: JSONObject = [
                    "apiVersion": .string(reference.apiVersion), "kind": .string(reference.kind),
                    "name": .string(reference.name), "uid": .string(reference.uid),
                ]
                if let controller = reference.controller { object["controller"] = .bool(controller) }
                if let block = reference.blockOwnerDeletion { object["blockOwnerDeletion"] = .bool(block) }
                return .object(object)
            })
    }

    /// The finalizers that need no domain.
    private static let standardFinalizers: Set<String> = ["orphan", "foregroundDeletion", "kubernetes"]

    private static func standardFinalizer(_ name: String, at path: FieldPath) -> [FieldError] {
        guard !name.contains("/"), !standardFinalizers.contains(name) else { return [] }
        return [.invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified")]
    }

    /// The faults of finalizers: bad names, and both kinds of propagation at once.
    public static func finalizers(
        _ finalizers: [String], _ names: FinalizerNames = .standardOrQualified, at path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, name) in finalizers.enumerated() {
            let faults = LabelRules.qualifiedName(name)
            errors += faults.map { .invalid(path.index(index), name, $0) }
            if names == .standardOrQualified, faults.isEmpty {
                errors += standardFinalizer(name, at: path.index(index))
            }
        }
        if finalizers.contains("orphan"), finalizers.contains("foregroundDeletion") {
            let text = "finalizer orphan and foregroundDeletion cannot be both set"
            errors.append(.invalid(path, .array(finalizers.map { .string($0) }), text))
        }
        return errors
    }
}
