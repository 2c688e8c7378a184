// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension PodTemplate: Validated {
    public func validateBody() -> [FieldError] { PodSpecRules.template(template, FieldPath("template")) }
}

extension ServiceAccount: Validated {
    public func validateBody() -> [FieldError] { [] }

    /// Upstream looks at a changed one as at a new one, too.
    public func validateUpdate(from old: ServiceAccount) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateAsNew()
    }
}
