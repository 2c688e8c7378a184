// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// A kind with rules of its own. All faults are collected; defaults have been applied before.
public protocol Validated: RESTObject {
    /// What names of this kind look like.
    static var nameRule: ObjectMetaRules.NameRule { get }

    /// What its finalizers are called.
    static var finalizerNames: ObjectMetaRules.FinalizerNames { get }

    /// The faults of everything but the metadata, on create and on update.
    func validateBody() -> [FieldError]

    /// The faults of replacing `old` beyond those of ``validateBody()``: fields that may not change.
    func validateChange(from old: Self) -> [FieldError]

    /// All faults of replacing `old`: those of the metadata, of the body and of the change, unless the kind looks at less.
    func validateUpdate(from old: Self) -> [FieldError]

    /// The faults of a new status.
    func validateStatus(from old: Self) -> [FieldError]
}

extension Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.subdomainName }

    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .standardOrQualified }

    public func validateChange(from _: Self) -> [FieldError] { [] }

    public func validateUpdate(from old: Self) -> [FieldError] {
        let faults =
            Self.finalizerNames == .standardOrQualified
            ? ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            : ObjectMetaRules.validateUpdate(metadata, from: old.metadata)
        return faults + validateBody() + validateChange(from: old)
    }

    public func validateStatus(from _: Self) -> [FieldError] { [] }

    /// The faults of an object as it would have to be new, metadata included: what some kinds ask of an update, too.
    func validateAsNew() -> [FieldError] {
        ObjectMetaRules.validate(
            metadata, isNamespaced: Self.resource.isNamespaced, name: Self.nameRule, finalizers: Self.finalizerNames)
            + validateBody()
    }
}
