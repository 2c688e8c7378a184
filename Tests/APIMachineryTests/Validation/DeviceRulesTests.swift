// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct DeviceRulesTests {
    static let claim =
        #"{"metadata":{"name":"c","namespace":"n"},"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"d"}}]}}}"#

    /// A request with these fields, and its faults.
    private static func request(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(
            text, "{\"spec\":{\"devices\":{\"requests\":[{" + text + "}]}}}",
            faults.map { "spec.devices.requests[0]" + $0 })
    }

    @Test(
        "a ResourceClaim",
        arguments: [
            RuleCase("as it is", "{}", []),
            request(#""name":"r""#, [": Required value: exactly one of `exactly` or `firstAvailable` is required"]),
            request(
                #""name":"r","exactly":{"deviceClassName":"d"},"firstAvailable":[{"name":"a","deviceClassName":"d"}]"#,
                [": Invalid value: null: exactly one of `exactly` or `firstAvailable` is required, but multiple"]),
            request(#""name":"r","exactly":{"deviceClassName":""}"#, [".exactly.deviceClassName: Required value"]),
            request(
                #""name":"r","exactly":{"deviceClassName":"d","allocationMode":"x"}"#,
                [#".exactly.allocationMode: Unsupported value: "x": supported values: "All", "ExactCount""#]),
            request(
                #""name":"r","exactly":{"deviceClassName":"d","tolerations":[{"key":"a b","operator":"Exists","value":"v","effect":"x"}]}"#,
                [
                    #".exactly.tolerations[0].key: Invalid value: "a b""#,
                    #".exactly.tolerations[0].value: Invalid value: "v": must be empty for operator `Exists`"#,
                    #".exactly.tolerations[0].effect: Unsupported value: "x": supported values: "NoExecute""#,
                ]),
            request(
                #""name":"r","firstAvailable":[{"name":"A","deviceClassName":"d"},{"name":"A","deviceClassName":"d"}]"#,
                [
                    #".firstAvailable[0].name: Invalid value: "A""#, #".firstAvailable[1].name: Invalid value: "A""#,
                    #".firstAvailable[1]: Duplicate value: "A""#,
                ]),
            RuleCase(
                "constraints",
                #"{"spec":{"devices":{"constraints":[{"requests":["r","r"],"matchAttribute":"/x"},{"requests":["r/a","a/b/c"],"distinctAttribute":"d/1"}]}}}"#,
                [
                    #"spec.devices.constraints[0].requests[1]: Duplicate value: "r""#,
                    #"spec.devices.constraints[0].matchAttribute: Invalid value: "": the domain must not be empty"#,
                    #"spec.devices.constraints[1].requests[0]: Invalid value: "r/a": must be the name of a request"#,
                    #"spec.devices.constraints[1].requests[1]: Invalid value: "a/b/c": must be the name of a request"#,
                    #"spec.devices.constraints[1].distinctAttribute: Invalid value: "1": a valid C identifier must"#,
                ]),
            RuleCase(
                "configuration", #"{"spec":{"devices":{"config":[{"opaque":{"driver":"","parameters":null}},{}]}}}"#,
                [
                    "spec.devices.config[0].opaque.driver: Required value",
                    "spec.devices.config[0].opaque.parameters: Required value",
                    "spec.devices.config[1].opaque: Required value",
                ]),
        ])
    func claim(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(ResourceClaim.self, Self.claim, test.patch))
    }

    @Test("what a claim or template asks for does not change")
    func claimChange() throws {
        let claim = RuleCase(
            "", #"{"spec":{"devices":{"requests":null}}}"#,
            [
                #"spec: Invalid value: {"Devices":{"Requests":null,"Constraints":null,"Config":null}}: field is immutable"#
            ])
        claim.expect(try RuleTable.update(ResourceClaim.self, Self.claim, claim.patch))
        let template = RuleCase(
            "", #"{"spec":{"metadata":{"labels":{"a":"b"}}}}"#,
            [
                #"spec: Invalid value: {"labels":{"a":"b"},"Spec":{"Devices":{"Requests":null,"Constraints":null,"Config":null}}}: field is immutable"#
            ])
        let base = #"{"metadata":{"name":"t","namespace":"n"},"spec":{"spec":{}}}"#
        template.expect(try RuleTable.update(ResourceClaimTemplate.self, base, template.patch))
        RuleCase("", "", ["spec.metadata.name: Forbidden: cannot be set"]).expect(
            try RuleTable.create(ResourceClaimTemplate.self, base, #"{"spec":{"metadata":{"name":"x"}}}"#))
    }

    @Test(
        "a status of a ResourceClaim",
        arguments: [
            RuleCase(
                "reserved too early",
                #"{"status":{"reservedFor":[{"resource":"pods","name":"p","uid":"u"},{"uid":"u"}]}}"#,
                [
                    "status.reservedFor[1].resource: Required", "status.reservedFor[1].name: Required",
                    #"status.reservedFor[1]: Duplicate value: "u""#,
                    "status.reservedFor: Forbidden: may not be specified when `allocated` is not set",
                ]),
            RuleCase(
                "allocation",
                #"{"status":{"allocation":{"devices":{"results":[{"request":"x","driver":"D_","pool":"","device":"A"}],"config":[{"source":"x","opaque":{"driver":"d","parameters":{}}}]}}}}"#,
                [
                    #"status.allocation.devices.results[0].request: Invalid value: "x": must be the name of a request"#,
                    #"status.allocation.devices.results[0].driver: Invalid value: "D_""#,
                    "status.allocation.devices.results[0].pool: Required value",
                    #"status.allocation.devices.results[0].device: Invalid value: "A""#,
                    #"status.allocation.devices.config[0].source: Unsupported value: "x": supported values: "FromClaim""#,
                ]),
            RuleCase(
                "what a driver says",
                #"{"status":{"devices":[{"driver":"d","pool":"p","device":"v","networkData":{"ips":["10.0.0.1","010.0.0.1/8","2001:DB8::1/64"]}}]}}"#,
                [
                    #"status.devices[0]: Invalid value: "d/p/v": must be an allocated device in the claim"#,
                    #"status.devices[0].networkData.ips[0]: Invalid value: "10.0.0.1": must be a valid address in CIDR"#,
                    #"status.devices[0].networkData.ips[1]: Invalid value: "010.0.0.1/8": must be a valid address"#,
                    #"status.devices[0].networkData.ips[2]: Invalid value: "2001:DB8::1/64": must be in canonical form ("2001:db8::1/64")"#,
                ]),
        ])
    func claimStatus(_ test: RuleCase) throws {
        test.expect(try RuleTable.status(ResourceClaim.self, Self.claim, test.patch))
    }

    static let slice =
        #"{"metadata":{"name":"s"},"spec":{"driver":"d.example.com","nodeName":"n","pool":{"name":"p","generation":1,"resourceSliceCount":1},"devices":[{"name":"v"}]}}"#

    /// A device with these fields, and its faults.
    private static func device(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(
            text, "{\"spec\":{\"devices\":[{\"name\":\"v\"," + text + "}]}}", faults.map { "spec.devices[0]" + $0 })
    }

    @Test(
        "a ResourceSlice",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "pool", #"{"spec":{"pool":{"name":"a/B","generation":-1,"resourceSliceCount":0}}}"#,
                [
                    #"spec.pool.name: Invalid value: "B""#,
                    "spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero",
                    "spec.pool.generation: Invalid value: -1: must be greater than or equal to zero",
                ]),
            RuleCase(
                "no node", #"{"spec":{"nodeName":""}}"#,
                [
                    #"spec.nodeName: Invalid value: "": must be either unset or set to a non-empty string"#,
                    "spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`",
                ]),
            RuleCase(
                "nodes by labels", #"{"spec":{"nodeName":null,"nodeSelector":{"nodeSelectorTerms":[{},{}]}}}"#,
                [
                    #"spec.nodeSelector.nodeSelectorTerms: Invalid value: [{"MatchExpressions":null,"MatchFields":null}"#
                ]),
            device(
                #""attributes":{"a":{},"b":{"version":"1.0"}},"capacity":{"c":{"value":"1","requestPolicy":{}}}"#,
                [
                    #".attributes[a]: Invalid value: "": exactly one value must be specified"#,
                    #".attributes[b].version: Invalid value: "1.0": must be a string compatible with semver.org"#,
                    ".capacity[c].requestPolicy: Forbidden: allowMultipleAllocations must be true",
                ]),
            device(
                #""allowMultipleAllocations":true,"capacity":{"c":{"value":"10","requestPolicy":{"default":"3","validValues":["2","1","11"]}}}"#,
                [
                    #".capacity[c].requestPolicy.validValues[1]: Invalid value: "1": values must be sorted"#,
                    #".capacity[c].requestPolicy.validValues[2]: Invalid value: "11": option is larger than capacity"#,
                    #".capacity[c].requestPolicy.validValues: Invalid value: "3": default value is not valid"#,
                ]),
            device(
                #""allowMultipleAllocations":true,"capacity":{"c":{"value":"10","requestPolicy":{"default":"3","validRange":{"min":"2","max":"8","step":"2"}}}}"#,
                [
                    #".capacity[c].requestPolicy.validRange.step: Invalid value: "3": value is not a multiple of a given step (2) from (2)"#
                ]),
            device(
                #""taints":[{"key":"","effect":""}],"consumesCounters":[{"counterSet":"","counters":{"A":{"value":"1"}}}]"#,
                [
                    ".taints[0].key: Invalid value: \"\": name part must be non-empty",
                    ".taints[0].key: Invalid value: \"\": name part must consist of",
                    ".taints[0].effect: Required value",
                    ".consumesCounters[0].counterSet: Required value",
                    #".consumesCounters[0].counters: Invalid value: "A""#,
                ]),
            device(
                #""nodeName":"n""#, [": Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set"]
            ),
            device(
                #""bindingConditions":["a","a"],"bindingFailureConditions":["a"]"#,
                [
                    #".bindingConditions[1]: Duplicate value: "a""#,
                    #".bindingFailureConditions[0]: Invalid value: "a": bindingFailureConditions must not overlap"#,
                ]),
        ])
    func slice(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(ResourceSlice.self, Self.slice, test.patch))
    }

    @Test("whose slice it is does not change")
    func sliceChange() throws {
        let patch = #"{"spec":{"driver":"e","nodeName":"m","pool":{"name":"q"}}}"#
        RuleCase(
            "", "",
            [
                #"spec.pool.name: Invalid value: "q": field is immutable"#,
                #"spec.driver: Invalid value: "e": field is immutable"#,
                #"spec.nodeName: Invalid value: "m": field is immutable"#,
            ]
        ).expect(try RuleTable.update(ResourceSlice.self, Self.slice, patch))
    }

    @Test("a class may stand for a resource")
    func deviceClass() throws {
        let base = #"{"metadata":{"name":"c"},"spec":{}}"#
        #expect(try RuleTable.create(DeviceClass.self, base, #"{"spec":{"extendedResourceName":"e.com/gpu"}}"#).isEmpty)
        for name in ["gpu", "kubernetes.io/gpu", "requests.e.com/gpu"] {
            RuleCase("", "", ["spec.extendedResourceName: Invalid value: \"\(name)\": must be a valid extended"])
                .expect(
                    try RuleTable.create(
                        DeviceClass.self, base, "{\"spec\":{\"extendedResourceName\":\"\(name)\"}}"))
        }
    }

    @Test(
        "versions",
        arguments: [
            ("1.2.3", true), ("1.2.3-rc.1+b.01", true), ("01.2.3", false), ("1.2", false), ("1.2.3-01", false),
            ("1.2.3-", false), ("1.2.3+", false), ("", false),
        ])
    func versions(_ text: String, _ isStrict: Bool) { #expect(SemanticVersion.isStrict(text) == isStrict) }
}
