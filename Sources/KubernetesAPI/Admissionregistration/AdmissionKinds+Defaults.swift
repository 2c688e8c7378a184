// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension RuleWithOperations {
    mutating func applyDefaults() { rule.scope.orDefault("*") }
}

extension MatchResources {
    mutating func applyDefaults() {
        matchPolicy.orDefault("Equivalent")
        namespaceSelector.orDefault(LabelSelector())
        objectSelector.orDefault(LabelSelector())
        for index in resourceRules.indices { resourceRules[index].ruleWithOperations.applyDefaults() }
        for index in excludeResourceRules.indices { excludeResourceRules[index].ruleWithOperations.applyDefaults() }
    }
}

extension ValidatingWebhookConfiguration: Defaulted {
    public mutating func applyDefaults() {
        for index in webhooks.indices {
            webhooks[index].failurePolicy.orDefault("Fail")
            webhooks[index].matchPolicy.orDefault("Equivalent")
            webhooks[index].namespaceSelector.orDefault(LabelSelector())
            webhooks[index].objectSelector.orDefault(LabelSelector())
            webhooks[index].timeoutSeconds.orDefault(10)
            webhooks[index].clientConfig.service?.port.orDefault(443)
            for rule in webhooks[index].rules.indices { webhooks[index].rules[rule].applyDefaults() }
        }
    }
}

extension MutatingWebhookConfiguration: Defaulted {
    public mutating func applyDefaults() {
        for index in webhooks.indices {
            webhooks[index].failurePolicy.orDefault("Fail")
            webhooks[index].matchPolicy.orDefault("Equivalent")
            webhooks[index].namespaceSelector.orDefault(LabelSelector())
            webhooks[index].objectSelector.orDefault(LabelSelector())
            webhooks[index].timeoutSeconds.orDefault(10)
            webhooks[index].reinvocationPolicy.orDefault("Never")
            webhooks[index].clientConfig.service?.port.orDefault(443)
            for rule in webhooks[index].rules.indices { webhooks[index].rules[rule].applyDefaults() }
        }
    }
}

extension ValidatingAdmissionPolicy: Defaulted {
    public mutating func applyDefaults() {
        spec.failurePolicy.orDefault("Fail")
        spec.matchConstraints?.applyDefaults()
    }
}

extension ValidatingAdmissionPolicyBinding: Defaulted {
    public mutating func applyDefaults() { spec.matchResources?.applyDefaults() }
}

extension MutatingAdmissionPolicy: Defaulted {
    public mutating func applyDefaults() {
        spec.failurePolicy.orDefault("Fail")
        spec.matchConstraints?.applyDefaults()
    }
}

extension MutatingAdmissionPolicyBinding: Defaulted {
    public mutating func applyDefaults() { spec.matchResources?.applyDefaults() }
}
