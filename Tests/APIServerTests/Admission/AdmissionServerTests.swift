// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

/// Admission as clients see it: through the handlers, over a store in memory.
struct AdmissionServerTests {
    private static let namespace = "/api/v1/namespaces/default"
    private static let merge = "application/merge-patch+json"

    private func label(_ server: TestServer, _ labels: String) async throws -> TestServer.Answer {
        try await server.send(
            "PATCH", Self.namespace, #"{"metadata":{"labels":{\#(labels)}}}"#, contentType: Self.merge)
    }

    private func warnings(_ answer: TestServer.Answer) -> [String] {
        answer.headers.filter { $0.name == "warning" }.map(\.value)
    }

    private func pod(_ name: String, _ more: String = "") -> String {
        #"{"metadata":{"name":"\#(name)"},"spec":{"containers":[{"name":"c","image":"i"}]\#(more)}}"#
    }

    // MARK: - pod security

    @Test("a namespace's standard is enforced, and its pods and templates are warned about")
    func podSecurity() async throws {
        let server = try await TestServer.ready()
        #expect(try await server.send("POST", Self.namespace + "/pods", pod("old", #","hostPID":true"#)).status == 201)
        let stricter = try await label(
            server,
            #""pod-security.kubernetes.io/enforce":"baseline","pod-security.kubernetes.io/warn":"restricted","pod-security.kubernetes.io/warn-version":"v1.0""#
        )
        #expect(
            warnings(stricter) == [
                #"299 - "existing pods in namespace \"default\" violate the new PodSecurity enforce level \"baseline:latest\"""#,
                #"299 - "old: host namespaces""#,
            ])
        let refused = try await server.send("POST", Self.namespace + "/pods", pod("new", #","hostPID":true"#))
        #expect(refused.status == 403)
        #expect(
            refused.message
                == #"pods "new" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)"#)
        let warned = try await server.send("POST", Self.namespace + "/pods", pod("new"))
        #expect(warned.status == 201)
        let text =
            #"299 - "would violate PodSecurity \"restricted:v1.0\": runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true)""#
        #expect(warnings(warned) == [text])
        let deployment = try await server.send(
            "POST", "/apis/apps/v1/namespaces/default/deployments",
            #"{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostPID":true,"containers":[{"name":"c","image":"i","securityContext":{"runAsNonRoot":true}}]}}}}"#
        )
        #expect(deployment.status == 201)
        #expect(
            warnings(deployment)
                == [#"299 - "would violate PodSecurity \"restricted:v1.0\": host namespaces (hostPID=true)""#])
    }

    @Test(
        "labels that mean no standard are refused",
        arguments: [
            (#""pod-security.kubernetes.io/warn":"strict""#, "must be one of privileged, baseline, restricted"),
            (#""pod-security.kubernetes.io/audit-version":"1.2""#, #"must be "latest" or "v1.x""#),
        ])
    func badLabels(_ labels: String, _ expected: String) async throws {
        let server = try await TestServer.ready()
        let answer = try await label(server, labels)
        #expect(answer.status == 422)
        #expect(answer.message.hasSuffix(expected))
    }

    // MARK: - quota

    private func setQuota(_ server: TestServer, _ hard: String, used: String) async throws {
        let path = Self.namespace + "/resourcequotas"
        try await server.send("POST", path, #"{"metadata":{"name":"q"},"spec":{"hard":{\#(hard)}}}"#)
        let set = try await server.send(
            "PATCH", path + "/q/status", #"{"status":{"hard":{\#(hard)},"used":{\#(used)}}}"#, contentType: Self.merge)
        #expect(set.status == 200)
    }

    private func used(_ server: TestServer, _ name: String) async throws -> String? {
        try await server.send("GET", Self.namespace + "/resourcequotas/q").json.at("status", "used", name)?.stringValue
    }

    @Test("many writers at once do not overrun a quota")
    func concurrentQuota() async throws {
        let server = try await TestServer.ready()
        try await setQuota(server, #""configmaps":"5""#, used: #""configmaps":"0""#)
        let created = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<20 {
                group.addTask {
                    try await server.send(
                        "POST", Self.namespace + "/configmaps", #"{"metadata":{"name":"m\#(index)"}}"#
                    ).status
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 == 201 ? 1 : 0 }
        }
        #expect(created == 5)
        #expect(try await used(server, "configmaps") == "5")
    }

    @Test("what is not stored is not charged")
    func nothingForNothing() async throws {
        let server = try await TestServer.ready()
        try await setQuota(server, #""configmaps":"5""#, used: #""configmaps":"1""#)
        let path = Self.namespace + "/configmaps"
        #expect(try await server.send("POST", path, #"{"metadata":{"name":"a"}}"#).status == 201)
        #expect(try await server.send("POST", path, #"{"metadata":{"name":"a"}}"#).status == 409)
        #expect(try await server.send("POST", path + "?dryRun=All", #"{"metadata":{"name":"b"}}"#).status == 201)
        #expect(try await used(server, "configmaps") == "2")
    }

    @Test("a change is charged for what it adds")
    func changes() async throws {
        let server = try await TestServer.ready()
        try await setQuota(
            server, #""services":"2","services.nodeports":"1""#, used: #""services":"0","services.nodeports":"0""#)
        let path = Self.namespace + "/services"
        for name in ["a", "b"] {
            let body = #"{"metadata":{"name":"\#(name)"},"spec":{"ports":[{"port":1}]}}"#
            #expect(try await server.send("POST", path, body).status == 201)
        }
        let patch = #"{"spec":{"type":"NodePort"}}"#
        #expect(try await server.send("PATCH", path + "/a", patch, contentType: Self.merge).status == 200)
        let refused = try await server.send("PATCH", path + "/b", patch, contentType: Self.merge)
        #expect(
            refused.message
                == #"services "b" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1"#
        )
        #expect(try await used(server, "services") == "2")
    }

    // MARK: - the rest

    @Test("nothing is evicted into a namespace that goes away")
    func evictionWhileTerminating() async throws {
        let server = try await TestServer.ready()
        try await server.registry.ensure(Namespace { $0.metadata.name = "ns" })
        try await server.send("DELETE", "/api/v1/namespaces/ns")
        let answer = try await AdmittedActionCall(server).send(
            "POST", "/api/v1/namespaces/ns/pods/p/eviction", #"{"metadata":{"name":"p"}}"#)
        #expect(answer == 403)
        #expect(try await AdmittedActionCall(server).send("POST", "/api/v1/namespaces/no/pods/p/eviction", "{}") == 404)
    }

    @Test("claims grow where their class lets them")
    func resize() async throws {
        let server = try await TestServer.ready()
        let path = Self.namespace + "/persistentvolumeclaims"
        let body =
            #"{"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"s","volumeName":"v","resources":{"requests":{"storage":"1Gi"}}}}"#
        #expect(try await server.send("POST", path, body).status == 201)
        func grow() async throws -> TestServer.Answer {
            try await server.send(
                "PATCH", path + "/c", #"{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}"#, contentType: Self.merge
            )
        }
        try await server.send("PATCH", path + "/c/status", #"{"status":{"phase":"Bound"}}"#, contentType: Self.merge)
        #expect(
            try await grow().message
                == #"persistentvolumeclaims "c" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"#
        )
        try await server.send(
            "POST", "/apis/storage.k8s.io/v1/storageclasses",
            #"{"metadata":{"name":"s"},"provisioner":"p","allowVolumeExpansion":true}"#)
        #expect(try await grow().status == 200)
    }

    @Test("pods are told zone and region of their node")
    func topology() async throws {
        let server = try await TestServer.ready()
        try await server.registry.ensure(
            Node {
                $0.metadata.name = "n"
                $0.metadata.labels = ["topology.kubernetes.io/zone": "z", "other": "o"]
            })
        try await server.send("POST", Self.namespace + "/pods", pod("p"))
        try await server.send(
            "POST", Self.namespace + "/pods/p/binding",
            #"{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}"#)
        let bound = try await server.send("GET", Self.namespace + "/pods/p")
        #expect(bound.json.at("metadata", "labels", "topology.kubernetes.io/zone")?.stringValue == "z")
        #expect(bound.json.at("metadata", "labels", "other") == nil)
    }

    @Test("profiles asked for by annotation become fields")
    func appArmor() async throws {
        let server = try await TestServer.ready()
        let answer = try await server.send(
            "POST", Self.namespace + "/pods",
            #"{"metadata":{"name":"p","annotations":{"container.apparmor.security.beta.kubernetes.io/c":"localhost/foo"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#
        )
        let object = try JSONCoding.decode(Pod.self, from: answer.body)
        #expect(object.spec.containers[0].securityContext?.appArmorProfile?.localhostProfile == "foo")
    }
}

/// Sends a request to an action behind admission.
private struct AdmittedActionCall {
    let server: TestServer

    init(_ server: TestServer) { self.server = server }

    func send(_ method: String, _ path: String, _ body: String) async throws -> Int {
        let info = RequestInfo(method: method, path: path, query: [])
        let request = APIRequest(
            method: method, path: path, query: [], headers: [("content-type", "application/json")],
            body: Array(body.utf8), user: RequestUser(name: "admin", groups: ["system:masters"]), info: info,
            remoteAddress: "")
        do {
            _ = try await AdmittedAction(PodEviction()).respond(to: request, server.handler)
            return 201
        } catch let error as APIStatusError {
            return Int(error.code)
        }
    }
}
