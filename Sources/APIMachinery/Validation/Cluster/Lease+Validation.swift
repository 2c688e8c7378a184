// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Lease: Validated {
    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .anyQualifiedName }

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if let seconds = spec.leaseDurationSeconds, seconds <= 0 {
            errors.append(.invalid(path.child("leaseDurationSeconds"), seconds, "must be greater than 0"))
        }
        if let transitions = spec.leaseTransitions {
            errors += ValueRules.nonNegative(transitions, path.child("leaseTransitions"))
        }
        return errors
    }
}
