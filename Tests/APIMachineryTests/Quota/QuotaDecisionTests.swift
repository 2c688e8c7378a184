// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

struct QuotaDecisionTests {
    private static let now = Time(seconds: 1000)

    private static func quota(
        _ hard: ResourceAmounts, used: ResourceAmounts, _ change: (inout ResourceQuota) -> Void = { _ in }
    ) -> ResourceQuota {
        var quota = ResourceQuota {
            $0.metadata.name = "q"
            $0.spec.hard = hard
            $0.status.hard = hard
            $0.status.used = used
        }
        change(&quota)
        return quota
    }

    private static func pod(_ change: (inout Pod) -> Void = { _ in }) -> Pod {
        var pod = Pod {
            $0.spec.containers = [
                Container {
                    $0.name = "c"
                    $0.resources.requests = ["cpu": "100m", "memory": "64Mi"]
                    $0.resources.limits = ["cpu": "1"]
                }
            ]
        }
        change(&pod)
        return pod
    }

    /// What is decided, in words.
    private static func text(_ decision: QuotaDecision) -> String {
        switch decision {
        case .free: "free"
        case .refuse(let why): why
        case .charge(let quotas): quotas.map { "charge " + $0.status.used.quotaText }.joined(separator: "; ")
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var quota: ResourceQuota
        var item: QuotaItem
        var old: QuotaItem?
        var expected: String
        var testDescription: String { name }
    }

    @Test(
        "writes are charged, let pass or refused",
        arguments: [
            Case(
                name: "the first object", quota: quota(["configmaps": "2"], used: ["configmaps": "0"]),
                item: .counted(["count/configmaps", "configmaps"]), expected: "charge configmaps=1"),
            Case(
                name: "one too many", quota: quota(["configmaps": "2"], used: ["configmaps": "2"]),
                item: .counted(["count/configmaps", "configmaps"]),
                expected: "exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2"),
            Case(
                name: "another kind", quota: quota(["secrets": "0"], used: ["secrets": "0"]),
                item: .counted(["count/configmaps", "configmaps"]), expected: "free"),
            Case(
                name: "a quota that no controller has seen",
                quota: quota(["pods": "1"], used: [:]) { $0.status.hard = [:] },
                item: .pod(pod()), expected: "free"),
            Case(
                name: "use that is not known", quota: quota(["pods": "1", "cpu": "1"], used: ["pods": "0"]),
                item: .pod(pod()), expected: "status unknown for quota: q, resources: cpu,pods"),
            Case(
                name: "requests and limits",
                quota: quota(
                    ["requests.cpu": "1", "limits.cpu": "1", "memory": "1Gi", "pods": "5"],
                    used: ["requests.cpu": "950m", "limits.cpu": "500m", "memory": "0", "pods": "1"]),
                item: .pod(pod()),
                expected:
                    "exceeded quota: q, requested: limits.cpu=1,requests.cpu=100m, used: limits.cpu=500m,requests.cpu=950m, "
                    + "limited: limits.cpu=1,requests.cpu=1"),
            Case(
                name: "a container that names no limit",
                quota: quota(["limits.memory": "1Gi"], used: ["limits.memory": "0"]),
                item: .pod(pod()), expected: "failed quota: q: must specify limits.memory for: c"),
            Case(
                name: "several resources and containers",
                quota: quota(["cpu": "1", "limits.memory": "1"], used: ["cpu": "0", "limits.memory": "0"]),
                item: .pod(
                    pod {
                        $0.spec.initContainers = [Container { $0.name = "i" }]
                    }), expected: "failed quota: q: must specify cpu for: i; limits.memory for: c,i"),
            Case(
                name: "a change that uses less",
                quota: quota(["services.nodeports": "1"], used: ["services.nodeports": "1"]),
                item: .service(Service { $0.spec.type = "ClusterIP" }),
                old: .service(
                    Service {
                        $0.spec.type = "NodePort"
                        $0.spec.ports = [ServicePort { $0.port = 1 }]
                    }), expected: "free"),
            Case(
                name: "a change that uses more",
                quota: quota(["services.nodeports": "1"], used: ["services.nodeports": "1"]),
                item: .service(
                    Service {
                        $0.spec.type = "NodePort"
                        $0.spec.ports = [ServicePort { $0.port = 1 }]
                    }), old: .service(Service()),
                expected:
                    "exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1"
            ),
            Case(
                name: "another scope",
                quota: quota(["pods": "0"], used: ["pods": "0"]) { $0.spec.scopes = ["Terminating"] },
                item: .pod(pod()), expected: "free"),
            Case(
                name: "the same scope",
                quota: quota(["pods": "0"], used: ["pods": "0"]) { $0.spec.scopes = ["Terminating"] },
                item: .pod(pod { $0.spec.activeDeadlineSeconds = 5 }),
                expected: "exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0"),
            Case(
                name: "scopes select no other kinds",
                quota: quota(["services": "0"], used: ["services": "0"]) { $0.spec.scopes = ["NotTerminating"] },
                item: .service(Service()), expected: "free"),
        ])
    func decides(_ c: Case) {
        #expect(Self.text(QuotaDecision.decide([c.quota], c.item, old: c.old, now: Self.now)) == c.expected)
    }

    @Test("what only another quota counts is left alone")
    func several() {
        let open = Self.quota(["pods": "5"], used: ["pods": "1"])
        let other = Self.quota(["secrets": "5"], used: ["secrets": "1"])
        guard
            case .charge(let changed) = QuotaDecision.decide([open, other], .pod(Self.pod()), old: nil, now: Self.now)
        else {
            Issue.record("not charged")
            return
        }
        #expect(changed.map(\.status.used) == [["pods": "2"]])
    }
}
