// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct WarningTests {
    private static let pod =
        #"{"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"x"}]}}"#

    @Test(
        "a pod",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("name", #"{"metadata":{"name":"a.b"}}"#, ["metadata.name: this is used in the Pod's hostname"]),
            RuleCase(
                "old node labels",
                #"{"spec":{"nodeSelector":{"beta.kubernetes.io/os":"linux"},"topologySpreadConstraints":[{"topologyKey":"failure-domain.beta.kubernetes.io/zone"}]}}"#,
                [
                    #"spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead"#,
                    "spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated",
                    "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
                ]),
            RuleCase(
                "preferred nodes",
                #"{"spec":{"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"a","operator":"In","values":["-"]}]}}]},"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"t"}]}}}}"#,
                [
                    "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values[0]: - is invalid, ",
                    "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null",
                ]),
            RuleCase(
                "annotations",
                #"{"metadata":{"annotations":{"scheduler.alpha.kubernetes.io/critical-pod":"","seccomp.security.alpha.kubernetes.io/pod":"x"}}}"#,
                [
                    "metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+",
                    "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+",
                ]),
            RuleCase(
                "lists",
                #"{"spec":{"hostAliases":[{"ip":"1.2.3.4"},{"ip":"1.2.3.4"}],"imagePullSecrets":[{"name":"a"},{"name":"a"},{}]}}"#,
                [
                    #"spec.hostAliases[1].ip: duplicate ip "1.2.3.4""#,
                    #"spec.imagePullSecrets[1].name: duplicate name "a""#,
                    #"spec.imagePullSecrets[2].name: invalid empty name """#,
                ]),
            RuleCase(
                "a container",
                #"{"spec":{"containers":[{"name":"c","image":"x","env":[{"name":"A","value":"1"},{"name":"A","value":"$(A)2"},{"name":"A","value":"3"}],"resources":{"limits":{"memory":"1500m"}},"ports":[{"containerPort":80},{"containerPort":80},{"containerPort":80,"hostPort":1}]}]}}"#,
                [
                    #"spec.containers[0].resources.limits[memory]: fractional byte value "1500m" is invalid"#,
                    #"spec.containers[0].resources.requests[memory]: fractional byte value "1500m" is invalid"#,
                    #"spec.containers[0].env[2]: hides previous definition of "A", which may be dropped"#,
                    "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
                    "spec.containers[0].ports[2]: overlapping port definition with spec.containers[0].ports[0]",
                    "spec.containers[0].ports[2]: overlapping port definition with spec.containers[0].ports[1]",
                ]),
            RuleCase(
                "volumes",
                #"{"spec":{"volumes":[{"name":"g","gitRepo":{"repository":"r"}},{"name":"m","configMap":{"name":"x","items":[{"key":"a","path":"d"},{"key":"b","path":"d/e"}]}},{"name":"q","projected":{"sources":[{}]}}]}}"#,
                [
                    "spec.volumes[0].gitRepo: deprecated in v1.11",
                    #"volume "m" (ConfigMap "x"): overlapping paths: "d/e" with "d""#,
                    #"volume "q" (Projected) has no sources provided"#,
                ]),
            RuleCase(
                "addresses", #"{"spec":{"hostAliases":[{"ip":"2001:DB8::1"}]}}"#,
                [
                    #"spec.hostAliases[0].ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")"#
                ]),
        ])
    func pods(_ test: RuleCase) throws {
        test.expect((try RuleTable.object(Self.pod, test.patch) as Pod).warnings(replacing: nil))
    }

    @Test("a workload warns of its template when it is new and when it changes")
    func templates() throws {
        let base =
            #"{"metadata":{"name":"d.e","namespace":"n","generation":2},"spec":{"selector":{},"template":{"spec":{"nodeSelector":{"beta.kubernetes.io/os":"l"},"containers":[{"name":"c"}]}}}}"#
        let new: Deployment = try RuleTable.object(base, "{}")
        let text = "spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated"
        RuleCase("", "", ["metadata.name: this is used in Pod names and hostnames", text]).expect(
            new.warnings(replacing: nil))
        RuleCase("", "", []).expect(new.warnings(replacing: new))
        RuleCase("", "", [text]).expect(
            new.warnings(replacing: try RuleTable.object(base, #"{"metadata":{"generation":1}}"#)))
    }

    @Test(
        "a Service",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "external addresses", #"{"spec":{"externalIPs":["1.2.3.4"],"externalName":"x"}}"#,
                [
                    "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
                    #"spec.externalName is ignored when spec.type is not "ExternalName""#,
                ]),
            RuleCase(
                "without an address", #"{"spec":{"clusterIP":"None","externalIPs":["1.2.3.4"]}}"#,
                ["spec.externalIPs is ignored for headless services"]),
            RuleCase(
                "distribution", #"{"spec":{"trafficDistribution":"PreferClose"}}"#,
                [#"spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone""#]),
        ])
    func services(_ test: RuleCase) throws {
        let base = #"{"metadata":{"name":"s","namespace":"n"},"spec":{"ports":[{"port":80}]}}"#
        test.expect((try RuleTable.object(base, test.patch) as Service).warnings(replacing: nil))
    }

    @Test("other kinds")
    func others() throws {
        let meta = #"{"metadata":{"name":"a","namespace":"n"}}"#
        RuleCase("", "", [#"annotation "kubernetes.io/ingress.class" is deprecated"#]).expect(
            (try RuleTable.object(meta, #"{"metadata":{"annotations":{"kubernetes.io/ingress.class":"x"}}}"#) as Ingress)
                .warnings(replacing: nil))
        RuleCase("", "", [#"spec.resources.requests[storage]: fractional byte value "1500m" is invalid"#]).expect(
            (try RuleTable.object(meta, #"{"spec":{"resources":{"requests":{"storage":"1500m"}}}}"#)
                as PersistentVolumeClaim).warnings(replacing: nil))
        RuleCase("", "", ["spec.persistentVolumeReclaimPolicy: The Recycle", "spec.cephfs: deprecated in v1.28"])
            .expect(
                (try RuleTable.object(meta, #"{"spec":{"persistentVolumeReclaimPolicy":"Recycle","cephfs":{}}}"#)
                    as PersistentVolume).warnings(replacing: nil))
        RuleCase("", "", ["scheduling.nodeSelector: deprecated since v1.14"]).expect(
            (try RuleTable.object(meta, #"{"scheduling":{"nodeSelector":{"beta.kubernetes.io/arch":"x"}}}"#)
                as RuntimeClass).warnings(replacing: nil))
        RuleCase("", "", ["allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.17"]).expect(
            (try RuleTable.object(
                meta,
                #"{"allowedTopologies":[{"matchLabelExpressions":[{"key":"failure-domain.beta.kubernetes.io/zone"}]}]}"#
            )
                as StorageClass).warnings(replacing: nil))
        RuleCase("", "", ["In Indexed Jobs with a number of completions higher than 10^5"]).expect(
            (try RuleTable.object(
                meta, #"{"spec":{"completionMode":"Indexed","completions":100001,"parallelism":10001}}"#) as Job)
                .warnings(replacing: nil))
    }
}
