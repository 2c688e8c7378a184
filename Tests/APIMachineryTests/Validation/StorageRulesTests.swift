// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct StorageRulesTests {
    static let driver =
        #"{"metadata":{"name":"d.example.com"},"spec":{"attachRequired":true,"volumeLifecycleModes":["Persistent"]}}"#

    @Test(
        "a CSIDriver",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "group policy", #"{"spec":{"fsGroupPolicy":"x"}}"#,
                [
                    #"spec.fsGroupPolicy: Unsupported value: "x": supported values: "File", "None", "ReadWriteOnceWithFSType""#
                ]),
            RuleCase(
                "audiences", #"{"spec":{"tokenRequests":[{"audience":"a","expirationSeconds":599},{"audience":"a"}]}}"#,
                [
                    "spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes",
                    #"spec.tokenRequests[1].audience: Duplicate value: "a""#,
                ]),
            RuleCase(
                "long tokens", #"{"spec":{"tokenRequests":[{"audience":"a","expirationSeconds":4294967297}]}}"#,
                [
                    "spec.tokenRequests[0].expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds"
                ]),
            RuleCase(
                "tokens in secrets for none", #"{"spec":{"serviceAccountTokenInSecrets":true}}"#,
                [
                    "spec.serviceAccountTokenInSecrets: Invalid value: true: serviceAccountTokenInSecrets is set but no tokenRequests are specified"
                ]),
            RuleCase(
                "modes", #"{"spec":{"volumeLifecycleModes":["x"]}}"#,
                [#"spec.volumeLifecycleModes: Unsupported value: "x": supported values: "Persistent", "Ephemeral""#]),
            RuleCase(
                "period", #"{"spec":{"nodeAllocatableUpdatePeriodSeconds":9}}"#,
                ["spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10"]),
        ])
    func csiDriver(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(CSIDriver.self, Self.driver, test.patch))
    }

    @Test(
        "a change of a CSIDriver",
        arguments: [
            RuleCase("of what may change", #"{"spec":{"podInfoOnMount":true}}"#, []),
            RuleCase(
                "of what may not", #"{"spec":{"attachRequired":false,"volumeLifecycleModes":["Ephemeral"]}}"#,
                [
                    "spec.attachedRequired: Invalid value: false: field is immutable",
                    #"spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: field is immutable"#,
                ]),
        ])
    func csiDriverChange(_ test: RuleCase) throws {
        test.expect(try RuleTable.update(CSIDriver.self, Self.driver, test.patch))
    }

    static let node =
        #"{"metadata":{"name":"n"},"spec":{"drivers":[{"name":"d.example.com","nodeID":"n","topologyKeys":["zone"]}]}}"#

    @Test(
        "a CSINode",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "names", #"{"spec":{"drivers":[{"name":"","nodeID":"","topologyKeys":null}]}}"#,
                ["spec.drivers[0].name: Required value", "spec.drivers[0].nodeID: Required value"]),
            RuleCase(
                "keys",
                #"{"spec":{"drivers":[{"name":"d","nodeID":"n","topologyKeys":["a","a"],"allocatable":{"count":-1}}]}}"#,
                [
                    "spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0",
                    #"spec.drivers[0]: Duplicate value: "a""#,
                ]),
        ])
    func csiNode(_ test: RuleCase) throws { test.expect(try RuleTable.create(CSINode.self, Self.node, test.patch)) }

    @Test(
        "a change of a CSINode",
        arguments: [
            RuleCase(
                "how many volumes",
                #"{"spec":{"drivers":[{"name":"d.example.com","nodeID":"n","topologyKeys":["zone"],"allocatable":{"count":3}}]}}"#,
                []),
            RuleCase("another driver", #"{"spec":{"drivers":[{"name":"e","nodeID":"n","topologyKeys":null}]}}"#, []),
            RuleCase(
                "another name of the node",
                #"{"spec":{"drivers":[{"name":"d.example.com","nodeID":"m","topologyKeys":["zone"]}]}}"#,
                [
                    #"spec.drivers: Invalid value: {"Name":"d.example.com","NodeID":"m","TopologyKeys":["zone"],"Allocatable":null}: field is immutable"#
                ]),
        ])
    func csiNodeChange(_ test: RuleCase) throws {
        test.expect(try RuleTable.update(CSINode.self, Self.node, test.patch))
    }

    static let attachment =
        #"{"metadata":{"name":"a"},"spec":{"attacher":"a.example.com","nodeName":"n","source":{"persistentVolumeName":"p"}}}"#

    @Test(
        "a VolumeAttachment",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("attacher", #"{"spec":{"attacher":""}}"#, ["spec.attacher: Required"]),
            RuleCase(
                "no source", #"{"spec":{"source":{"persistentVolumeName":null}}}"#,
                ["spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName"]),
            RuleCase(
                "a volume within",
                #"{"spec":{"source":{"persistentVolumeName":null,"inlineVolumeSpec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1"},"hostPath":{"path":"/a"},"storageClassName":"s","persistentVolumeReclaimPolicy":"Delete"}}}}"#,
                [
                    "spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes",
                    "spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes",
                    "spec.source.inlineVolumeSpec.persistentVolumeReclaimPolicy: Forbidden: may only be Retain",
                    "spec.source.inlineVolumeSpec.storageClassName: Forbidden: may not be specified",
                ]),
            RuleCase(
                "error code", #"{"status":{"attached":false,"attachError":{"errorCode":-1}}}"#,
                ["status.attachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive"]),
        ])
    func volumeAttachment(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(VolumeAttachment.self, Self.attachment, test.patch))
    }

    @Test("the specification of a VolumeAttachment does not change")
    func volumeAttachmentChange() throws {
        let test = RuleCase(
            "", #"{"spec":{"nodeName":"m"}}"#,
            [
                #"spec: Invalid value: {"Attacher":"a.example.com","Source":{"PersistentVolumeName":"p","InlineVolumeSpec":null},"NodeName":"m"}: field is immutable"#
            ])
        test.expect(try RuleTable.update(VolumeAttachment.self, Self.attachment, test.patch))
    }

    static let storageClass = #"{"metadata":{"name":"s"},"provisioner":"example.com/p","parameters":{"a":"b"}}"#

    @Test(
        "a StorageClass",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("provisioner", #"{"provisioner":""}"#, ["provisioner: Required value"]),
            RuleCase("policy", #"{"reclaimPolicy":"Recycle"}"#, [#"reclaimPolicy: Unsupported value: "Recycle""#]),
            RuleCase("mode", #"{"volumeBindingMode":""}"#, [#"volumeBindingMode: Unsupported value: """#]),
            RuleCase(
                "parameters", #"{"parameters":{"":"x"}}"#, [#"parameters: Invalid value: "": field can not be empty."#]),
            RuleCase(
                "topologies", #"{"allowedTopologies":[{"matchLabelExpressions":[{"key":"a b","values":[]}]}]}"#,
                [
                    "allowedTopologies[0].matchLabelExpressions[0].values: Required value",
                    #"allowedTopologies[0].matchLabelExpressions[0].key: Invalid value: "a b": name part must consist of"#,
                ]),
        ])
    func storageClass(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(StorageClass.self, Self.storageClass, test.patch))
    }

    @Test(
        "a change of a StorageClass",
        arguments: [
            RuleCase("of what may change", #"{"allowVolumeExpansion":true,"mountOptions":["ro"]}"#, []),
            RuleCase(
                "of what may not",
                #"{"provisioner":"q","parameters":{"a":"c"},"reclaimPolicy":"Retain","volumeBindingMode":"WaitForFirstConsumer"}"#,
                [
                    #"parameters: Invalid value: {"a":"c"}: field is immutable"#,
                    #"provisioner: Invalid value: "q": field is immutable"#,
                    #"reclaimPolicy: Invalid value: "Retain": field is immutable"#,
                    #"volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable"#,
                ]),
        ])
    func storageClassChange(_ test: RuleCase) throws {
        test.expect(try RuleTable.update(StorageClass.self, Self.storageClass, test.patch))
    }

    @Test("classes of attributes and capacities")
    func others() throws {
        let attributes = #"{"metadata":{"name":"v"},"driverName":"d.example.com","parameters":{"a":"b"}}"#
        RuleCase(
            "", "", ["driverName: Required", "parameters: Required value: must contain at least one key/value pair"]
        )
        .expect(
            try RuleTable.create(VolumeAttributesClass.self, attributes, #"{"driverName":"","parameters":null}"#))
        RuleCase(
            "", "", ["driverName: Forbidden: updates to driverName", "parameters: Forbidden: updates to parameters"]
        )
        .expect(
            try RuleTable.update(
                VolumeAttributesClass.self, attributes, #"{"driverName":"e","parameters":{"a":"c"}}"#))
        let capacity = #"{"metadata":{"name":"c","namespace":"n"},"storageClassName":"s","capacity":"1Gi"}"#
        RuleCase("", "", [#"storageClassName: Invalid value: "A""#, #"capacity: Invalid value: "-1""#]).expect(
            try RuleTable.create(CSIStorageCapacity.self, capacity, #"{"storageClassName":"A","capacity":"-1"}"#))
        RuleCase(
            "", "",
            [
                #"nodeTopology: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable"#,
                #"storageClassName: Invalid value: "t": field is immutable"#,
            ]
        ).expect(
            try RuleTable.update(
                CSIStorageCapacity.self, capacity,
                #"{"storageClassName":"t","nodeTopology":{"matchLabels":{"a":"b"}}}"#))
    }
}
