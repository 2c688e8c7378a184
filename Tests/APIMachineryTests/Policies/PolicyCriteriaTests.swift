// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct PolicyCriteriaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var rule: String
        var request: Request
        var matches: Bool
        var testDescription: String { name }
    }

    /// `apps/v1 deployments`, created in the namespace `n`, if not said otherwise.
    struct Request: Sendable {
        var operation = AdmissionAttributes.Operation.create
        var group = "apps"
        var version = "v1"
        var plural = "deployments"
        var subresource = ""
        var namespace = "n"
        var name = "a"

        var attributes: AdmissionAttributes {
            var attributes = AdmissionAttributes(
                operation, .init(group: group, version: version, plural: plural),
                .init(group: group, version: version, kind: "Kind"))
            attributes.subresource = subresource
            attributes.namespace = namespace
            attributes.name = name
            return attributes
        }
    }

    private static func criteria(_ json: String) throws -> PolicyCriteria {
        PolicyCriteria(try JSONCoding.decode(MatchResources.self, from: Array(json.utf8)))
    }

    private static func rule(
        operations: String = "*", groups: String = "apps", versions: String = "v1", resources: String, more: String = ""
    ) -> String {
        #"{"operations":["\#(operations)"],"apiGroups":["\#(groups)"],"apiVersions":["\#(versions)"],"resources":["\#(resources)"]\#(more)}"#
    }

    @Test(
        "a rule covers a request",
        arguments: [
            Case(name: "plain", rule: rule(resources: "deployments"), request: Request(), matches: true),
            Case(name: "other resource", rule: rule(resources: "pods"), request: Request(), matches: false),
            Case(
                name: "other operation", rule: rule(operations: "UPDATE", resources: "deployments"),
                request: Request(), matches: false),
            Case(
                name: "delete", rule: rule(operations: "DELETE", resources: "*"),
                request: Request(operation: .delete), matches: true),
            Case(
                name: "any group", rule: rule(groups: "*", versions: "*", resources: "*"), request: Request(),
                matches: true),
            Case(
                name: "other version", rule: rule(versions: "v1beta1", resources: "*"), request: Request(),
                matches: false),
            Case(
                name: "an object is not its subresource", rule: rule(resources: "deployments"),
                request: Request(subresource: "status"), matches: false),
            Case(
                name: "any object is no subresource", rule: rule(resources: "*"),
                request: Request(subresource: "status"), matches: false),
            Case(
                name: "one subresource", rule: rule(resources: "deployments/status"),
                request: Request(subresource: "status"), matches: true),
            Case(
                name: "a subresource is not the object", rule: rule(resources: "deployments/status"),
                request: Request(), matches: false),
            Case(
                name: "all of a resource", rule: rule(resources: "deployments/*"),
                request: Request(subresource: "scale"), matches: true),
            Case(
                name: "all of a resource has the object", rule: rule(resources: "deployments/*"), request: Request(),
                matches: true),
            Case(
                name: "one subresource of all", rule: rule(resources: "*/scale"),
                request: Request(subresource: "scale"), matches: true),
            Case(
                name: "everything", rule: rule(resources: "*/*"), request: Request(subresource: "scale"), matches: true),
            Case(
                name: "namespaced", rule: rule(resources: "*", more: #","scope":"Namespaced""#), request: Request(),
                matches: true),
            Case(
                name: "of the cluster", rule: rule(resources: "*", more: #","scope":"Cluster""#), request: Request(),
                matches: false),
            Case(
                name: "a namespace is of the cluster",
                rule: rule(groups: "", resources: "*", more: #","scope":"Cluster""#),
                request: Request(group: "", plural: "namespaces"), matches: true),
            Case(
                name: "a name", rule: rule(resources: "*", more: #","resourceNames":["b","a"]"#), request: Request(),
                matches: true),
            Case(
                name: "another name", rule: rule(resources: "*", more: #","resourceNames":["b"]"#),
                request: Request(), matches: false),
            Case(
                name: "a name to be generated", rule: rule(resources: "*", more: #","resourceNames":["a"]"#),
                request: Request(name: ""), matches: false),
        ])
    func rules(_ c: Case) throws {
        let labels = PolicyCriteria.Labels(namespace: [:])
        let asked = try Self.criteria(#"{"resourceRules":[\#(c.rule)]}"#)
        #expect((asked.match(c.request.attributes, labels, equivalents: []) != nil) == c.matches)
        let excluding = try Self.criteria(#"{"excludeResourceRules":[\#(c.rule)]}"#)
        #expect((excluding.match(c.request.attributes, labels, equivalents: []) == nil) == c.matches)
    }

    @Test(
        "selectors",
        arguments: [
            (#""namespaceSelector":{"matchLabels":{"a":"1"}}"#, ["a": "1"], nil, nil, true),
            (#""namespaceSelector":{"matchLabels":{"a":"1"}}"#, ["a": "2"], nil, nil, false),
            (#""namespaceSelector":{"matchLabels":{"a":"1"}}"#, nil, nil, nil, true),
            (#""objectSelector":{"matchLabels":{"a":"1"}}"#, [:], ["a": "1"], nil, true),
            (#""objectSelector":{"matchLabels":{"a":"1"}}"#, [:], ["a": "2"], ["a": "1"], true),
            (#""objectSelector":{"matchLabels":{"a":"1"}}"#, [:], [:], [:], false),
            (#""objectSelector":{"matchLabels":{"a":"1"}}"#, [:], nil, nil, false),
            (#""objectSelector":{"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]}"#, [:], nil, [:], true),
            (#""objectSelector":{}"#, [:], nil, nil, true),
        ] as [(String, [String: String]?, [String: String]?, [String: String]?, Bool)])
    func selectors(
        selector: String, namespace: [String: String]?, object: [String: String]?, old: [String: String]?, matches: Bool
    ) throws {
        let labels = PolicyCriteria.Labels(namespace: namespace, object: object, oldObject: old)
        let match = try Self.criteria("{\(selector)}").match(Request().attributes, labels, equivalents: [])
        #expect((match != nil) == matches)
    }

    @Test("an equivalent resource is matched where the policy says so")
    func equivalents() throws {
        let other = PolicyCriteria.Match(
            .init(group: "apps", version: "v2", plural: "deployments"),
            .init(group: "apps", version: "v2", kind: "Kind"))
        let rules = #""resourceRules":[\#(Self.rule(versions: "v2", resources: "deployments"))]"#
        let labels = PolicyCriteria.Labels(namespace: [:])
        let equivalent = try Self.criteria(#"{\#(rules),"matchPolicy":"Equivalent"}"#)
        #expect(equivalent.match(Request().attributes, labels, equivalents: [other]) == other)
        let exact = try Self.criteria(#"{\#(rules),"matchPolicy":"Exact"}"#)
        #expect(exact.match(Request().attributes, labels, equivalents: [other]) == nil)
    }

    @Test("what is empty is not in the request")
    func request() {
        var request = Request(namespace: "", name: "").attributes
        let match = PolicyCriteria.Match(
            .init(group: "g", version: "v", plural: "p"), .init(group: "g", version: "v", kind: "K"))
        #expect(request.request(as: match)["name"] == nil)
        #expect(request.request(as: match)["namespace"] == nil)
        #expect(request.request(as: match).at("resource", "resource") == "p")
        #expect(request.request(as: match).at("requestResource", "resource") == "deployments")
        request.name = "a"
        #expect(request.request(as: match)["name"] == "a")
        #expect(request.request(as: match)["dryRun"] == false)
    }
}
