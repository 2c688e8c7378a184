// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What validating and mutating webhooks have in common.
struct WebhookRules {
    /// One webhook of either kind.
    struct Hook {
        var name: String
        var clientConfig: WebhookClientConfig
        var rules: [RuleWithOperations]
        var failurePolicy: String?
        var matchPolicy: String?
        var namespaceSelector: LabelSelector?
        var objectSelector: LabelSelector?
        var sideEffects: String?
        var timeoutSeconds: Int32?
        var admissionReviewVersions: [String]
        var reinvocationPolicy: String?
        var matchConditions: [MatchCondition]
    }

    /// What is let through because the old object had it.
    var allowsSideEffects = false
    var allowsUnknownVersions = false
    var allowsSameNames = false
    var allowsInvalidSelectors = false

    private static let reviewVersions = ["v1", "v1beta1"]
    private static let harmless = ["None", "NoneOnDryRun"]

    /// New webhooks: nothing is let through.
    init() {}

    /// Webhooks that replace others.
    init(replacing old: [Hook]) {
        allowsSideEffects = !old.allSatisfy { hook in hook.sideEffects.map(Self.harmless.contains) ?? false }
        allowsUnknownVersions = !old.allSatisfy { hook in
            hook.admissionReviewVersions.isEmpty || hook.admissionReviewVersions.contains(where: Self.isReviewVersion)
        }
        allowsSameNames = Set(old.map(\.name)).count != old.count
        allowsInvalidSelectors = old.contains { hook in
            !LabelSelectorRules.validate(hook.namespaceSelector, at: .root).isEmpty
                || !LabelSelectorRules.validate(hook.objectSelector, at: .root).isEmpty
        }
    }

    private static func isReviewVersion(_ version: String) -> Bool { reviewVersions.contains(version) }

    func validate(_ hooks: [Hook]) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, hook) in hooks.enumerated() {
            let path = FieldPath("webhooks").index(index)
            errors += self.hook(hook, path)
            errors += versions(hook.admissionReviewVersions, path.child("admissionReviewVersions"))
            if !allowsSameNames, !hook.name.isEmpty, !names.insert(hook.name).inserted {
                errors.append(.duplicate(path.child("name"), hook.name))
            }
        }
        return errors
    }

    private func hook(_ hook: Hook, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.fullyQualifiedName(hook.name, path.child("name"))
        for (index, rule) in hook.rules.enumerated() {
            errors += MatchRules.rule(rule, path.child("rules").index(index))
        }
        errors += ValueRules.oneOf(hook.failurePolicy, ["Fail", "Ignore"], path.child("failurePolicy"))
        errors += ValueRules.oneOf(hook.matchPolicy, ["Equivalent", "Exact"], path.child("matchPolicy"))
        errors += sideEffects(hook.sideEffects, path.child("sideEffects"))
        if let seconds = hook.timeoutSeconds, seconds > 30 || seconds < 1 {
            let text = "the timeout value must be between 1 and 30 seconds"
            errors.append(.invalid(path.child("timeoutSeconds"), seconds, text))
        }
        for (field, selector) in [
            ("namespaceSelector", hook.namespaceSelector), ("objectSelector", hook.objectSelector),
        ] {
            errors += LabelSelectorRules.validate(
                selector, allowsInvalidValues: allowsInvalidSelectors, at: path.child(field))
        }
        errors += ValueRules.oneOf(
            hook.reinvocationPolicy, ["IfNeeded", "Never"], path.child("reinvocationPolicy"))
        errors += client(hook.clientConfig, path.child("clientConfig"))
        return errors + MatchRules.conditions(hook.matchConditions, path.child("matchConditions"))
    }

    private func sideEffects(_ effects: String?, _ path: FieldPath) -> [FieldError] {
        let known = allowsSideEffects ? ["None", "NoneOnDryRun", "Some", "Unknown"] : Self.harmless
        guard let effects else {
            return [.required(path, "must specify one of " + known.joined(separator: ", "))]
        }
        return ValueRules.oneOf(effects, known, path)
    }

    private func client(_ config: WebhookClientConfig, _ path: FieldPath) -> [FieldError] {
        switch (config.url, config.service) {
        case (let url?, nil): WebhookURLRules.url(url, path.child("url"))
        case (nil, let service?):
            WebhookURLRules.service(
                name: service.name, namespace: service.namespace, path: service.path, port: service.port ?? 443,
                path.child("service"))
        default: [.required(path, "exactly one of url or service is required")]
        }
    }

    private func versions(_ versions: [String], _ path: FieldPath) -> [FieldError] {
        let known = Self.reviewVersions.joined(separator: ", ")
        if versions.isEmpty { return [.required(path, "must specify one of " + known)] }
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, version) in versions.enumerated() {
            guard seen.insert(version).inserted else {
                errors.append(.invalid(path.index(index), version, "duplicate version"))
                continue
            }
            errors += NameRules.dns1035Label(version).map { .invalid(path.index(index), version, $0) }
        }
        if !allowsUnknownVersions, !versions.contains(where: Self.isReviewVersion) {
            errors.append(.invalid(path, ValueRules.json(versions), "must include at least one of " + known))
        }
        return errors
    }
}

extension ValidatingWebhook {
    /// As the common rules look at it.
    var rulesForm: WebhookRules.Hook {
        WebhookRules.Hook(
            name: name, clientConfig: clientConfig, rules: rules, failurePolicy: failurePolicy,
            matchPolicy: matchPolicy, namespaceSelector: namespaceSelector, objectSelector: objectSelector,
            sideEffects: sideEffects, timeoutSeconds: timeoutSeconds,
            admissionReviewVersions: admissionReviewVersions, matchConditions: matchConditions)
    }
}

extension MutatingWebhook {
    /// As the common rules look at it.
    var rulesForm: WebhookRules.Hook {
        WebhookRules.Hook(
            name: name, clientConfig: clientConfig, rules: rules, failurePolicy: failurePolicy,
            matchPolicy: matchPolicy, namespaceSelector: namespaceSelector, objectSelector: objectSelector,
            sideEffects: sideEffects, timeoutSeconds: timeoutSeconds,
            admissionReviewVersions: admissionReviewVersions, reinvocationPolicy: reinvocationPolicy,
            matchConditions: matchConditions)
    }
}
