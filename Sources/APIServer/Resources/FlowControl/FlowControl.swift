// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == FlowSchema {
    static var flowSchemas: Self {
        Self().separatingStatus().keepingMetadata().countingGenerations()
    }
}

extension ResourceDefinition where Object == PriorityLevelConfiguration {
    static var priorityLevelConfigurations: Self {
        Self().separatingStatus().keepingMetadata().countingGenerations()
    }
}
