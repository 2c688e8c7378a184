// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct ContainerConfigRulesTests {
    struct Resources: Sendable, CustomTestStringConvertible {
        var name: String
        var requests: [String: Quantity] = [:]
        var limits: [String: Quantity] = [:]
        var quality: String
        var shares: Int64
        var quota: Int64?
        var memory: Int64?
        var score: Int64
        var testDescription: String { name }
    }

    static let table: [Resources] = [
        Resources(name: "nothing asked for", quality: "BestEffort", shares: 2, score: 1000),
        Resources(
            name: "a fraction of a core", requests: ["cpu": "100m", "memory": "1Gi"], quality: "Burstable", shares: 102,
            score: 875),
        Resources(
            name: "limits alone count as requests", limits: ["cpu": "500m", "memory": "128Mi"], quality: "Guaranteed",
            shares: 512, quota: 50_000, memory: 128 << 20, score: -997),
        Resources(
            name: "very little", requests: ["cpu": "1m"], limits: ["cpu": "1m"], quality: "Burstable", shares: 2,
            quota: 1000,
            score: 999),
    ]

    @Test("what a container asks for becomes what the kernel is told", arguments: table)
    func resources(_ c: Resources) {
        let container = makeContainer("app") {
            $0.resources.requests = c.requests
            $0.resources.limits = c.limits
        }
        let result = LinuxResourceRules.resources(
            container, quality: c.quality, priority: nil, memoryCapacity: 8 << 30, mayLower: true)
        #expect(result.cpuShares == c.shares)
        #expect(result.cpuQuota == c.quota)
        #expect(result.memoryLimit == c.memory)
        #expect(result.oomScoreAdjust == c.score)
        let held = LinuxResourceRules.resources(
            container, quality: c.quality, priority: nil, memoryCapacity: 8 << 30, mayLower: false)
        #expect(held.oomScoreAdjust == max(0, c.score))
    }

    @Test(
        "the class of a pod by what its containers ask for",
        arguments: [
            ([:], [:], "BestEffort"), (["cpu": "1"], [:], "Burstable"),
            ([:], ["cpu": "1", "memory": "1Gi"], "Guaranteed"),
            (["cpu": "1", "memory": "1Gi"], ["cpu": "1", "memory": "1Gi"], "Guaranteed"),
            (["cpu": "500m"], ["cpu": "1", "memory": "1Gi"], "Burstable"),
        ] as [([String: Quantity], [String: Quantity], String)])
    func quality(_ requests: [String: Quantity], _ limits: [String: Quantity], _ expected: String) {
        let pod = makePod {
            $0.spec.containers[0].resources.requests = requests
            $0.spec.containers[0].resources.limits = limits
        }
        #expect(QualityOfService.of(pod.spec) == expected)
    }

    @Test("a container's security settings stand over its pod's")
    func security() {
        let container = makeContainer("app") {
            $0.securityContext = SecurityContext {
                $0.runAsUser = 7
                $0.allowPrivilegeEscalation = false
                $0.capabilities = Capabilities { $0.drop = ["ALL"] }
            }
        }
        let pod = makePod {
            $0.spec.containers = [container]
            $0.spec.shareProcessNamespace = true
            $0.spec.securityContext = PodSecurityContext {
                $0.runAsUser = 1
                $0.runAsGroup = 2
                $0.fsGroup = 3
                $0.seccompProfile = SeccompProfile { $0.type = "RuntimeDefault" }
            }
        }
        let context = ContainerSecurity.context(container, in: pod, seccompRoot: "/s")
        #expect(context.runAsUser == 7)
        #expect(context.runAsGroup == 2)
        #expect(context.supplementalGroups == [3])
        #expect(context.noNewPrivileges)
        #expect(context.dropCapabilities == ["ALL"])
        #expect(context.seccomp == .runtimeDefault)
        #expect(context.namespaces.pid == .pod)
        #expect(!context.maskedPaths.isEmpty)
    }

    @Test("what must not run as root does not")
    func nonRoot() {
        let pod = makePod { $0.spec.securityContext = PodSecurityContext { $0.runAsNonRoot = true } }
        let container = pod.spec.containers[0]
        #expect(throws: WiringError.self) {
            try ContainerSecurity.verifyNonRoot(container, in: pod, image: CRI.Image(id: "i", uid: 0))
        }
        #expect(throws: WiringError.self) {
            try ContainerSecurity.verifyNonRoot(container, in: pod, image: CRI.Image(id: "i", username: "nobody"))
        }
        #expect(throws: Never.self) {
            try ContainerSecurity.verifyNonRoot(container, in: pod, image: CRI.Image(id: "i", uid: 65534))
        }
    }

    @Test(
        "images are named in full",
        arguments: [
            ("busybox", "docker.io/library/busybox:latest"), ("a/b:1", "docker.io/a/b:1"),
            ("registry.test:5000/a", "registry.test:5000/a:latest"), ("localhost/a:1", "localhost/a:1"),
            ("ghcr.io/a/b@sha256:00", "ghcr.io/a/b@sha256:00"),
        ])
    func images(_ name: String, _ expected: String) {
        #expect(ImageName.normalized(name) == expected)
    }

    @Test(
        "whether an image is pulled",
        arguments: [
            ("a:1", "IfNotPresent", true, "use"), ("a:1", "IfNotPresent", false, "pull"),
            ("a:1", "Always", true, "pull"),
            ("a:1", "Never", false, "never"), ("a", "", true, "pull"), ("a:1", "", true, "use"),
        ])
    func pulling(_ image: String, _ policy: String, _ isPresent: Bool, _ expected: String) {
        let decision = ImageDecision.decide(image: image, policy: policy, present: isPresent ? CRI.Image(id: "i") : nil)
        let text =
            switch decision {
            case .use: "use"
            case .pull: "pull"
            case .neverPull: "never"
            }
        #expect(text == expected)
    }

    @Test("credentials are those of the image's registry, the most specific first")
    func credentials() {
        let json = """
            {"auths":{"https://index.docker.io/v1/":{"username":"hub"},"registry.test/team":{"username":"team"},
            "registry.test":{"username":"all","auth":"x"}}}
            """
        let secret = Secret {
            $0.type = "kubernetes.io/dockerconfigjson"
            $0.data = [".dockerconfigjson": Array(json.utf8)]
        }
        #expect(RegistryCredentials.matching("busybox", [secret]).map(\.username) == ["hub"])
        #expect(RegistryCredentials.matching("registry.test/team/web:1", [secret]).map(\.username) == ["team", "all"])
        #expect(RegistryCredentials.matching("other.test/web", [secret]).isEmpty)
    }
}
