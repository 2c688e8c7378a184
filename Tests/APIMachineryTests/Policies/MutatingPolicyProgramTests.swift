// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct MutatingPolicyProgramTests {
    private static let deployment: JSONValue = [
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "a", "labels": ["x": "1"]],
        "spec": [
            "replicas": 1,
            "template": [
                "spec": [
                    "containers": [
                        ["name": "c", "image": "i", "args": ["old"], "env": [["name": "E", "value": "1"]]]
                    ]
                ]
            ],
        ],
    ]

    private static func run(
        _ type: String, _ expression: String, on object: JSONValue = deployment
    ) throws(MutatingPolicyProgram.Failure) -> MutatingPolicyProgram.Mutated {
        var spec = MutatingAdmissionPolicySpec()
        spec.variables = [
            Variable {
                $0.name = "more"
                $0.expression = "object.spec.replicas + 100"
            }
        ]
        spec.mutations = [
            Mutation {
                $0.patchType = type
                $0.applyConfiguration = ApplyConfiguration { $0.expression = expression }
                $0.jsonPatch = KubernetesAPI.JSONPatch { $0.expression = expression }
            }
        ]
        var input = PolicyInput(request: ["operation": "CREATE"])
        input.object = object
        let shape = ApplySchema.shared.kind(group: "apps", version: "v1", kind: "Deployment")
        return try MutatingPolicyProgram(spec).mutate(0, object, input, shape: shape)
    }

    private static func message(_ type: String, _ expression: String, on object: JSONValue = deployment) -> String? {
        do throws(MutatingPolicyProgram.Failure) {
            _ = try run(type, expression, on: object)
            return nil
        } catch {
            return error.message
        }
    }

    // MARK: - configurations

    @Test(
        "a configuration is merged",
        arguments: [
            ("Object{spec: Object.spec{replicas: variables.more}}", ["spec", "replicas"], 101),
            (#"Object{metadata: Object.metadata{labels: {"y": "2"}}}"#, ["metadata", "labels"], ["x": "1", "y": "2"]),
            (#"Object{metadata: Object.metadata{labels: {"x": "2"}}}"#, ["metadata", "labels"], ["x": "2"]),
            (
                #"Object{metadata: Object.metadata{?labels: optional.none()}}"#, ["metadata", "labels"], ["x": "1"]
            ),
            ("Object{}", ["spec", "replicas"], 1),
        ] as [(String, [String], JSONValue)])
    func merge(expression: String, path: [String], expected: JSONValue) throws {
        guard case .merged(let value) = try Self.run("ApplyConfiguration", expression) else {
            Issue.record("not merged")
            return
        }
        #expect(path.reduce(value) { $0[$1] ?? .null } == expected)
        #expect(value["kind"] == "Deployment")
    }

    @Test("items of a list are merged by their keys, and new ones are added")
    func lists() throws {
        let expression = """
            Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{
              containers: object.spec.template.spec.containers.map(c, Object.spec.template.spec.containers{
                name: c.name, env: [Object.spec.template.spec.containers.env{name: "F", value: "2"}]})
              + [Object.spec.template.spec.containers{name: "d", image: "j"}]}}}}
            """
        guard case .merged(let value) = try Self.run("ApplyConfiguration", expression) else {
            Issue.record("not merged")
            return
        }
        let containers = value.at("spec", "template", "spec", "containers")
        #expect(containers?.arrayValue?.map { $0["name"] ?? .null } == ["c", "d"])
        #expect(containers?[0]?["image"] == "i")
        #expect(containers?[0]?["env"] == [["name": "E", "value": "1"], ["name": "F", "value": "2"]])
    }

    @Test(
        "configurations that are refused",
        arguments: [
            (
                "Object{spec: Object.spec{template: Object.spec.wrong{}}}",
                #"type mismatch: unexpected type name "Object.spec.wrong", expected "Object.spec.template", which matches field name path from root Object type"#
            ),
            (
                "Object{spec: Object.spec{bogus: 1}}",
                "error applying patch: failed to convert patch object to typed object: .spec.bogus: field not declared in schema"
            ),
            (
                #"Object{spec: Object.spec{replicas: "x"}}"#,
                "error applying patch: failed to convert patch object to typed object: .spec.replicas: expected numeric (int or float), got string"
            ),
            (
                #"Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "c", args: ["new"]}]}}}}"#,
                "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.template.spec.containers[0].args"
            ),
            (
                #"Object{spec: Object.spec{selector: Object.spec.selector{}}}"#,
                "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector"
            ),
            (
                "Object{spec: Object.spec{replicas: object.none}}",
                "expression 'Object{spec: Object.spec{replicas: object.none}}' resulted in error: no such key: none"
            ),
        ])
    func refusedConfigurations(expression: String, message: String) {
        #expect(Self.message("ApplyConfiguration", expression) == message)
    }

    // MARK: - patches

    @Test(
        "a patch is applied",
        arguments: [
            (#"[JSONPatch{op: "replace", path: "/spec/replicas", value: variables.more}]"#, ["spec", "replicas"], 101),
            (
                #"[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b~c"), value: "2"}]"#,
                ["metadata", "labels"], ["x": "1", "a/b~c": "2"]
            ),
            (#"[JSONPatch{op: "remove", path: "/metadata/labels"}]"#, ["metadata", "labels"], .null),
            (
                #"[JSONPatch{op: "test", path: "/spec/replicas", value: 1}, JSONPatch{op: "add", path: "/spec/strategy", value: Object.spec.strategy{type: "Recreate"}}]"#,
                ["spec", "strategy"], ["type": "Recreate"]
            ),
            (
                #"[JSONPatch{op: "copy", from: "/spec/replicas", path: "/spec/minReadySeconds"}]"#,
                ["spec", "minReadySeconds"], 1
            ),
            ("[]", ["spec", "replicas"], 1),
        ] as [(String, [String], JSONValue)])
    func patch(expression: String, path: [String], expected: JSONValue) throws {
        guard case .patched(let value) = try Self.run("JSONPatch", expression) else {
            Issue.record("not patched")
            return
        }
        #expect(path.reduce(value) { $0[$1] ?? .null } == expected)
    }

    @Test("a patch whose test fails is not applied")
    func failedTest() throws {
        let expression =
            #"[JSONPatch{op: "replace", path: "/spec/replicas", value: 2}, JSONPatch{op: "test", path: "/spec/replicas", value: 1}]"#
        #expect(try Self.run("JSONPatch", expression) == .unchanged)
    }

    @Test(
        "patches that are refused",
        arguments: [
            (
                #"[JSONPatch{op: "add", path: "/spec/none/x", value: 1}]"#,
                #"JSONPath: add operation does not apply: doc is missing path: "/spec/none/x": missing value"#
            ),
            (#"[JSONPatch{op: "bogus", path: "/spec"}]"#, "JSONPath: Unexpected kind: bogus"),
            (
                #"[JSONPatch{op: "add", path: "/spec/x", value: Object.spec{a: Object.spec.b{}}}]"#,
                #"type mismatch: unexpected type name "Object.spec.b", expected "Object.spec.a", which matches field name path from root Object type"#
            ),
        ])
    func refusedPatches(expression: String, message: String) {
        #expect(Self.message("JSONPatch", expression) == message)
    }
}
