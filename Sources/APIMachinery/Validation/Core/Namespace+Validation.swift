// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Namespace: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.labelName }

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec", "finalizers")
        return spec.finalizers.flatMap { Self.finalizer($0, path) }
    }

    /// Upstream looks at a changed one as at a new one, and then at the change.
    public func validateUpdate(from old: Namespace) -> [FieldError] {
        validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
    }

    /// The faults of other finalizers of the content.
    public func validateFinalize(from old: Namespace) -> [FieldError] {
        let path = FieldPath("spec", "finalizers")
        return ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + spec.finalizers.enumerated().flatMap { Self.finalizer($1, path.index($0)) }
    }

    public func validateStatus(from old: Namespace) -> [FieldError] {
        let isEnding = metadata.deletionTimestamp != nil
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        if status.phase != (isEnding ? NamespacePhase.terminating : NamespacePhase.active) {
            let text =
                isEnding
                ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
                : "may only be 'Active' if `deletionTimestamp` is empty"
            errors.append(.invalid(FieldPath("status", "Phase"), status.phase, text))
        }
        return errors
    }

    private static func finalizer(_ name: String, _ path: FieldPath) -> [FieldError] {
        var errors = LabelRules.qualifiedName(name).map { FieldError.invalid(path, name, $0) }
        if !name.contains("/"), !["kubernetes", "orphan", "foregroundDeletion"].contains(name) {
            let text = "name is neither a standard finalizer name nor is it fully qualified"
            errors.append(.invalid(path, name, text))
        }
        return errors
    }
}
