// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

/// ValidatingAdmissionPolicy as clients see it: through the handlers, over a store in memory.
struct ValidatingPolicyServerTests {
    private static let merge = "application/merge-patch+json"

    private static func validation(_ expression: String, _ more: String = "") -> String {
        #","validations":[{"expression":\#(JSONValue.string(expression).text())\#(more)}]"#
    }

    @Test(
        "what a policy says of a new object",
        arguments: [
            ("true", "", 201, "", ""),
            (
                "false", "", 422, "Invalid",
                "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p-b' denied request: failed expression: false"
            ),
            (
                "false", #","message":"no","reason":"Forbidden""#, 403, "Forbidden",
                "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p-b' denied request: no"
            ),
            (
                "false", #","messageExpression":"'not ' + object.metadata.name","reason":"Unauthorized""#, 401,
                "Unauthorized",
                "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p-b' denied request: not a"
            ),
            (
                "object.none == 1", #","reason":"Forbidden""#, 422, "Invalid",
                "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p-b' denied request: expression 'object.none == 1' resulted in error: no such key: none"
            ),
            ("oldObject == null && object.kind == 'ConfigMap' && object.apiVersion == 'v1'", "", 201, "", ""),
            ("request.operation == 'CREATE' && request.name == 'a' && request.namespace == 'default'", "", 201, "", ""),
            ("request.kind.kind == 'ConfigMap' && request.resource.resource == 'configmaps'", "", 201, "", ""),
            ("!has(request.subResource) && request.dryRun == false", "", 201, "", ""),
            ("request.options.kind == 'CreateOptions' && !has(request.options.dryRun)", "", 201, "", ""),
            ("request.userInfo.username == 'admin' && 'system:masters' in request.userInfo.groups", "", 201, "", ""),
            ("namespaceObject.metadata.name == 'default'", "", 201, "", ""),
            ("has(object.metadata.uid) && has(object.metadata.creationTimestamp)", "", 201, "", ""),
        ])
    func create(expression: String, more: String, status: Int, reason: String, message: String) async throws {
        let server = try await PolicyServer.ready()
        try await server.validate("p", PolicyServer.rule("configmaps"), Self.validation(expression, more))
        let answer = try await server.map("a")
        #expect(answer.status == status, "\(answer.text)")
        guard status != 201 else { return }
        #expect(answer.message == message)
        #expect(answer.json["reason"] == .string(reason))
        #expect(answer.json["details"]?["kind"] == "configmaps")
        #expect(
            answer.json["details"]?["causes"]?[0]?["message"]
                == .string(String(message.dropFirst("configmaps \"a\" is forbidden: ".count))))
        #expect(try await server.send("GET", PolicyServer.maps + "/a").status == 404)
    }

    @Test("a policy sees who owns what after a change")
    func owners() async throws {
        let server = try await PolicyServer.ready()
        #expect(try await server.map("a", #","data":{"x":"y"}"#, query: "?fieldManager=first").status == 201)
        let expression = "object.metadata.managedFields.exists(entry, entry.manager == 'second')"
        try await server.validate("p", PolicyServer.rule("configmaps"), Self.validation(expression))
        for (manager, status) in [("first", 422), ("second", 200)] {
            let answer = try await server.send(
                "PATCH", PolicyServer.maps + "/a?fieldManager=" + manager, #"{"data":{"a":"b"}}"#,
                contentType: Self.merge)
            #expect(answer.status == status, "\(answer.text)")
        }
    }

    @Test("a policy without binding, and one whose binding is about something else, say nothing")
    func binding() async throws {
        let server = try await PolicyServer.ready()
        let policies = PolicyServer.group + "/validatingadmissionpolicies"
        let rules = #""matchConstraints":{"resourceRules":[\#(PolicyServer.rule("configmaps"))]}"#
        let policy = #"{"metadata":{"name":"p"},"spec":{\#(rules)\#(Self.validation("false"))}}"#
        try await server.send("POST", policies, policy)
        #expect(try await server.map("a").status == 201)
        let bindings = PolicyServer.group + "/validatingadmissionpolicybindings"
        let bound =
            #"{"metadata":{"name":"b"},"spec":{"policyName":"p","validationActions":["Deny"],"matchResources":{"namespaceSelector":{"matchLabels":{"x":"y"}}}}}"#
        #expect(try await server.send("POST", bindings, bound).status == 201)
        #expect(try await server.map("b").status == 201)
        try await server.send(
            "PATCH", "/api/v1/namespaces/default", #"{"metadata":{"labels":{"x":"y"}}}"#, contentType: Self.merge)
        #expect(try await server.map("c").status == 422)
        try await server.send("DELETE", bindings + "/b")
        #expect(try await server.map("c").status == 201)
    }

    @Test("a policy that is changed counts at once")
    func change() async throws {
        let server = try await PolicyServer.ready()
        try await server.validate("p", PolicyServer.rule("configmaps"), Self.validation("false"))
        #expect(try await server.map("a").status == 422)
        let patched = try await server.send(
            "PATCH", PolicyServer.group + "/validatingadmissionpolicies/p",
            #"{"spec":{"validations":[{"expression":"object.metadata.name == 'a'"}]}}"#, contentType: Self.merge)
        #expect(patched.status == 200)
        #expect(try await server.map("a").status == 201)
        #expect(try await server.map("b").status == 422)
    }

    @Test("updates, patches, applies and deletions are seen, and collections without names")
    func operations() async throws {
        let server = try await PolicyServer.ready()
        #expect(try await server.map("a").status == 201)
        try await server.validate(
            "p", PolicyServer.rule("configmaps", operations: #""UPDATE""#),
            Self.validation("!has(oldObject.data) && object.data.x != 'bad' && request.options.kind == 'UpdateOptions'")
        )
        let path = PolicyServer.maps + "/a"
        let bad = #"{"metadata":{"name":"a"},"data":{"x":"bad"}}"#
        #expect(try await server.send("PUT", path, bad).status == 422)
        #expect(try await server.send("PATCH", path, #"{"data":{"x":"bad"}}"#, contentType: Self.merge).status == 422)
        #expect(try await server.send("PATCH", path, #"{"data":{"x":"y"}}"#, contentType: Self.merge).status == 200)
        try await server.validate(
            "d", PolicyServer.rule("configmaps", operations: #""DELETE""#),
            Self.validation(
                "object == null && oldObject.metadata.name == 'a' && request.options.propagationPolicy == 'Orphan'",
                #","message":"keep""#))
        let kept = try await server.send("DELETE", path)
        #expect(kept.status == 422)
        #expect(kept.message.hasPrefix("configmaps \"a\" is forbidden: "))
        let collection = try await server.send("DELETE", PolicyServer.maps)
        #expect(collection.status == 422)
        #expect(collection.message.hasPrefix("configmaps \"Unknown\" is forbidden: "))
        #expect(try await server.send("DELETE", path + "?propagationPolicy=Orphan").status == 200)
        try await server.validate(
            "c", PolicyServer.rule("configmaps", operations: #""CREATE""#),
            Self.validation("object.metadata.name != 'z'"))
        let applied = try await server.send(
            "PATCH", PolicyServer.maps + "/z?fieldManager=m",
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"z"}}"#,
            contentType: "application/apply-patch+yaml")
        #expect(applied.status == 422)
    }

    @Test("an invalid object is told so before any policy is asked, and a dry run is held to policies")
    func order() async throws {
        let server = try await PolicyServer.ready()
        try await server.validate("p", PolicyServer.rule("configmaps"), Self.validation("false"))
        let invalid = try await server.map("A B")
        #expect(invalid.message.contains("is invalid"))
        let dry = try await server.map("a", query: "?dryRun=All")
        #expect(dry.message.hasSuffix("failed expression: false"))
    }

    @Test("policies are never asked about policies")
    func exempt() async throws {
        let server = try await PolicyServer.ready()
        let everything =
            #"{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}"#
        try await server.validate("p", everything, Self.validation("false"))
        #expect(try await server.map("a").status == 422)
        let path = PolicyServer.group + "/validatingadmissionpolicybindings/p-b"
        #expect(try await server.send("DELETE", path).status == 200)
        #expect(try await server.map("a").status == 201)
    }

    @Test("a binding may only warn, of a denial as well")
    func warnings() async throws {
        let server = try await PolicyServer.ready()
        try await server.validate(
            "w", PolicyServer.rule("configmaps"), Self.validation("false", #","message":"take \"care\"""#),
            actions: #""Warn","Audit""#)
        let text =
            #"299 - "Validation failed for ValidatingAdmissionPolicy 'w' with binding 'w-b': take \"care\"""#
        let warned = try await server.map("a")
        #expect(warned.status == 201)
        #expect(warned.warnings == [text])
        #expect(try await server.send("DELETE", PolicyServer.maps + "/a").warnings == [text])
        try await server.validate("x", PolicyServer.rule("configmaps"), Self.validation("false"))
        let denied = try await server.map("a")
        #expect(denied.status == 422)
        #expect(denied.warnings == [text])
    }

    @Test("the first policy by name decides, whatever the others say")
    func first() async throws {
        let server = try await PolicyServer.ready()
        try await server.validate("b", PolicyServer.rule("configmaps"), Self.validation("false"))
        try await server.validate("a", PolicyServer.rule("configmaps"), Self.validation("false"))
        #expect(try await server.map("x").message.contains("ValidatingAdmissionPolicy 'a' with binding 'a-b'"))
    }

    @Test("a policy that lets failures pass denies what it says no to")
    func ignore() async throws {
        let server = try await PolicyServer.ready()
        try await server.validate(
            "p", PolicyServer.rule("configmaps"),
            #","failurePolicy":"Ignore","matchConditions":[{"name":"c","expression":"!has(object.data) || object.data.x == '1'"}],"validations":[{"expression":"object.data.y == '1'"},{"expression":"object.metadata.name != 'bad'"}]"#
        )
        #expect(try await server.map("a").status == 201)
        #expect(try await server.map("bad").status == 422)
        // its condition fails, so that the policy is not asked
        #expect(try await server.map("c", #","data":{"z":"1"}"#).status == 201)
    }

    // MARK: - parameters

    private static let withMaps = #","paramKind":{"apiVersion":"v1","kind":"ConfigMap"}"#

    @Test(
        "parameters by name and by selector, and what happens without any",
        arguments: [
            (#""name":"one","namespace":"default","parameterNotFoundAction":"Deny""#, 422, "too long: 3"),
            (#""name":"one","parameterNotFoundAction":"Deny""#, 422, "too long: 3"),
            (#""selector":{"matchLabels":{"k":"v"}},"parameterNotFoundAction":"Deny""#, 422, "too long: 2"),
            (#""selector":{"matchLabels":{"k":"w"}},"parameterNotFoundAction":"Allow""#, 201, ""),
            (#""name":"none","parameterNotFoundAction":"Allow""#, 201, ""),
            (
                #""name":"none","parameterNotFoundAction":"Deny""#, 422,
                "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
            ),
        ])
    func parameters(reference: String, status: Int, message: String) async throws {
        let server = try await PolicyServer.ready()
        #expect(try await server.map("one", #","data":{"max":"3"}"#).status == 201)
        let two = #"{"metadata":{"name":"two","labels":{"k":"v"}},"data":{"max":"2"}}"#
        #expect(try await server.send("POST", PolicyServer.maps, two).status == 201)
        let expression = "size(object.metadata.name) <= int(params.data.max) && params.kind == 'ConfigMap'"
        try await server.validate(
            "p", PolicyServer.rule("secrets"),
            Self.withMaps + Self.validation(expression, #","messageExpression":"'too long: ' + params.data.max""#),
            binding: #","paramRef":{\#(reference)}"#)
        let answer = try await server.send(
            "POST", "/api/v1/namespaces/default/secrets", #"{"metadata":{"name":"abcd"}}"#)
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.message.hasSuffix(message))
    }

    @Test("a kind of parameters that is not there is the policy's fault; parameters in namespaces need one")
    func badParameters() async throws {
        let server = try await PolicyServer.ready()
        try await server.validate(
            "p", PolicyServer.rule("configmaps"),
            #","paramKind":{"apiVersion":"x.io/v1","kind":"X"}"# + Self.validation("true"),
            binding: #","paramRef":{"name":"a","parameterNotFoundAction":"Deny"}"#)
        #expect(
            try await server.map("a").message
                == "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'x.io/v1, Kind=X'"
        )
        try await server.validate(
            "q", PolicyServer.rule("nodes"), Self.withMaps + Self.validation("true"),
            binding: #","paramRef":{"name":"a","parameterNotFoundAction":"Deny"}"#)
        let node = try await server.send("POST", "/api/v1/nodes", #"{"metadata":{"name":"n"}}"#)
        #expect(
            node.message.hasSuffix(
                "failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
            ))
    }

    // MARK: - subresources and other kinds

    @Test("a scale is seen as such")
    func scale() async throws {
        let server = try await PolicyServer.ready()
        let deployment =
            #"{"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"#
        #expect(try await server.send("POST", PolicyServer.deployments, deployment).status == 201)
        try await server.validate(
            "p", PolicyServer.rule("deployments/scale", group: "apps"),
            Self.validation(
                "object.kind == 'Scale' && request.kind.group == 'autoscaling' && request.subResource == 'scale' && oldObject.spec.replicas == 1 && object.spec.replicas < 5"
            ))
        let path = PolicyServer.deployments + "/d/scale"
        let refused = try await server.send("PATCH", path, #"{"spec":{"replicas":5}}"#, contentType: Self.merge)
        #expect(refused.message.hasPrefix("deployments.apps \"d\" is forbidden: "))
        #expect(
            try await server.send("PATCH", path, #"{"spec":{"replicas":4}}"#, contentType: Self.merge).status == 200)
        let whole = try await server.send(
            "PATCH", PolicyServer.deployments + "/d", #"{"spec":{"replicas":9}}"#, contentType: Self.merge)
        #expect(whole.status == 200)
    }

    @Test("bindings and evictions are seen as such")
    func actions() async throws {
        let server = try await PolicyServer.ready()
        let pod = #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#
        #expect(try await server.send("POST", PolicyServer.pods, pod).status == 201)
        try await server.validate(
            "p", PolicyServer.rule("pods/*", operations: #""CREATE""#),
            Self.validation("object.kind == 'Binding' && object.target.name == 'good'"))
        let path = PolicyServer.pods + "/p"
        let bad = #"{"metadata":{"name":"p"},"target":{"kind":"Node","name":"bad"}}"#
        #expect(try await server.send("POST", path + "/binding", bad).status == 422)
        let good = #"{"metadata":{"name":"p"},"target":{"kind":"Node","name":"good"}}"#
        #expect(try await server.send("POST", path + "/binding", good).status == 201)
        let eviction = #"{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}"#
        let refused = try await server.send("POST", path + "/eviction", eviction)
        #expect(refused.message.hasPrefix("pods \"p\" is forbidden: ValidatingAdmissionPolicy 'p'"))
    }

    @Test("connections are seen with their options")
    func connections() async throws {
        let server = try await PolicyServer.ready()
        let policies = try #require(server.server.handler.policies)
        func connect(_ target: String) async throws -> String {
            do {
                try await policies.admit(connection: try server.server.request("POST", PolicyServer.pods + target))
                return ""
            } catch let error as APIStatusError {
                return error.message
            }
        }
        #expect(try await connect("/p/exec?command=sh").isEmpty)
        try await server.validate(
            "p", PolicyServer.rule("pods/exec", operations: #""CONNECT""#),
            Self.validation(
                "object.kind == 'PodExecOptions' && object.command == ['ls', '-l'] && object.stdin && !has(object.tty)",
                #","message":"only ls""#))
        #expect(
            try await connect("/p/exec?command=sh&stdin=true")
                == "pods \"p\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p-b' denied request: only ls")
        #expect(try await connect("/p/exec?command=ls&command=-l&stdin=true").isEmpty)
        #expect(try await connect("/p/attach?stdin=true").isEmpty)
    }

    @Test("a policy about one version sees requests of the others in it")
    func equivalents() async throws {
        let server = try await PolicyServer.ready()
        try await server.validate(
            "p", PolicyServer.rule("horizontalpodautoscalers", group: "autoscaling", version: "v2"),
            Self.validation(
                "object.apiVersion == 'autoscaling/v2' && object.spec.metrics[0].resource.target.averageUtilization < 50 && request.requestKind.version == 'v1' && request.kind.version == 'v2'"
            ))
        func create(_ percentage: Int) async throws -> TestServer.Answer {
            try await server.send(
                "POST", "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers",
                #"{"metadata":{"name":"h"},"spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},"targetCPUUtilizationPercentage":\#(percentage)}}"#
            )
        }
        #expect(try await create(60).message.contains("denied request: failed expression"))
        let created = try await create(40)
        #expect(created.status == 201, "\(created.text)")
    }

    @Test("a namespace is in the namespace of its own name, and has no namespaceObject")
    func namespaces() async throws {
        let server = try await PolicyServer.ready()
        try await server.validate(
            "p", PolicyServer.rule("namespaces"),
            Self.validation("namespaceObject == null && request.namespace == request.name"),
            binding: #","matchResources":{"namespaceSelector":{"matchLabels":{"x":"y"}}}"#)
        func create(_ name: String, _ labels: String) async throws -> TestServer.Answer {
            try await server.send(
                "POST", "/api/v1/namespaces", #"{"metadata":{"name":"\#(name)","labels":{\#(labels)}}}"#)
        }
        #expect(try await create("a", #""x":"y""#).status == 201)
        try await server.validate(
            "q", PolicyServer.rule("namespaces"), Self.validation("false"),
            binding: #","matchResources":{"namespaceSelector":{"matchLabels":{"x":"z"}}}"#)
        #expect(try await create("b", #""x":"z""#).status == 422)
        #expect(try await create("c", "").status == 201)
    }

    // MARK: - what the user may do

    /// Lets nobody but `system:serviceaccount:default:good` do anything, and everybody see `/healthz`.
    private struct Picky: Authorizer {
        func authorize(_ attributes: AuthorizationAttributes) -> AuthorizationDecision {
            if attributes.path == "/healthz" { return AuthorizationDecision(.allow) }
            let isGood = attributes.user.name == "system:serviceaccount:default:good"
            let isAsked =
                attributes.resource == "configmaps" && attributes.namespace == "default" && attributes.name == "a"
            return AuthorizationDecision(isGood && isAsked ? .allow : .noOpinion, reason: "because")
        }
    }

    @Test(
        "an expression asks the server's authorization",
        arguments: [
            ("authorizer.path('/healthz').check('get').allowed()", true, ""),
            ("authorizer.path('/x').check('get').allowed()", false, ""),
            ("authorizer.requestResource.check('create').allowed()", false, ""),
            ("authorizer.requestResource.check('create').reason() == 'because'", true, ""),
            (
                "authorizer.serviceAccount('default', 'good').group('').resource('configmaps').namespace('default').name('a').check('get').allowed()",
                true, ""
            ),
            (
                "authorizer.serviceAccount('default', 'bad').group('').resource('configmaps').namespace('default').name('a').check('get').allowed()",
                false, ""
            ),
            ("!authorizer.group('').resource('pods').check('get').errored()", true, ""),
            ("authorizer.group('').resource(' ').check('get').allowed()", false, "resource must not be empty"),
            ("authorizer.path('').check('get').allowed()", false, "path must not be empty"),
            (
                "authorizer.serviceAccount('default', 'no@t').path('/x').check('get').allowed()", false,
                "Invalid service account name"
            ),
        ])
    func authorizer(expression: String, passes: Bool, failure: String) async throws {
        let server = try await PolicyServer.ready(authorizer: Picky())
        try await server.validate("p", PolicyServer.rule("configmaps"), Self.validation(expression))
        let answer = try await server.map("a")
        #expect(answer.status == (passes ? 201 : 422), "\(answer.text)")
        if !failure.isEmpty { #expect(answer.message.hasSuffix("resulted in error: " + failure)) }
    }
}
