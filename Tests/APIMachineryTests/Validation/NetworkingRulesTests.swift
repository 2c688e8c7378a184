// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct NetworkingRulesTests {
    private static func show(_ text: String, _ fault: String) -> String { "x: Invalid value: \"\(text)\": \(fault)" }

    @Test(
        "addresses",
        arguments: [
            ("10.0.0.1", nil), ("fd00::1", nil), ("10.0.0.01", "must not have leading 0s"),
            ("10.0.0.256", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
            ("::ffff:1.2.3.4", "must not be an IPv4-mapped IPv6 address"),
        ] as [(String, String?)])
    func address(_ text: String, _ fault: String?) {
        let found = RuleTable.show(ValueRules.ipAddress(text, FieldPath("x")))
        #expect(found == (fault.map { [Self.show(text, $0)] } ?? []))
    }

    @Test(
        "networks",
        arguments: [
            ("10.0.0.0/8", nil), ("fd00::/64", nil),
            ("10.0.0.0/08", "must not have leading 0s in IP or prefix length"),
            ("010.0.0.0/8", "must not have leading 0s in IP or prefix length"),
            ("::ffff:1.2.3.4/128", "must not have an IPv4-mapped IPv6 address"),
            ("10.0.0.1/8", "must not have bits set beyond the prefix length"),
            ("10.0.0.0", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
            ("FD00::/64", #"must be in canonical form ("fd00::/64")"#),
        ] as [(String, String?)])
    func network(_ text: String, _ fault: String?) {
        let found = RuleTable.show(ValueRules.canonicalCIDR(text, FieldPath("x")))
        #expect(found == (fault.map { [Self.show(text, $0)] } ?? []))
    }

    static let policy = #"{"metadata":{"name":"p","namespace":"n"},"spec":{"podSelector":{}}}"#

    private static func rule(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"ingress":[{"# + text + "}]}}", faults.map { "spec.ingress[0]." + $0 })
    }

    @Test(
        "a NetworkPolicy",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "types", #"{"spec":{"policyTypes":["x"]}}"#,
                [#"spec.policyTypes[0]: Unsupported value: "x": supported values: "Ingress", "Egress""#]),
            rule(
                #""ports":[{"protocol":"x"}]"#,
                [#"ports[0].protocol: Unsupported value: "x": supported values: "TCP", "UDP", "SCTP""#]),
            rule(
                #""ports":[{"port":"A_","endPort":1}]"#,
                [
                    "ports[0].endPort: Invalid value: 1: may not be specified when `port` is non-numeric",
                    #"ports[0].port: Invalid value: "A_": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"#,
                    #"ports[0].port: Invalid value: "A_": must contain at least one letter (a-z)"#,
                ]),
            rule(#""from":[{}]"#, ["from[0]: Required value: must specify a peer"]),
            rule(
                #""from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.0.0.0/8"]}}]"#,
                [#"from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`"#]),
        ])
    func networkPolicy(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(NetworkPolicy.self, Self.policy, test.patch))
    }

    @Test(
        "the backend of an Ingress",
        arguments: [
            (#"{"service":{"name":"s"}}"#, ["spec.defaultBackend: Required value: port name or number is required"]),
            (
                #"{"service":{"name":"s","port":{"number":1,"name":"a"}}}"#,
                [#"spec.defaultBackend: Invalid value: "": cannot set both port name & port number"#]
            ),
            ("{}", [#"spec.defaultBackend: Invalid value: "": resource or service backend is required"#]),
        ])
    func backend(_ text: String, _ faults: [String]) throws {
        let base = #"{"metadata":{"name":"i","namespace":"n"}}"#
        RuleCase("", "", faults).expect(
            try RuleTable.create(Ingress.self, base, #"{"spec":{"defaultBackend":"# + text + "}}"))
    }

    static let ingressClass = #"{"metadata":{"name":"c"},"spec":{"controller":"a.io/b"}}"#

    private static func parameters(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"parameters":{"# + text + "}}}", faults.map { "spec.parameters." + $0 })
    }

    @Test(
        "an IngressClass",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("controller", #"{"spec":{"controller":""}}"#, ["spec.controller: Required value"]),
            RuleCase(
                "no domain", #"{"spec":{"controller":"b"}}"#,
                [#"spec.controller: Invalid value: "b": must be a domain-prefixed path (such as "acme.io/foo")"#]),
            parameters(
                #""kind":"k","name":"n","scope":"x""#,
                [#"scope: Unsupported value: "x": supported values: "Cluster", "Namespace""#]),
            parameters(
                #""kind":"k","name":"n","scope":"Namespace""#,
                ["namespace: Required value: `parameters.scope` is set to 'Namespace'"]),
            parameters(
                #""kind":"k","name":"n","scope":"Cluster","namespace":"n""#,
                ["namespace: Forbidden: `parameters.scope` is set to 'Cluster'"]),
            parameters(
                #""apiGroup":"A","kind":"","name":"""#,
                [#"apiGroup: Invalid value: "A""#, "kind: Required value", "name: Required value"]),
        ])
    func ingressClass(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(IngressClass.self, Self.ingressClass, test.patch))
    }

    static let slice =
        #"{"metadata":{"name":"s","namespace":"n"},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"]}]}"#

    @Test(
        "an EndpointSlice",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("no type", #"{"addressType":""}"#, ["addressType: Required value"]),
            RuleCase(
                "type, then ports, then endpoints",
                #"{"addressType":"x","ports":[{"name":"a","protocol":"x"},{"name":"a"}],"endpoints":[{"addresses":[]}]}"#,
                [
                    #"addressType: Unsupported value: "x": supported values: "FQDN", "IPv4", "IPv6""#,
                    #"ports[0].protocol: Unsupported value: "x": supported values: "SCTP", "TCP", "UDP""#,
                    #"ports[1].name: Duplicate value: "a""#,
                    "endpoints[0].addresses: Required value: must contain at least 1 address",
                ]),
            RuleCase(
                "names of one part", #"{"addressType":"FQDN","endpoints":[{"addresses":["a","a.b."]}]}"#,
                [
                    #"endpoints[0].addresses[0]: Invalid value: "a": should be a domain with at least two segments separated by dots"#
                ]),
            RuleCase(
                "another way of writing", #"{"addressType":"IPv6","endpoints":[{"addresses":["FD00::1"]}]}"#,
                [#"endpoints[0].addresses[0]: Invalid value: "FD00::1": must be in canonical form ("fd00::1")"#]),
            RuleCase(
                "a host", #"{"endpoints":[{"addresses":["10.0.0.1"],"hostname":""}]}"#,
                [#"endpoints[0].hostname: Invalid value: "": a lowercase RFC 1123 label"#]),
        ])
    func slice(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(EndpointSlice.self, Self.slice, test.patch))
    }

    @Test("endpoints of a slice that stay are not looked at again")
    func sliceChange() throws {
        let old = #"{"metadata":{"name":"s","namespace":"n"},"addressType":"IPv4","endpoints":[{"addresses":["x"]}]}"#
        RuleCase("", "", []).expect(
            try RuleTable.update(EndpointSlice.self, old, #"{"ports":[{"name":"a","port":1}]}"#))
    }
}
