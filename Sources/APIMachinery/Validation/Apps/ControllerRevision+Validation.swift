// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension ControllerRevision: Validated {
    public func validateBody() -> [FieldError] {
        ValueRules.nonNegative(revision, FieldPath("revision")) + dataFaults
    }

    /// There must be data, and it must be an object.
    private var dataFaults: [FieldError] {
        switch data.raw.first(where: { !space.contains($0) }) {
        case nil, UInt8(ascii: "n"): [.required(FieldPath("data"), "data is mandatory")]
        case UInt8(ascii: "{"): []
        default: [.required(FieldPath("data"), "data must be a valid JSON object")]
        }
    }

    private var space: [UInt8] { [0x20, 0x09, 0x0A, 0x0D] }

    public func validateUpdate(from old: ControllerRevision) -> [FieldError] {
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        errors += ObjectMetaRules.validate(metadata, isNamespaced: true, name: Self.nameRule)
        errors += ValueRules.nonNegative(revision, FieldPath("revision"))
        if data != old.data {
            errors.append(.invalid(FieldPath("data"), JSONValue(encoding: data), ObjectMetaRules.immutableText))
        }
        return errors
    }
}
