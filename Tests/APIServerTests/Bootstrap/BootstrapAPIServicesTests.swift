// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct BootstrapAPIServicesTests {
    @Test("there is one for each group version but their own")
    func names() {
        let names = BootstrapAPIServices.services().map(\.metadata.name)
        #expect(names.contains("v1.") && names.contains("v1.apps") && names.contains("v2.autoscaling"))
        #expect(!names.contains("v1.apiregistration.k8s.io"))
        #expect(Set(names).count == names.count)
    }

    @Test("all of them are valid, and available at once")
    func valid() async throws {
        let server = try await TestServer.ready()
        for service in BootstrapAPIServices.services() {
            #expect(service.validateBody().isEmpty, "\(service.metadata.name)")
            try await server.registry.ensure(service)
        }
        let answer = try await server.send(
            "GET", "/apis/apiregistration.k8s.io/v1/apiservices/v1.apps",
            accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
        #expect(answer.json["rows"]?[0]?["cells"]?.arrayValue?.prefix(3) == ["v1.apps", "Local", "True"])
    }
}
