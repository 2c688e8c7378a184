// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == EndpointSlice {
    static var endpointSlices: Self {
        Self().countingGenerations {
            $0.endpoints != $1.endpoints || $0.ports != $1.ports || $0.addressType != $1.addressType
                || $0.metadata.labels != $1.metadata.labels
        }
    }
}
