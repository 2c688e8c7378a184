// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct ServiceRulesTests {
    static let service = #"""
        {"metadata":{"name":"s","namespace":"n"},"spec":{"ports":[{"port":80}],"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],
        "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}}
        """#

    private static func spec(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"# + text + "}}", faults.map { "spec." + $0 })
    }

    @Test(
        "a service",
        arguments: [
            RuleCase("as it is", "{}", []),
            spec(#""ports":[]"#, ["ports: Required value"]),
            spec(
                #""ports":[{"port":1},{"port":2}]"#, ["ports[0].name: Required value", "ports[1].name: Required value"]),
            spec(
                #""ports":[{"port":0}]"#,
                [
                    "ports[0].port: Invalid value: 0: must be between 1 and 65535",
                    "ports[0].targetPort: Invalid value: 0: must be between 1 and 65535",
                ]),
            spec(
                #""type":"Public""#,
                [#"type: Unsupported value: "Public": supported values: "ClusterIP", "ExternalName""#]),
            spec(
                #""sessionAffinity":"Sticky""#,
                [#"sessionAffinity: Unsupported value: "Sticky": supported values: "ClientIP""#]),
            spec(
                #""externalTrafficPolicy":"Local""#,
                [
                    #"externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services"#
                ]),
            spec(
                #""publishNotReadyAddresses":true,"internalTrafficPolicy":"x""#,
                [
                    #"internalTrafficPolicy: Unsupported value: "x": supported values: "Cluster", "Local""#
                ]),
            spec(
                #""externalIPs":["127.0.0.1"]"#,
                [
                    #"externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range"#
                ]),
        ])
    func create(_ test: RuleCase) throws { test.expect(try RuleTable.create(Service.self, Self.service, test.patch)) }

    @Test(
        "a change of a service",
        arguments: [
            spec(#""type":"NodePort""#, []),
            spec(
                #""clusterIP":"10.0.0.2","clusterIPs":["10.0.0.2"]"#,
                [#"clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set"#]),
            RuleCase("labels", #"{"metadata":{"labels":{"a":"b"}}}"#, []),
            // looked at by itself and with the whole
            spec(
                #""loadBalancerClass":"a.b/c""#,
                [
                    "loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
                    "loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
                ]),
        ])
    func update(_ test: RuleCase) throws { test.expect(try RuleTable.update(Service.self, Self.service, test.patch)) }
}
