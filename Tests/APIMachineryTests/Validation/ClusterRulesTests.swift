// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct ClusterRulesTests {
    @Test(
        "an APIService",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "name", #"{"metadata":{"name":"x"}}"#,
                [#"metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1.e.com""#]),
            RuleCase(
                "priorities", #"{"spec":{"groupPriorityMinimum":0,"versionPriority":1001}}"#,
                [
                    "spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000",
                    "spec.versionPriority: Invalid value: 1001: must be positive and less than 1000",
                ]),
            RuleCase(
                "a local one", #"{"spec":{"service":null,"caBundle":"Zm9v","insecureSkipTLSVerify":true}}"#,
                [
                    #"spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle"#,
                    "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have",
                ]),
            RuleCase(
                "service",
                #"{"spec":{"service":{"name":"","namespace":"","port":65536},"caBundle":"Zm9v","insecureSkipTLSVerify":true}}"#,
                [
                    "spec.service.namespace: Required", "spec.service.name: Required",
                    "spec.service.port: Invalid value: 65536: port is not valid: must be between 1 and 65535",
                    "spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present",
                ]),
        ])
    func apiService(_ test: RuleCase) throws {
        let base =
            #"{"metadata":{"name":"v1.e.com"},"spec":{"group":"e.com","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"service":{"name":"s","namespace":"n"}}}"#
        test.expect(try RuleTable.create(APIService.self, base, test.patch))
    }

    @Test(
        "a PriorityClass",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("value", #"{"value":1000000001}"#, ["value: Forbidden: maximum allowed value of a user defined"]),
            RuleCase(
                "a name of the system", #"{"metadata":{"name":"system-x"}}"#,
                [
                    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known"
                ]),
            RuleCase(
                "a class of the system", #"{"metadata":{"name":"system-node-critical"}}"#,
                [
                    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000"
                ]),
            RuleCase("policy", #"{"preemptionPolicy":"x"}"#, [#"preemptionPolicy: Unsupported value: "x""#]),
        ])
    func priorityClass(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(PriorityClass.self, #"{"metadata":{"name":"p"},"value":5}"#, test.patch))
    }

    @Test(
        "a RuntimeClass",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("no handler", #"{"handler":""}"#, ["handler: Required value"]),
            RuleCase(
                "tolerations",
                #"{"scheduling":{"tolerations":[{"key":"a","operator":"x"},{"key":"b","operator":"Exists","effect":"NoExecute"},{"key":"b","operator":"Exists","effect":"NoExecute","tolerationSeconds":1}]}}"#,
                [
                    #"scheduling.tolerations.tolerations[0].operator: Unsupported value: "x""#,
                    #"scheduling.tolerations[2]: Duplicate value: {"Key":"b","Operator":"Exists","Value":"","Effect":"NoExecute","TolerationSeconds":1}"#,
                ]),
        ])
    func runtimeClass(_ test: RuleCase) throws {
        test.expect(
            try RuleTable.create(RuntimeClass.self, #"{"metadata":{"name":"r"},"handler":"a"}"#, test.patch))
    }

    @Test("values of classes and handlers of runtimes do not change")
    func changes() throws {
        RuleCase(
            "", "",
            [
                "value: Forbidden: may not be changed in an update.",
                #"preemptionPolicy: Invalid value: "Never": field is immutable"#,
            ]
        ).expect(
            try RuleTable.update(
                PriorityClass.self, #"{"metadata":{"name":"p"},"value":5}"#, #"{"value":6,"preemptionPolicy":"Never"}"#)
        )
        RuleCase("", "", [#"handler: Invalid value: "b": field is immutable"#]).expect(
            try RuleTable.update(RuntimeClass.self, #"{"metadata":{"name":"r"},"handler":"a"}"#, #"{"handler":"b"}"#))
    }

    static let quota = #"{"metadata":{"name":"q","namespace":"n"},"spec":{"hard":{"pods":"1"}}}"#

    @Test(
        "a ResourceQuota",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("of quotas", #"{"spec":{"hard":{"resourcequotas":"1"}}}"#, []),
            RuleCase(
                "scope", #"{"spec":{"scopes":["x"]}}"#, [#"spec.scopes: Invalid value: ["x"]: unsupported scope"#]),
            RuleCase(
                "a scope of other resources", #"{"spec":{"hard":{"cpu":"1","services":"1"},"scopes":["BestEffort"]}}"#,
                [
                    #"spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource"#,
                    #"spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource"#,
                ]),
            RuleCase(
                "selector",
                #"{"spec":{"scopeSelector":{"matchExpressions":[{"scopeName":"Terminating","operator":"In"},{"scopeName":"PriorityClass","operator":"Exists","values":["a"]}]}}}"#,
                [
                    #"spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be 'Exists' when scope is"#,
                    "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when",
                    #"spec.scopeSelector.matchExpressions.values: Invalid value: ["a"]: must be no value when"#,
                ]),
        ])
    func quota(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(ResourceQuota.self, Self.quota, test.patch))
    }

    @Test("scopes of a quota do not change; what it counts may not be negative")
    func quotaChange() throws {
        RuleCase("", "", [#"spec.scopes: Invalid value: ["Terminating"]: field is immutable"#]).expect(
            try RuleTable.update(ResourceQuota.self, Self.quota, #"{"spec":{"scopes":["Terminating"]}}"#))
        RuleCase("", "", [#"status.used[pods]: Invalid value: "-1""#]).expect(
            try RuleTable.status(ResourceQuota.self, Self.quota, #"{"status":{"used":{"pods":"-1"}}}"#))
    }

    @Test(
        "a LimitRange",
        arguments: [
            RuleCase(
                "type", #"{"spec":{"limits":[{"type":"x"}]}}"#,
                [#"spec.limits[0].type: Invalid value: "x": must be a standard limit type or fully qualified"#]),
            RuleCase(
                "default of what cannot be shared",
                #"{"spec":{"limits":[{"type":"Container","default":{"e.com/x":"2"},"defaultRequest":{"e.com/x":"1"}}]}}"#,
                [
                    #"spec.limits[0].defaultRequest[e.com/x]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in e.com/x"#
                ]),
            RuleCase(
                "default of a pod", #"{"spec":{"limits":[{"type":"Pod","default":{"cpu":"1"}}]}}"#,
                ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"]),
        ])
    func limitRange(_ test: RuleCase) throws {
        let base = #"{"metadata":{"name":"l","namespace":"n"},"spec":{"limits":[]}}"#
        test.expect(try RuleTable.create(LimitRange.self, base, test.patch))
    }

    static let network = #"{"metadata":{"name":"s"},"spec":{"cidrs":["10.1.0.0/16"]}}"#

    @Test(
        "a change of a ServiceCIDR",
        arguments: [
            RuleCase("a network of the other family", #"{"spec":{"cidrs":["10.1.0.0/16","fd00::/112"]}}"#, []),
            RuleCase(
                "one of the same family", #"{"spec":{"cidrs":["10.1.0.0/16","10.2.0.0/16"]}}"#,
                [#"spec.cidrs: Invalid value: ["10.1.0.0/16","10.2.0.0/16"]: may specify no more than one IP"#]),
            RuleCase(
                "another network", #"{"spec":{"cidrs":["10.2.0.0/16"]}}"#,
                [#"spec.cidrs[0]: Invalid value: "10.2.0.0/16": field is immutable"#]),
            RuleCase("none", #"{"spec":{"cidrs":null}}"#, ["spec.cidrs: Invalid value: null: field is immutable"]),
        ])
    func networkChange(_ test: RuleCase) throws {
        test.expect(try RuleTable.update(ServiceCIDR.self, Self.network, test.patch))
    }

    static let address =
        #"{"metadata":{"name":"10.1.0.1"},"spec":{"parentRef":{"resource":"services","namespace":"n","name":"s"}}}"#

    @Test(
        "an IPAddress",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "name", #"{"metadata":{"name":"x"}}"#, [#"metadata.name: Invalid value: "x": must be a valid IP"#]),
            RuleCase(
                "another way of writing", #"{"metadata":{"name":"FD00::1"}}"#,
                [#"metadata.name: Invalid value: "FD00::1": must be in canonical form ("fd00::1")"#]),
            RuleCase("no owner", #"{"spec":{"parentRef":null}}"#, ["spec.parentRef: Required value"]),
            RuleCase(
                "owner", #"{"spec":{"parentRef":{"group":"A","resource":"","name":"a/b"}}}"#,
                [
                    #"spec.parentRef.group: Invalid value: "A""#, "spec.parentRef.resource: Required value",
                    #"spec.parentRef.name: Invalid value: "a/b": may not contain '/'"#,
                ]),
        ])
    func address(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(IPAddress.self, Self.address, test.patch))
    }

    static let event =
        #"{"metadata":{"name":"e","namespace":"n"},"eventTime":"2024-01-01T00:00:00.000000Z","action":"a","reason":"r","regarding":{"kind":"Pod","name":"p","namespace":"n"},"type":"Normal","reportingController":"c","reportingInstance":"i"}"#

    @Test(
        "an event of events.k8s.io",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "reporter", #"{"reportingController":"","reportingInstance":"","type":"x"}"#,
                [
                    "reportingController: Required value", "reportingController: Invalid value: \"\"",
                    "reportingController: Invalid value: \"\"", "reportingInstance: Required value",
                    #"type: Invalid value: "": has invalid value: x"#,
                ]),
            RuleCase(
                "fields of old", #"{"deprecatedCount":1,"deprecatedSource":{"component":"c"}}"#,
                [#"count: Invalid value: "": needs to be unset"#, #"source: Invalid value: "": needs to be unset"#]),
            RuleCase(
                "series", #"{"series":{"count":1}}"#,
                [#"series.count: Invalid value: "": should be at least 2"#, "series.lastObservedTime: Required value"]),
        ])
    func event(_ test: RuleCase) throws { test.expect(try RuleTable.create(EventsEvent.self, Self.event, test.patch)) }

    @Test("an event goes on, but stays what it is")
    func eventChange() throws {
        let series = #"{"series":{"count":2,"lastObservedTime":"2024-01-01T00:00:01.000000Z"}}"#
        #expect(try RuleTable.update(EventsEvent.self, Self.event, series).isEmpty)
        RuleCase(
            "", "",
            [
                #"involvedObject: Invalid value: {"Kind":"Node","Namespace":"n","Name":"p","UID":"","APIVersion":"","ResourceVersion":"","FieldPath":""}: field is immutable"#,
                #"reason: Invalid value: "x": field is immutable"#, #"reason: Invalid value: "x": field is immutable"#,
            ]
        ).expect(try RuleTable.update(EventsEvent.self, Self.event, #"{"reason":"x","regarding":{"kind":"Node"}}"#))
    }
}
