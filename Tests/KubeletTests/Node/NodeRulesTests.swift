// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import Kubelet

struct NodeRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var health: NodeHealth
        var type: String
        var status: String
        var reason: String
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "all well", health: NodeHealth(), type: "Ready", status: "True", reason: "KubeletReady"),
        Case(
            name: "no network", health: NodeHealth(networkProblem: "cni"), type: "Ready", status: "False",
            reason: "KubeletNotReady"),
        Case(
            name: "no runtime", health: NodeHealth(runtimeProblem: "gone"), type: "Ready", status: "False",
            reason: "KubeletNotReady"),
        Case(
            name: "little memory", health: NodeHealth(memoryAvailable: 1), type: "MemoryPressure", status: "True",
            reason: "KubeletHasInsufficientMemory"),
        Case(
            name: "enough memory", health: NodeHealth(), type: "MemoryPressure", status: "False",
            reason: "KubeletHasSufficientMemory"),
        Case(
            name: "a full disk", health: NodeHealth(diskFree: 0.01), type: "DiskPressure", status: "True",
            reason: "KubeletHasDiskPressure"),
        Case(
            name: "too many processes", health: NodeHealth(processesFree: 0.01), type: "PIDPressure", status: "True",
            reason: "KubeletHasInsufficientPID"),
    ]

    @Test("conditions of a node", arguments: cases)
    func conditions(_ c: Case) throws {
        let all = NodeConditionRules.conditions(c.health, previous: [], now: Moment(seconds: 5))
        let condition = try #require(all.first { $0.type == c.type })
        #expect(condition.status == c.status)
        #expect(condition.reason == c.reason)
        #expect(condition.lastTransitionTime == Time(seconds: 5))
    }

    @Test("a condition that holds on keeps its time; a heartbeat alone is no change")
    func transitions() {
        let first = NodeConditionRules.conditions(NodeHealth(), previous: [], now: Moment(seconds: 5))
        let second = NodeConditionRules.conditions(NodeHealth(), previous: first, now: Moment(seconds: 9))
        #expect(
            second.allSatisfy { $0.lastTransitionTime == Time(seconds: 5) && $0.lastHeartbeatTime == Time(seconds: 9) })
        #expect(NodeConditionRules.areEqual(first, second))
    }

    @Test("the host's files are understood")
    func hostFiles() {
        let memory = HostFacts.Memory(parsing: "MemTotal:  16 kB\nMemFree: 1 kB\nMemAvailable:   8 kB\n")
        #expect(memory.total == 16384)
        #expect(memory.available == 8192)
        #expect(HostFacts.osName("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n") == "Debian GNU/Linux 12")
        let routes =
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\n"
        #expect(HostFacts.defaultDevice(routes) == "eth0")
        #expect(HostFacts.defaultDevice("Iface\n") == nil)
    }
}

struct NodeCapacityRulesTests {
    @Test("pods get what is left of memory and disk")
    func allocatable() {
        let found = NodeCapacityRules.allocatable([
            "cpu": Quantity(4), "memory": Quantity(1 << 30, format: .binarySI), "ephemeral-storage": Quantity(1000),
        ])
        #expect(found["cpu"]?.value == 4)
        #expect(found["memory"]?.value == (1 << 30) - (100 << 20))
        #expect(found["ephemeral-storage"]?.value == 900)
    }

    @Test("the largest images come first, fifty at most")
    func images() {
        let all = (1...60).map {
            CRI.Image(id: "i\($0)", repoTags: ["t:\($0)"], repoDigests: ["t@\($0)"], size: UInt64($0))
        }
        let found = NodeCapacityRules.images(all)
        #expect(found.count == 50)
        #expect(found.first?.sizeBytes == 60)
        #expect(found.first?.names == ["t@60", "t:60"])
    }
}
