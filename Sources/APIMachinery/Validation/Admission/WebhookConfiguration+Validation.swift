// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension ValidatingWebhookConfiguration: Validated {
    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .anyQualifiedName }

    public func validateBody() -> [FieldError] { WebhookRules().validate(webhooks.map(\.rulesForm)) }

    public func validateUpdate(from old: ValidatingWebhookConfiguration) -> [FieldError] {
        ObjectMetaRules.validate(
            metadata, isNamespaced: false, name: Self.nameRule, finalizers: Self.finalizerNames)
            + WebhookRules(replacing: old.webhooks.map(\.rulesForm)).validate(webhooks.map(\.rulesForm))
    }
}

extension MutatingWebhookConfiguration: Validated {
    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .anyQualifiedName }

    public func validateBody() -> [FieldError] { WebhookRules().validate(webhooks.map(\.rulesForm)) }

    public func validateUpdate(from old: MutatingWebhookConfiguration) -> [FieldError] {
        ObjectMetaRules.validate(
            metadata, isNamespaced: false, name: Self.nameRule, finalizers: Self.finalizerNames)
            + WebhookRules(replacing: old.webhooks.map(\.rulesForm)).validate(webhooks.map(\.rulesForm))
    }
}
