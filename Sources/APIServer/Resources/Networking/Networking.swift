// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == NetworkPolicy {
    static var networkPolicies: Self {
        Self().countingGenerations()
    }
}

extension ResourceDefinition where Object == Ingress {
    static var ingresses: Self {
        Self(prefix: "ingress").separatingStatus().countingGenerations().with { $0.validate = { $0.classFaults } }
    }
}

extension ResourceDefinition where Object == IngressClass {
    static var ingressClasses: Self {
        Self().countingGenerations()
    }
}

extension ResourceDefinition where Object == IPAddress {
    static var ipAddresses: Self {
        Self()
    }
}

extension ResourceDefinition where Object == ServiceCIDR {
    /// Here a status may be written with the object itself, too.
    static var serviceCIDRs: Self {
        Self().separatingStatus().keepingMetadata().with {
            $0.prepareForCreate = { (_, _) in }
            $0.faces[""] = Face()
        }
    }
}
