// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension ControllerRevision: Validated {
    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        if data.raw.isEmpty { errors.append(.required(FieldPath("data"), "data is mandatory")) }
        return errors + ValueRules.nonNegative(revision, FieldPath("revision"))
    }

    public func validateUpdate(from old: ControllerRevision) -> [FieldError] {
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        errors += ValueRules.nonNegative(revision, FieldPath("revision"))
        if data != old.data {
            errors.append(.invalid(FieldPath("data"), JSONValue(encoding: data), ObjectMetaRules.immutableText))
        }
        return errors
    }
}
