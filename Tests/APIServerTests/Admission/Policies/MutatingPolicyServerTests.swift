// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

/// MutatingAdmissionPolicy as clients see it: through the handlers, over a store in memory.
struct MutatingPolicyServerTests {
    private static func mutations(_ mutations: String..., reinvocation: String = "Never", more: String = "") -> String {
        #","reinvocationPolicy":"\#(reinvocation)","mutations":["# + mutations.joined(separator: ",") + "]" + more
    }

    private static func label(_ key: String, _ value: String) -> String {
        PolicyServer.configuration(#"Object{metadata: Object.metadata{labels: {"\#(key)": \#(value)}}}"#)
    }

    private func labels(_ answer: TestServer.Answer) -> JSONValue { answer.json.at("metadata", "labels") ?? .null }

    @Test("an object is changed before it is stored, and what was changed nobody owns")
    func create() async throws {
        let server = try await PolicyServer.ready()
        try await server.mutate(
            "p", PolicyServer.rule("configmaps"), Self.mutations(Self.label("k", "object.metadata.name")))
        let created = try await server.map("a", #","data":{"x":"1"}"#)
        #expect(created.status == 201, "\(created.text)")
        #expect(labels(created) == ["k": "a"])
        let fields = created.json.at("metadata", "managedFields")?[0]?["fieldsV1"]
        #expect(fields?["f:data"] != nil)
        #expect(fields?["f:metadata"] == nil)
        #expect(labels(try await server.send("GET", PolicyServer.maps + "/a")) == ["k": "a"])
    }

    @Test("updates are changed too, deletions are not")
    func update() async throws {
        let server = try await PolicyServer.ready()
        #expect(try await server.map("a").status == 201)
        try await server.mutate(
            "p", PolicyServer.rule("configmaps"),
            Self.mutations(
                PolicyServer.patch(#"[JSONPatch{op: "add", path: "/data", value: {"old": oldObject.metadata.name}}]"#)))
        let updated = try await server.send("PUT", PolicyServer.maps + "/a", #"{"metadata":{"name":"a"}}"#)
        #expect(updated.json["data"] == ["old": "a"])
        #expect(try await server.send("DELETE", PolicyServer.maps + "/a").status == 200)
    }

    @Test("what a policy adds gets its defaults, and is validated")
    func defaults() async throws {
        let server = try await PolicyServer.ready()
        try await server.mutate(
            "p", PolicyServer.rule("pods", operations: #""CREATE""#),
            Self.mutations(
                PolicyServer.configuration(
                    #"Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: "mesh", image: object.metadata.name == "bad" ? "" : "m:1", restartPolicy: "Always"}]}}"#
                )))
        func pod(_ name: String) async throws -> TestServer.Answer {
            try await server.send(
                "POST", PolicyServer.pods,
                #"{"metadata":{"name":"\#(name)"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#)
        }
        let created = try await pod("a")
        #expect(created.status == 201, "\(created.text)")
        let mesh = created.json.at("spec", "initContainers")?[0]
        #expect(mesh?["imagePullPolicy"] == "IfNotPresent")
        #expect(mesh?["terminationMessagePath"] == "/dev/termination-log")
        // plugins in front look at the object again: the new container gets the token of the pod, in the volume that is there
        #expect(mesh?["volumeMounts"]?.arrayValue?.count == 1)
        #expect(created.json.at("spec", "volumes")?.arrayValue?.count == 1)
        let invalid = try await pod("bad")
        #expect(invalid.status == 422)
        #expect(invalid.message.contains("spec.initContainers[0].image: Required value"))
    }

    @Test("policies run in the order of their names, each on what the others left")
    func order() async throws {
        let server = try await PolicyServer.ready()
        try await server.mutate(
            "b", PolicyServer.rule("configmaps"), Self.mutations(Self.label("l", "object.metadata.labels.l + 'b'")))
        try await server.mutate(
            "a", PolicyServer.rule("configmaps"),
            Self.mutations(Self.label("l", "'a'"), Self.label("l", "object.metadata.labels.l + '2'")))
        #expect(labels(try await server.map("x")) == ["l": "a2b"])
    }

    @Test(
        "a policy runs again where it asks for it and something changed after it",
        arguments: [("Never", "1"), ("IfNeeded", "11")])
    func reinvocation(policy: String, expected: String) async throws {
        let server = try await PolicyServer.ready()
        let count = Self.label(
            "n", "(has(object.metadata.labels) && 'n' in object.metadata.labels ? object.metadata.labels.n : '') + '1'")
        try await server.mutate("a", PolicyServer.rule("configmaps"), Self.mutations(count, reinvocation: policy))
        try await server.mutate("b", PolicyServer.rule("configmaps"), Self.mutations(Self.label("o", "'x'")))
        #expect(labels(try await server.map("x")) == ["n": .string(expected), "o": "x"])
    }

    @Test("conditions are asked about the object as the policies before left it")
    func conditions() async throws {
        let server = try await PolicyServer.ready()
        let condition =
            #","matchConditions":[{"name":"c","expression":"has(object.metadata.labels) && 'a' in object.metadata.labels"}]"#
        try await server.mutate("a", PolicyServer.rule("configmaps"), Self.mutations(Self.label("a", "'1'")))
        try await server.mutate(
            "b", PolicyServer.rule("configmaps"), Self.mutations(Self.label("b", "'1'"), more: condition))
        #expect(labels(try await server.map("x")) == ["a": "1", "b": "1"])
    }

    @Test(
        "what a failing policy answers",
        arguments: [
            (
                PolicyServer.configuration("Object{data: Object.data{}, spec: Object.spec{}}"), 403, "Invalid",
                "policy 'p' with binding 'p-b' denied request: error applying patch: failed to convert patch object to typed object: .spec: field not declared in schema"
            ),
            (
                PolicyServer.patch(#"[JSONPatch{op: "remove", path: "/data/none"}]"#), 403, "Invalid",
                "policy 'p' with binding 'p-b' denied request: JSONPath: Unable to remove nonexistent key: none: missing value"
            ),
            (
                PolicyServer.patch(#"[JSONPatch{op: "add", path: "/bogus", value: 1}]"#), 500, "InternalError",
                #"Internal error occurred: strict decoding error: unknown field "bogus""#
            ),
        ])
    func failures(mutation: String, status: Int, reason: String, message: String) async throws {
        let server = try await PolicyServer.ready()
        try await server.mutate("p", PolicyServer.rule("configmaps"), Self.mutations(mutation))
        let answer = try await server.map("a", #","data":{"x":"1"}"#)
        #expect(answer.status == status)
        #expect(answer.message == message)
        #expect(answer.json["reason"] == .string(reason))
        if status == 403 { #expect(answer.json["details"]?["causes"]?[0]?["message"] == .string(message)) }
    }

    @Test("a failing policy that lets failures pass changes nothing, and the next one runs")
    func ignore() async throws {
        let server = try await PolicyServer.ready()
        try await server.mutate(
            "a", PolicyServer.rule("configmaps"),
            Self.mutations(Self.label("a", "object.none"), more: #","failurePolicy":"Ignore""#))
        try await server.mutate("b", PolicyServer.rule("configmaps"), Self.mutations(Self.label("b", "'1'")))
        #expect(labels(try await server.map("x")) == ["b": "1"])
    }

    @Test("parameters, each of which is a run of its own")
    func parameters() async throws {
        let server = try await PolicyServer.ready()
        for (name, value) in [("one", "1"), ("two", "2")] {
            let map = #"{"metadata":{"name":"\#(name)","labels":{"k":"v"}},"data":{"value":"\#(value)"}}"#
            #expect(try await server.send("POST", PolicyServer.maps, map).status == 201)
        }
        try await server.mutate(
            "p", PolicyServer.rule("secrets"),
            #","paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"reinvocationPolicy":"Never","mutations":["#
                + PolicyServer.configuration(
                    "Object{metadata: Object.metadata{labels: {params.metadata.name: params.data.value}}}") + "]",
            binding: #","paramRef":{"selector":{"matchLabels":{"k":"v"}},"parameterNotFoundAction":"Deny"}"#)
        let secrets = "/api/v1/namespaces/default/secrets"
        #expect(
            labels(try await server.send("POST", secrets, #"{"metadata":{"name":"s"}}"#)) == ["one": "1", "two": "2"])
        for name in ["one", "two"] { try await server.send("DELETE", PolicyServer.maps + "/" + name) }
        let answer = try await server.send("POST", secrets, #"{"metadata":{"name":"t"}}"#)
        #expect(answer.status == 403)
        #expect(
            answer.message
                == "policy 'p' with binding 'p-b' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
        )
        #expect(answer.json["reason"] == "Forbidden")
    }

    @Test("a name that is to be generated is not there yet, and the object has no identity")
    func generated() async throws {
        let server = try await PolicyServer.ready()
        try await server.mutate(
            "p", PolicyServer.rule("configmaps"),
            Self.mutations(
                Self.label("seen", "has(object.metadata.name) || has(object.metadata.uid) ? 'yes' : 'no'")))
        let created = try await server.send("POST", PolicyServer.maps, #"{"metadata":{"generateName":"g-"}}"#)
        #expect(labels(created) == ["seen": "no"])
        #expect(created.json.at("metadata", "name")?.stringValue?.hasPrefix("g-") == true)
        #expect(created.json.at("metadata", "uid")?.stringValue?.isEmpty == false)
    }

    @Test("a scale and a binding are changed as such")
    func subresources() async throws {
        let server = try await PolicyServer.ready()
        let deployment =
            #"{"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"#
        #expect(try await server.send("POST", PolicyServer.deployments, deployment).status == 201)
        try await server.mutate(
            "s", PolicyServer.rule("deployments/scale", group: "apps"),
            Self.mutations(PolicyServer.configuration("Object{spec: Object.spec{replicas: object.spec.replicas + 1}}")))
        let scaled = try await server.send(
            "PATCH", PolicyServer.deployments + "/d/scale", #"{"spec":{"replicas":5}}"#,
            contentType: "application/merge-patch+json")
        #expect(scaled.json.at("spec", "replicas") == 6)
        let pod = #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#
        #expect(try await server.send("POST", PolicyServer.pods, pod).status == 201)
        try await server.mutate(
            "t", PolicyServer.rule("pods/binding"),
            Self.mutations(PolicyServer.configuration(#"Object{metadata: Object.metadata{labels: {"bound": "yes"}}}"#)))
        let binding = #"{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}"#
        #expect(try await server.send("POST", PolicyServer.pods + "/p/binding", binding).status == 201)
        #expect(labels(try await server.send("GET", PolicyServer.pods + "/p")) == ["bound": "yes"])
    }

    @Test("a policy about one version changes requests of the others")
    func equivalents() async throws {
        let server = try await PolicyServer.ready()
        try await server.mutate(
            "p", PolicyServer.rule("horizontalpodautoscalers", group: "autoscaling", version: "v2"),
            Self.mutations(PolicyServer.configuration("Object{spec: Object.spec{minReplicas: 2}}")))
        let created = try await server.send(
            "POST", "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers",
            #"{"metadata":{"name":"h"},"spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},"targetCPUUtilizationPercentage":40}}"#
        )
        #expect(created.json.at("spec", "minReplicas") == 2, "\(created.text)")
        #expect(created.json.at("spec", "targetCPUUtilizationPercentage") == 40)
    }

    @Test("a policy moves no object to another namespace and renames none that is there")
    func identity() async throws {
        let server = try await PolicyServer.ready()
        #expect(try await server.map("a").status == 201)
        let move = PolicyServer.patch(#"[JSONPatch{op: "replace", path: "/metadata/namespace", value: "kube-system"}]"#)
        try await server.mutate("p", PolicyServer.rule("configmaps", operations: #""CREATE""#), Self.mutations(move))
        let moved = try await server.map("b")
        #expect(moved.status == 400)
        #expect(
            moved.message
                == "the namespace of the provided object does not match the namespace sent on the request")
        let rename = PolicyServer.patch(#"[JSONPatch{op: "replace", path: "/metadata/name", value: "z"}]"#)
        try await server.mutate("q", PolicyServer.rule("configmaps", operations: #""UPDATE""#), Self.mutations(rename))
        let renamed = try await server.send("PUT", PolicyServer.maps + "/a", #"{"metadata":{"name":"a"}}"#)
        #expect(renamed.status == 400)
        #expect(try await server.send("GET", PolicyServer.maps + "/z").status == 404)
    }
}
