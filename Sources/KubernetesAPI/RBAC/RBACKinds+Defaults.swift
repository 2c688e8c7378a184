// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

private let rbacGroup = "rbac.authorization.k8s.io"

extension RoleBinding: Defaulted {
    public mutating func applyDefaults() {
        roleRef.apiGroup.orDefault(rbacGroup)
        for index in subjects.indices { subjects[index].applyDefaults() }
    }
}

extension ClusterRoleBinding: Defaulted {
    public mutating func applyDefaults() {
        roleRef.apiGroup.orDefault(rbacGroup)
        for index in subjects.indices { subjects[index].applyDefaults() }
    }
}

extension Subject {
    mutating func applyDefaults() { if kind == "User" || kind == "Group" { apiGroup.orDefault(rbacGroup) } }
}
