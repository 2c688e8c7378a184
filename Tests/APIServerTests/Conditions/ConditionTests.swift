// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Logging
import Testing
import Wire

@testable import APIServer

struct ConditionTests {
    private static let schema = FlowSchema { $0.spec.priorityLevelConfiguration.name = "p" }
    private static let found = ConditionText(
        "False", "Found", "This FlowSchema references the PriorityLevelConfiguration object named \"p\" and it exists")

    @Test("a FlowSchema says whether its level is there, and since when")
    func flowSchema() throws {
        let (early, late) = (Time().with { $0.seconds = 1 }, Time().with { $0.seconds = 2 })
        #expect(FlowSchemaConditions.dangling(Self.schema, levels: ["p"]) == Self.found)
        var schema = Self.schema
        schema.status.conditions = [try #require(FlowSchemaConditions.change(schema, levels: [], now: early))]
        #expect(schema.status.conditions[0].status == "True")
        #expect(FlowSchemaConditions.change(schema, levels: [], now: late) == nil)
        let back = try #require(FlowSchemaConditions.change(schema, levels: ["p"], now: late))
        #expect(back.lastTransitionTime == late)
        schema.spec.priorityLevelConfiguration.name = "q"
        let renamed = try #require(FlowSchemaConditions.change(schema, levels: ["p"], now: late))
        #expect(renamed.lastTransitionTime == early)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var reason: String
        var hasService = true
        var port: Int32 = 443
        var slices: [EndpointSlice] = []
        var testDescription: String { reason }
    }

    private static let served = EndpointSlice {
        $0.ports = [
            DiscoveryEndpointPort {
                $0.name = "https"
                $0.port = 8443
            }
        ]
        $0.endpoints = [Endpoint { $0.addresses = ["10.0.0.1"] }]
    }

    @Test(
        "an APIService says why it cannot be reached",
        arguments: [
            Case(reason: "ServiceNotFound", hasService: false), Case(reason: "ServicePortError", port: 80),
            Case(reason: "EndpointsNotFound"), Case(reason: "MissingEndpoints", slices: [EndpointSlice()]),
            Case(reason: "FailedDiscoveryCheck", slices: [served]),
        ])
    func apiService(_ test: Case) {
        let service = APIService {
            $0.spec.service = APIRegistrationServiceReference {
                ($0.namespace, $0.name) = ("n", "s")
                $0.port = test.port
            }
        }
        let target = Service {
            $0.spec.type = "ClusterIP"
            $0.spec.ports = [
                ServicePort {
                    $0.name = "https"
                    $0.port = 443
                }
            ]
        }
        let text = APIServiceConditions.available(
            service, backend: test.hasService ? .found(target, test.slices) : .missing)
        #expect(text.status == "False")
        #expect(text.reason == test.reason)
        #expect(APIServiceConditions.available(APIService(), backend: .missing).reason == "Local")
    }

    @Test("conditions follow the objects", .timeLimit(.minutes(1)))
    func keeper() async throws {
        let server = try await TestServer.ready()
        let schemas = try server.registry.endpoint(FlowSchema.self)
        let watcher = try await schemas.cache.watch(ObjectSelection(), from: .now)
        let parts = ConditionKeeper(
            registry: server.registry, progress: StartProgress(), logger: Logger(label: "test"))
        let keeper = Task { await parts.run() }
        let path = "/apis/flowcontrol.apiserver.k8s.io/v1/"
        try await server.send(
            "POST", path + "flowschemas",
            #"{"metadata":{"name":"f"},"spec":{"priorityLevelConfiguration":{"name":"p"}}}"#)
        let spec = #"{"type":"Limited","limited":{"limitResponse":{"type":"Reject"}}}"#
        let level = #"{"metadata":{"name":"p"},"spec":\#(spec)}"#
        #expect(try await server.send("POST", path + "prioritylevelconfigurations", level).status == 201)
        var statuses: [String] = []
        while statuses.last != "False", let batch = await watcher.next() {
            for case .event(_, let event) in batch {
                guard let object = event.current else { continue }
                statuses += try schemas.decode(object).status.conditions.map(\.status)
            }
        }
        #expect(statuses.last == "False")
        keeper.cancel()
        await keeper.value
        schemas.cache.stop(watcher)
    }
}
