// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct PersistentVolumeRulesTests {
    static let volume =
        #"{"metadata":{"name":"v"},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/a"}}}"#

    /// A volume of another kind, and the faults of that.
    private static func source(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, "{\"spec\":{\"hostPath\":null," + text + "}}", faults)
    }

    @Test(
        "a PersistentVolume",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "ways of access", #"{"spec":{"accessModes":["ReadWriteOncePod","ReadWriteOnce"]}}"#,
                ["spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"]),
            RuleCase(
                "capacity", #"{"spec":{"capacity":{"storage":"0","x":"1"}}}"#,
                [
                    #"spec.capacity: Unsupported value: {"storage":"0","x":"1"}: supported values: "storage""#,
                    #"spec.capacity[storage]: Invalid value: "0": must be greater than zero"#,
                ]),
            RuleCase(
                "recycling the root",
                #"{"spec":{"hostPath":{"path":"/./"},"persistentVolumeReclaimPolicy":"Recycle"}}"#,
                ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"]),
            RuleCase(
                "class of attributes", #"{"spec":{"volumeAttributesClassName":""}}"#,
                [
                    "spec.volumeAttributesClassName: Required value: an empty string is disallowed",
                    "spec.csi: Required value: has to be specified when using volumeAttributesClassName",
                ]),
            RuleCase(
                "two sources", #"{"spec":{"nfs":{"server":"s","path":"/"}}}"#,
                ["spec.nfs: Forbidden: may not specify more than 1 volume type"]),
            source(#""persistentVolumeReclaimPolicy":"Retain""#, ["spec: Required value: must specify a volume type"]),
            source(
                #""gcePersistentDisk":{"pdName":"","partition":256}"#,
                [
                    "spec.persistentDisk.pdName: Required",
                    "spec.persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive",
                ]),
            source(#""awsElasticBlockStore":{"volumeID":""}"#, ["spec.awsElasticBlockStore.volumeID: Required value"]),
            source(
                #""glusterfs":{"endpoints":"","path":"","endpointsNamespace":""}"#,
                [
                    "spec.glusterfs.endpoints: Required", "spec.glusterfs.path: Required",
                    #"spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set"#,
                ]),
            source(
                #""flocker":{"datasetName":"a/b","datasetUUID":"c"}"#,
                [
                    #"spec.flocker: Invalid value: "resource": datasetName and datasetUUID can not be specified"#,
                    #"spec.flocker.datasetName: Invalid value: "a/b": must not contain '/'"#,
                ]),
            source(
                #""nfs":{"server":"","path":"a"}"#,
                ["spec.nfs.server: Required", #"spec.nfs.path: Invalid value: "a": must be an absolute path"#]),
            source(#""rbd":{"monitors":[],"image":""}"#, ["spec.rbd.monitors: Required", "spec.rbd.image: Required"]),
            source(
                #""quobyte":{"registry":"host","volume":""}"#,
                [
                    #"spec.quobyte.registry: Invalid value: "host": must be a host:port"#,
                    "spec.quobyte.volume: Required",
                ]),
            source(
                #""cinder":{"volumeID":"","secretRef":{}}"#,
                [
                    "spec.cinder.volumeID: Required", "spec.cinder.secretRef.name: Required",
                    "spec.cinder.secretRef.namespace: Required",
                ]),
            source(
                #""fc":{"targetWWNs":["a"],"wwids":["b"]}"#,
                [
                    #"spec.fc.targetWWNs: Invalid value: ["a"]: targetWWNs and wwids can not be specified"#,
                    "spec.fc.lun: Required value: lun is required if targetWWNs is specified",
                ]),
            source(
                #""flexVolume":{"driver":"","options":{"kubernetes.io/a":"b"}}"#,
                ["spec.flexVolume.driver: Required", #"spec.flexVolume.options[kubernetes.io/a]: Invalid value: "kub"#]),
            source(
                #""azureDisk":{"diskName":"","diskURI":"x","kind":"Managed","cachingMode":"x"}"#,
                [
                    "spec.azureDisk.diskName: Required", #"spec.azureDisk.cachingMode: Unsupported value: "x""#,
                    #"spec.azureDisk.diskURI: Unsupported value: "x": supported values: "/subscriptions/"#,
                ]),
            source(
                #""storageos":{"volumeName":"A","secretRef":{"name":"s"}}"#,
                [#"spec.storageos.volumeName: Invalid value: "A""#, "spec.storageos.secretRef.namespace: Required"]),
            source(
                #""csi":{"driver":"","volumeHandle":"","nodePublishSecretRef":{"name":"A","namespace":"n"}}"#,
                [
                    "spec.csi.driver: Required value", "spec.csi.volumeHandle: Required value",
                    #"spec.csi.nodePublishSecretRef.name: Invalid value: "A""#,
                ]),
            source(
                #""iscsi":{"targetPortal":"","iqn":"iqn.2024-1.x:y","lun":256,"chapAuthSession":true}"#,
                [
                    "spec.iscsi.targetPortal: Required", #"spec.iscsi.iqn: Invalid value: "iqn.2024-1.x:y": must be"#,
                    "spec.iscsi.lun: Invalid value: 256", "spec.iscsi.secretRef: Required",
                ]),
        ])
    func persistentVolume(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(PersistentVolume.self, Self.volume, test.patch))
    }

    @Test(
        "names of iSCSI nodes",
        arguments: [
            ("iqn.2024-01.com.example:disk", true), ("iqn.2024-01.com.example", false), ("iqn.24-01.c:d", false),
            ("iqn.2024-01.com:a b", false), ("eui.0123456789abcdef", true), ("eui.01", false),
            ("naa.0123456789abcdef0123456789abcdef", true), ("iqn.", false), ("iqn", false), ("iqn:", false),
        ])
    func nodeNames(_ name: String, _ isValid: Bool) { #expect(ISCSIRules.isQualifiedName(name) == isValid) }

    @Test(
        "a change of a PersistentVolume",
        arguments: [
            RuleCase("of capacity", #"{"spec":{"capacity":{"storage":"2Gi"}}}"#, []),
            RuleCase(
                "of the source", #"{"spec":{"hostPath":{"path":"/b"}}}"#,
                [
                    "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n@@ -2,7 +2,7 @@\n  \"GCEPersistentDisk\": null,"
                ]),
            RuleCase(
                "of the mode", #"{"spec":{"volumeMode":"Block"}}"#, [#"volumeMode: Invalid value: "Block": field is"#]),
        ])
    func volumeChange(_ test: RuleCase) throws {
        test.expect(try RuleTable.update(PersistentVolume.self, Self.volume, test.patch))
    }

    static let claim =
        #"{"metadata":{"name":"c","namespace":"n"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"fast","resources":{"requests":{"storage":"1Gi"}}}}"#

    @Test(
        "a PersistentVolumeClaim",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "amount", #"{"spec":{"resources":{"requests":{"storage":"0"}}}}"#,
                [#"spec.resources[storage]: Invalid value: "0": must be greater than zero"#]),
            RuleCase(
                "a source of another group", #"{"spec":{"dataSourceRef":{"apiGroup":"A_","kind":"","name":""}}}"#,
                [
                    "spec.dataSourceRef.name: Required value", "spec.dataSourceRef.kind: Required value",
                    #"spec.dataSourceRef.apiGroup: Invalid value: "A_""#,
                ]),
            RuleCase(
                "a source without a group", #"{"spec":{"dataSource":{"kind":"Pod","name":"p"}}}"#,
                [#"spec.dataSource: Invalid value: "Pod": must be 'PersistentVolumeClaim' when referencing"#]),
            RuleCase(
                "sources that differ",
                #"{"spec":{"dataSource":{"kind":"PersistentVolumeClaim","name":"a"},"dataSourceRef":{"kind":"PersistentVolumeClaim","name":"b"}}}"#,
                ["spec: Invalid value: {}: must match dataSourceRef"]),
            RuleCase(
                "class of attributes", #"{"spec":{"volumeAttributesClassName":"A"}}"#,
                [#"spec.volumeAttributesClassName: Invalid value: "A""#]),
        ])
    func persistentVolumeClaim(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(PersistentVolumeClaim.self, Self.claim, test.patch))
    }

    static let immutable =
        "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n"

    @Test(
        "a change of a PersistentVolumeClaim",
        arguments: [
            RuleCase("the volume, once", #"{"spec":{"volumeName":"v"}}"#, []),
            RuleCase(
                "the class", #"{"spec":{"storageClassName":"slow"}}"#,
                [
                    immutable
                        + "@@ -10,7 +10,7 @@\n   }\n  },\n  \"VolumeName\": \"\",\n- \"StorageClassName\": \"fast\","
                ]),
            RuleCase(
                "more than a claim that is not bound asks for",
                #"{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}"#, [immutable]),
            RuleCase(
                "the class of attributes of a claim that is not bound", #"{"spec":{"volumeAttributesClassName":"b"}}"#,
                [immutable]),
            RuleCase(
                "the mode", #"{"spec":{"volumeMode":"Block"}}"#,
                [immutable, #"volumeMode: Invalid value: "Block": field is immutable"#]),
        ])
    func claimChange(_ test: RuleCase) throws {
        test.expect(try RuleTable.update(PersistentVolumeClaim.self, Self.claim, test.patch))
    }

    @Test(
        "a change of a bound PersistentVolumeClaim",
        arguments: [
            RuleCase("to more", #"{"spec":{"resources":{"requests":{"storage":"4Gi"}}}}"#, []),
            RuleCase(
                "to less, that it does not have yet", #"{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}"#, []),
            RuleCase(
                "to less than it has", #"{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}"#,
                ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"]),
            RuleCase(
                "to no class of attributes", #"{"spec":{"volumeAttributesClassName":null}}"#,
                [
                    "spec.volumeAttributesClassName: Forbidden: update to nil is forbidden when status.currentVolumeAttributesClassName is not nil"
                ]),
            RuleCase("to another class of attributes", #"{"spec":{"volumeAttributesClassName":"silver"}}"#, []),
            RuleCase(
                "from a class of attributes that never was in effect",
                #"{"spec":{"volumeAttributesClassName":null},"status":{"currentVolumeAttributesClassName":null}}"#, []),
        ])
    func boundClaimChange(_ test: RuleCase) throws {
        let bound =
            #"{"metadata":{"name":"c","namespace":"n"},"spec":{"accessModes":["ReadWriteOnce"],"volumeName":"v","volumeAttributesClassName":"gold","resources":{"requests":{"storage":"3Gi"}}},"status":{"phase":"Bound","currentVolumeAttributesClassName":"gold","capacity":{"storage":"1Gi"}}}"#
        let old: PersistentVolumeClaim = try RuleTable.object(
            bound, test.patch.contains("status") ? #"{"status":{"currentVolumeAttributesClassName":null}}"# : "{}")
        let new: PersistentVolumeClaim = try RuleTable.object(bound, test.patch)
        test.expect(RuleTable.show(new.validateUpdate(from: old)))
    }

    @Test(
        "a status of a PersistentVolumeClaim",
        arguments: [
            RuleCase(
                "capacity", #"{"status":{"capacity":{"storage":"-1"}}}"#,
                ["status.capacity[storage]: Invalid value: -1: must be a valid resource quantity"]),
            RuleCase(
                "resizing",
                #"{"status":{"allocatedResourceStatuses":{"storage":"x"},"allocatedResources":{"cpu":"1"}}}"#,
                [
                    #"status.allocatedResourceStatus: Unsupported value: "storage""#,
                    #"status.allocatedResources: Unsupported value: "cpu": supported values: "storage""#,
                ]),
        ])
    func claimStatus(_ test: RuleCase) throws {
        test.expect(try RuleTable.status(PersistentVolumeClaim.self, Self.claim, test.patch))
    }
}
