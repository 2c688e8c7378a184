// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Logging
import Store
import Testing
import Wire

@testable import APIServer

struct BootstrapperTests {
    @Test("a cluster that has what every cluster has is left as it is")
    func again() async throws {
        let server = try await TestServer.ready()
        for name in ["kube-system", "kube-public", "kube-node-lease"] {
            try await server.registry.ensure(Namespace { $0.metadata.name = name })
        }
        let bootstrapper = Bootstrapper(
            registry: server.registry, roles: BootstrapRBAC(), logger: Logger(label: "test"))
        try await bootstrapper.run()
        let revision = server.store.currentRevision
        let roles = try await server.send("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles")
        #expect(roles.body.count > 32 << 10, "large enough to be sent piece by piece")
        try await bootstrapper.run()
        #expect(server.store.currentRevision == revision)
    }

    @Test("a binding of another role is made anew, since its role cannot be changed")
    func recreate() async throws {
        let server = try await TestServer.ready()
        for name in ["kube-system", "kube-public", "kube-node-lease"] {
            try await server.registry.ensure(Namespace { $0.metadata.name = name })
        }
        let roles = BootstrapRBAC()
        var binding = try #require(roles.clusterRoleBindings.first { $0.metadata.name == "system:basic-user" })
        binding.roleRef.name = "view"
        try await server.registry.ensure(binding)
        try await Bootstrapper(registry: server.registry, roles: roles, logger: Logger(label: "test")).run()
        let made = try await server.registry.endpoint(ClusterRoleBinding.self)
            .get(namespace: "", name: "system:basic-user")
        #expect(made?.roleRef.name == "system:basic-user")
        #expect(made?.metadata.managedFields.map(\.manager) == ["kube-apiserver"])
    }
}
