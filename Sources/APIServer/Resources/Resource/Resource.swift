// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == DeviceClass {
    static var deviceClasses: Self {
        Self().countingGenerations().with { $0.returnsDeletedObject = true }
    }
}

extension ResourceDefinition where Object == ResourceClaim {
    static var resourceClaims: Self {
        Self().separatingStatus().with { $0.returnsDeletedObject = true }
    }
}

extension ResourceDefinition where Object == ResourceClaimTemplate {
    static var resourceClaimTemplates: Self {
        Self().with { $0.returnsDeletedObject = true }
    }
}

extension ResourceDefinition where Object == ResourceSlice {
    static var resourceSlices: Self {
        Self().countingGenerations().with { $0.returnsDeletedObject = true }
    }
}
