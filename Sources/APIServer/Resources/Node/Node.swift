// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == RuntimeClass {
    static var runtimeClasses: Self {
        Self().with {
            $0.createsOnUpdate = true
            $0.allowsUnconditionalUpdate = false
        }
    }
}
