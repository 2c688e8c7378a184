// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == ValidatingWebhookConfiguration {
    static var validatingWebhookConfigurations: Self {
        Self().countingGenerations { $0.webhooks != $1.webhooks }.with { $0.allowsUnconditionalUpdate = false }
    }
}

extension ResourceDefinition where Object == MutatingWebhookConfiguration {
    static var mutatingWebhookConfigurations: Self {
        Self().countingGenerations { $0.webhooks != $1.webhooks }.with { $0.allowsUnconditionalUpdate = false }
    }
}

extension ResourceDefinition where Object == ValidatingAdmissionPolicy {
    static var validatingAdmissionPolicies: Self {
        Self().separatingStatus().keepingMetadata().countingGenerations().with {
            $0.allowsUnconditionalUpdate = false
        }
    }
}

extension ResourceDefinition where Object == ValidatingAdmissionPolicyBinding {
    static var validatingAdmissionPolicyBindings: Self {
        Self().countingGenerations().with { $0.allowsUnconditionalUpdate = false }
    }
}

extension ResourceDefinition where Object == MutatingAdmissionPolicy {
    static var mutatingAdmissionPolicies: Self {
        Self().countingGenerations().with { $0.allowsUnconditionalUpdate = false }
    }
}

extension ResourceDefinition where Object == MutatingAdmissionPolicyBinding {
    static var mutatingAdmissionPolicyBindings: Self {
        Self().countingGenerations().with { $0.allowsUnconditionalUpdate = false }
    }
}
