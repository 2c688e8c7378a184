// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == PodDisruptionBudget {
    static var podDisruptionBudgets: Self {
        Self().separatingStatus().countingGenerations().with { $0.allowsUnconditionalUpdate = false }
    }
}
