// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Where a write comes from that admission policies see: a request to the API.
package struct PolicyOrigin: Sendable {
    let policies: AdmissionPolicies
    /// The options are in it.
    let query: [(name: String, value: String)]
    /// Whether it is one of many that a request deletes: then the request names none.
    var isCollection = false

    /// nil for a server without policies.
    init?(_ policies: AdmissionPolicies?, _ request: APIRequest) {
        guard let policies else { return nil }
        self.policies = policies
        query = request.query
    }

    /// CreateOptions or UpdateOptions, as the request gives them.
    func options(_ operation: AdmissionAttributes.Operation) -> JSONValue {
        let reader = QueryReader(query: query)
        var members: [(String, JSONValue)] = [
            ("kind", operation == .create ? "CreateOptions" : "UpdateOptions"), ("apiVersion", "meta.k8s.io/v1"),
        ]
        let dryRun = reader.strings("dryRun")
        if !dryRun.isEmpty { members.append(("dryRun", .array(dryRun.map { .string($0) }))) }
        for name in ["fieldManager", "fieldValidation"] {
            let value = reader.string(name)
            if !value.isEmpty { members.append((name, .string(value))) }
        }
        return .object(JSONObject(members))
    }

    /// DeleteOptions, from the query or the body.
    static func options(_ options: DeleteOptions) -> JSONValue {
        var value = (try? JSONValue.parse(JSONCoding.encode(options))) ?? .object(JSONObject())
        value["kind"] = "DeleteOptions"
        value["apiVersion"] = "meta.k8s.io/v1"
        return value
    }
}

/// A request with its objects, as policies look at it.
struct PolicySubject: Sendable {
    /// The JSON of an object as a resource shows it: that of the request, or an equivalent.
    typealias Document = @Sendable (AdmissionAttributes.Resource) throws -> JSONValue?

    var attributes: AdmissionAttributes
    var user: RequestUser
    /// What messages call the object.
    var shownName: String
    /// Those of the object; nil where there is none, or it has no metadata.
    var labels: [String: String]?
    var oldLabels: [String: String]?
    var object: Document
    var oldObject: Document

    /// The resource as messages name it.
    var groupResource: APIMachinery.GroupResource {
        APIMachinery.GroupResource(group: attributes.resource.group, resource: attributes.resource.plural)
    }
}

/// What the expressions look at, made once for each form in which policies see the request.
struct PolicyInputs {
    private let subject: PolicySubject
    private let namespace: JSONValue?
    private let authorizer: any Authorizer
    private var known: [PolicyCriteria.Match: PolicyInput] = [:]

    init(_ subject: PolicySubject, namespace: JSONValue?, authorizer: any Authorizer) {
        self.subject = subject
        self.namespace = namespace
        self.authorizer = authorizer
    }

    /// - Throws: where an object cannot be shown as that resource.
    mutating func input(_ match: PolicyCriteria.Match) throws -> PolicyInput {
        if let made = known[match] { return made }
        let attributes = subject.attributes
        var input = PolicyInput(request: attributes.request(as: match))
        if let object = try subject.object(match.resource) { input.object = object }
        if let old = try subject.oldObject(match.resource) { input.oldObject = old }
        if let namespace { input.namespace = namespace }
        input.authorizer = CELAuthorizer(user: subject.user, authorizer: authorizer)
        input.requestResource = CELResourceCheck(
            AuthorizationAttributes(
                user: subject.user, verb: "", apiGroup: attributes.resource.group,
                resource: attributes.resource.plural, subresource: attributes.subresource,
                namespace: attributes.namespace, name: attributes.name), authorizer: authorizer)
        known[match] = input
        return input
    }
}
