// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == Role {
    static var roles: Self {
        Self().with {
            $0.createsOnUpdate = true
            $0.validateName = ObjectMetaRules.pathSegmentName
        }
    }
}

extension ResourceDefinition where Object == ClusterRole {
    static var clusterRoles: Self {
        Self().with {
            $0.createsOnUpdate = true
            $0.validateName = ObjectMetaRules.pathSegmentName
        }
    }
}

extension ResourceDefinition where Object == RoleBinding {
    static var roleBindings: Self {
        Self().with {
            $0.createsOnUpdate = true
            $0.validateName = ObjectMetaRules.pathSegmentName
        }
    }
}

extension ResourceDefinition where Object == ClusterRoleBinding {
    static var clusterRoleBindings: Self {
        Self().with {
            $0.createsOnUpdate = true
            $0.validateName = ObjectMetaRules.pathSegmentName
        }
    }
}
