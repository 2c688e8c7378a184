// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

/// Rights that Martlet's own components need beyond Kubernetes' default roles.
enum MartletRoles {
    private static let clusterDNS = "martlet:cluster-dns"

    /// The DNS server of each node, which shares the service proxy's identity, has to know which namespaces and pods there are.
    private static let role = ClusterRole {
        $0.metadata.name = clusterDNS
        $0.rules = [
            PolicyRule {
                $0.verbs = ["list", "watch"]
                $0.apiGroups = [""]
                $0.resources = ["namespaces", "pods"]
            }
        ]
    }

    private static let binding = ClusterRoleBinding {
        $0.metadata.name = clusterDNS
        $0.roleRef = RoleRef {
            $0.apiGroup = "rbac.authorization.k8s.io"
            $0.kind = "ClusterRole"
            $0.name = clusterDNS
        }
        $0.subjects = [
            Subject {
                $0.kind = "User"
                $0.apiGroup = "rbac.authorization.k8s.io"
                $0.name = "system:kube-proxy"
            }
        ]
    }

    /// Makes what is missing.
    ///
    /// - Parameter client: with the rights of an administrator.
    static func ensure(_ client: KubernetesClient) async throws(ClientError) {
        try await ensure(role, client)
        try await ensure(binding, client)
    }

    private static func ensure(_ object: some RESTObject, _ client: KubernetesClient) async throws(ClientError) {
        do throws(ClientError) {
            _ = try await client.create(object)
        } catch {
            guard error.isAlreadyExists else { throw error }
        }
    }
}
