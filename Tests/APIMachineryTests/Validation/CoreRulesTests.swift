// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct CoreRulesTests {
    static let node =
        #"{"metadata":{"name":"n1"},"spec":{"podCIDR":"10.1.0.0/24","podCIDRs":["10.1.0.0/24"],"providerID":"x"}}"#

    @Test(
        "a node",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "resources", #"{"status":{"capacity":{"cpu":"-1","example.com/x":"500m"}}}"#,
                [
                    #"status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0"#,
                    #"status.capacity.example.com/x: Invalid value: "500m": must be an integer"#,
                    // what can be allocated is the capacity where nothing else is said
                    #"status.allocatable.cpu: Invalid value: "-1": must be greater than or equal to 0"#,
                    #"status.allocatable.example.com/x: Invalid value: "500m": must be an integer"#,
                ]),
            RuleCase(
                "taints",
                #"{"spec":{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"a","effect":"NoSchedule"},{"key":"b"}]}}"#,
                [
                    #"metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair"#,
                    "metadata.taints[2].effect: Required value",
                ]),
            RuleCase(
                "networks", #"{"spec":{"podCIDRs":["10.1.0.0/24","10.2.0.0/24"]}}"#,
                [
                    #"spec.podCIDRs: Invalid value: ["10.1.0.0/24","10.2.0.0/24"]: may specify no more than one CIDR for each IP family"#
                ]),
        ])
    func node(_ test: RuleCase) throws { test.expect(try RuleTable.create(Node.self, Self.node, test.patch)) }

    @Test(
        "a change of a node's status",
        arguments: [
            RuleCase(
                "addresses", #"{"status":{"addresses":[{"type":"a","address":"b"},{"type":"a","address":"b"}]}}"#,
                [#"status.addresses[1]: Duplicate value: {"Type":"a","Address":"b"}"#]),
            RuleCase(
                "network", #"{"spec":{"podCIDR":"10.2.0.0/24","podCIDRs":["10.2.0.0/24"]}}"#,
                [#"spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid"#]),
            RuleCase(
                "provider", #"{"spec":{"providerID":"y"}}"#,
                [#"spec.providerID: Forbidden: node updates may not change providerID except from "" to valid"#]),
            RuleCase("features", #"{"status":{"declaredFeatures":["A","B/c","B/d"]}}"#, []),
            RuleCase(
                "odd features", #"{"status":{"declaredFeatures":["b","A","A"]}}"#,
                [
                    #"status.declaredFeatures[0]: Invalid value: "b": invalid feature name "b": must start with an UpperCamelCase segment"#,
                    #"status.declaredFeatures[1]: Invalid value: "A": list must be sorted alphabetically"#,
                    #"status.declaredFeatures[2]: Duplicate value: "A""#,
                ]),
        ])
    func nodeChange(_ test: RuleCase) throws { test.expect(try RuleTable.status(Node.self, Self.node, test.patch)) }

    @Test(
        "a namespace",
        arguments: [
            RuleCase(
                "finalizer", #"{"spec":{"finalizers":["kubernetes","orphan","x","a.b/c"]}}"#,
                [
                    #"spec.finalizers: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified"#
                ])
        ])
    func namespace(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(Namespace.self, #"{"metadata":{"name":"n"}}"#, test.patch))
    }

    @Test("a namespace is active until it is deleted")
    func namespacePhase() throws {
        let base = #"{"metadata":{"name":"n"},"status":{"phase":"Active"}}"#
        RuleCase(
            "", "",
            [#"status.Phase: Invalid value: "Terminating": may only be 'Active' if `deletionTimestamp` is empty"#]
        ).expect(try RuleTable.status(Namespace.self, base, #"{"status":{"phase":"Terminating"}}"#))
    }

    @Test(
        "secrets by type",
        arguments: [
            RuleCase("tls", #"{"type":"kubernetes.io/tls","data":{"tls.crt":""}}"#, ["data[tls.key]: Required value"]),
            RuleCase(
                "ssh", #"{"type":"kubernetes.io/ssh-auth","data":{"ssh-privatekey":""}}"#,
                [
                    "data[ssh-privatekey]: Required value"
                ]),
            RuleCase(
                "docker", #"{"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"W10="}}"#,
                [
                    #"data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value"#
                ]),
            RuleCase(
                "nothing of docker", #"{"type":"kubernetes.io/dockercfg","data":{".dockercfg":""}}"#,
                [
                    #"data[.dockercfg]: Invalid value: "<secret contents redacted>": unexpected end of JSON input"#
                ]),
            RuleCase(
                "token", #"{"type":"kubernetes.io/service-account-token"}"#,
                [
                    "metadata.annotations[kubernetes.io/service-account.name]: Required value"
                ]),
        ])
    func secret(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(Secret.self, #"{"metadata":{"name":"s","namespace":"n"}}"#, test.patch))
    }

    @Test(
        "what a quota counts comes in whole numbers",
        arguments: [
            RuleCase("cpu", #"{"spec":{"hard":{"cpu":"500m","requests.cpu":"500m"}}}"#, []),
            RuleCase("asked for", #"{"spec":{"hard":{"requests.example.com/x":"500m"}}}"#, []),
            RuleCase(
                "objects", #"{"spec":{"hard":{"services.nodeports":"1500m"}}}"#,
                ["spec.hard[services.nodeports]: Invalid value: \"1500m\": must be an integer"]),
        ])
    func quota(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(ResourceQuota.self, #"{"metadata":{"name":"q","namespace":"n"}}"#, test.patch))
    }

    @Test("immutable data stays")
    func immutable() throws {
        let base = #"{"metadata":{"name":"c","namespace":"n"},"immutable":true,"data":{"a":"b"}}"#
        let text = "Forbidden: field is immutable when `immutable` is set"
        RuleCase("", "", ["immutable: " + text, "data: " + text]).expect(
            try RuleTable.update(ConfigMap.self, base, #"{"immutable":null,"data":{"a":"c"}}"#))
    }

    static let ingress =
        #"{"metadata":{"name":"i","namespace":"n"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":1}}}}}"#

    private static func path(_ path: String, _ faults: [String]) -> RuleCase {
        let backend = #""backend":{"service":{"name":"s","port":{"number":1}}}"#
        return RuleCase(
            path,
            #"{"spec":{"rules":[{"http":{"paths":[{"pathType":"Prefix","path":""# + path + "\"," + backend + "}]}}]}}",
            faults.map { "spec.rules[0].http.paths[0].path: Invalid value: \"\(path)\": " + $0 })
    }

    @Test(
        "an ingress",
        arguments: [
            RuleCase(
                "nothing to serve", #"{"spec":{"defaultBackend":null}}"#,
                [
                    "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"
                ]),
            path("a", ["must be an absolute path"]), path("/a//b", ["must not contain '//'"]),
            path("/a/..", ["cannot end with '/..'"]), path("/a/.", ["cannot end with '/.'"]),
            RuleCase(
                "secret", #"{"spec":{"tls":[{"secretName":"A"}]}}"#,
                [
                    #"spec.tls[0].secretName: Invalid value: "A": a lowercase RFC 1123 subdomain"#
                ]),
            RuleCase(
                "no type", #"{"spec":{"rules":[{"http":{"paths":[{"path":"/"}]}}]}}"#,
                [
                    "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"
                ]),
        ])
    func ingress(_ test: RuleCase) throws { test.expect(try RuleTable.create(Ingress.self, Self.ingress, test.patch)) }

    @Test(
        "points of an ingress",
        arguments: [
            RuleCase(
                "ip", #"{"status":{"loadBalancer":{"ingress":[{"ip":"bad"}]}}}"#,
                [
                    #"status.loadBalancer.ingress[0].ip: Invalid value: "bad": must be a valid IP address"#
                ]),
            RuleCase(
                "host", #"{"status":{"loadBalancer":{"ingress":[{"hostname":"10.0.0.1"}]}}}"#,
                [
                    #"status.loadBalancer.ingress[0].hostname: Invalid value: "10.0.0.1": must be a DNS name, not an IP address"#
                ]),
        ])
    func ingressStatus(_ test: RuleCase) throws {
        test.expect(try RuleTable.status(Ingress.self, Self.ingress, test.patch))
    }

    @Test("a role is looked at twice when it changes")
    func role() throws {
        let fault = "rules[0].verbs: Required value: verbs must contain at least one value"
        RuleCase("", "", [fault, fault]).expect(
            try RuleTable.update(
                Role.self, #"{"metadata":{"name":"r","namespace":"n"}}"#,
                #"{"rules":[{"apiGroups":[""],"resources":["pods"]}]}"#))
    }
}
