// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct TableTests {
    @Test(
        "lengths of time have two units",
        arguments: [
            (-5, "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (200, "3m20s"), (600, "10m"),
            (10_799, "179m"),
            (10_800, "3h"), (12_000, "3h20m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (176_400, "2d1h"),
            (691_200, "8d"), (63_072_000, "2y"), (63_158_400, "2y1d"), (315_360_000, "10y"),
        ] as [(Int64, String)])
    func durations(_ seconds: Int64, _ text: String) { #expect(HumanDuration.text(seconds: seconds) == text) }

    static let now = Time(seconds: 1_700_000_000)

    static func pod(_ build: (inout Pod) -> Void = { _ in }) -> Pod {
        Pod {
            $0.metadata.name = "p"
            $0.metadata.creationTimestamp = Time(seconds: now.seconds - 90)
            $0.spec.containers = [Container { $0.name = "a" }, Container { $0.name = "b" }]
            $0.status.phase = "Pending"
            build(&$0)
        }
    }

    static func container(_ name: String, ready: Bool = false, restarts: Int32 = 0, _ state: ContainerState)
        -> ContainerStatus
    {
        ContainerStatus {
            $0.name = name
            $0.ready = ready
            $0.restartCount = restarts
            $0.state = state
        }
    }

    static let running = ContainerState { $0.running = ContainerStateRunning() }
    static func ended(_ code: Int32, _ reason: String = "", signal: Int32 = 0) -> ContainerState {
        ContainerState {
            $0.terminated = ContainerStateTerminated {
                $0.exitCode = code
                $0.reason = reason
                $0.signal = signal
            }
        }
    }

    static func waiting(_ reason: String) -> ContainerState {
        ContainerState { $0.waiting = ContainerStateWaiting { $0.reason = reason } }
    }

    @Test(
        "a pod's state in a word",
        arguments: [
            (pod(), "0/2", "Pending", "0"),
            (
                pod { $0.status.containerStatuses = [container("a", waiting("ImagePullBackOff"))] }, "0/2",
                "ImagePullBackOff", "0"
            ),
            (
                pod {
                    $0.status.containerStatuses = [
                        container("a", ready: true, restarts: 2, running), container("b", ready: true, running),
                    ]
                },
                "2/2", "Pending", "2"
            ),
            (pod { $0.status.containerStatuses = [container("a", ended(137, "OOMKilled"))] }, "0/2", "OOMKilled", "0"),
            (pod { $0.status.containerStatuses = [container("a", ended(0, signal: 9))] }, "0/2", "Signal:9", "0"),
            (
                pod {
                    $0.spec.initContainers = [Container { $0.name = "i" }, Container { $0.name = "j" }]
                    $0.status.initContainerStatuses = [
                        container("i", restarts: 1, ended(0)), container("j", restarts: 3, running),
                    ]
                }, "0/2", "Init:1/2", "4"
            ),
            (
                pod {
                    $0.status.phase = "Running"
                    $0.status.containerStatuses = [
                        container("a", ended(0, "Completed")), container("b", ready: true, running),
                    ]
                    $0.status.conditions = [
                        PodCondition {
                            $0.type = "Ready"; $0.status = "False"
                        }
                    ]
                }, "1/2", "NotReady", "0"
            ),
            (pod { $0.metadata.deletionTimestamp = now }, "0/2", "Terminating", "0"),
            (
                pod {
                    $0.status.conditions = [
                        PodCondition {
                            $0.type = "PodScheduled"; $0.reason = "SchedulingGated"
                        }
                    ]
                }, "0/2",
                "SchedulingGated", "0"
            ),
        ])
    func pods(_ pod: Pod, _ ready: String, _ status: String, _ restarts: String) {
        let cells = TableForm.cells(of: pod, now: Self.now)
        #expect(cells.count == Pod.columns.count)
        #expect(cells.prefix(5) == ["p", .string(ready), .string(status), .string(restarts), "90s"])
    }

    @Test(
        "cells of a kind say what its objects are",
        arguments: [
            (#"{"kind":"CronJob","spec":{"schedule":"* * * * *","suspend":true}}"#, 3, "True"),
            (#"{"kind":"CronJob","spec":{"schedule":"* * * * *","suspend":false}}"#, 3, "False"),
            (#"{"kind":"CronJob","spec":{"schedule":"* * * * *"}}"#, 3, "<unset>"),
            (#"{"kind":"CertificateSigningRequest"}"#, 5, "Pending"),
            (#"{"kind":"CertificateSigningRequest","status":{"conditions":[{"type":"Approved"}]}}"#, 5, "Approved"),
            (#"{"kind":"CertificateSigningRequest","status":{"conditions":[{"type":"Failed"}]}}"#, 5, "Pending,Failed"),
            (
                #"{"kind":"CertificateSigningRequest","status":{"certificate":"YQ==","conditions":[{"type":"Approved"}]}}"#,
                5, "Approved,Issued"
            ),
            (
                #"{"kind":"ResourceQuota","status":{"hard":{"limits.cpu":"2","limitsfoo":"1"},"used":{"limits.cpu":"500m"}}}"#,
                1, "limitsfoo: 0/1"
            ),
            (
                #"{"kind":"ResourceQuota","status":{"hard":{"limits.cpu":"2","limitsfoo":"1"},"used":{"limits.cpu":"500m"}}}"#,
                2, "limits.cpu: 500m/2"
            ),
            (#"{"kind":"Event","message":" a\n","series":{"count":3}}"#, 8, "3"),
            (#"{"kind":"Event"}"#, 8, "1"),
            (
                #"{"kind":"EndpointSlice","endpoints":[{"addresses":["a","b"]},{"addresses":["c","d"]}]}"#, 3,
                "a,b,c + 1 more..."
            ),
            (#"{"kind":"EndpointSlice"}"#, 2, "<unset>"),
            (
                #"{"kind":"Endpoints","subsets":[{"addresses":[{"ip":"fd00::1"}],"ports":[{"port":80}]}]}"#, 1,
                "[fd00::1]:80"
            ),
            (
                #"{"kind":"ControllerRevision","metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":"DaemonSet","name":"d","controller":true}]}}"#,
                1, "daemonset.apps/d"
            ),
            (#"{"kind":"ResourceClaim","metadata":{"deletionTimestamp":"2024-01-01T00:00:00Z"}}"#, 1, "deleted"),
        ])
    func cell(_ json: String, _ column: Int, _ text: String) throws {
        let kind = try #require(try JSONValue.parse(Array(json.utf8)).at("kind")?.stringValue)
        let info = try #require(ResourceInfo.all.first { $0.kind == kind })
        let type = try #require(
            KindTable.type(apiVersion: info.apiVersion, kind: kind) as? any KubernetesObject.Type)
        let cells = try Self.cells(of: type, json)
        let shown = cells[column].stringValue ?? String(decoding: cells[column].bytes(), as: UTF8.self)
        #expect(shown == text)
    }

    private static func cells<Kind: KubernetesObject>(of _: Kind.Type, _ json: String) throws -> [JSONValue] {
        TableForm.cells(of: try JSONCoding.decode(Kind.self, from: Array(json.utf8)), now: now)
    }

    @Test("every kind has one cell for each column")
    func counts() {
        for info in ResourceInfo.all {
            let kind = KindTable.type(apiVersion: info.apiVersion, kind: info.kind)
            guard let type = kind as? any TableRowProviding.Type else { continue }
            #expect(type.init().cells(now: Self.now).count == type.columns.count)
        }
    }

    @Test("a Table is JSON with columns and rows")
    func table() throws {
        let pod = Self.pod()
        let bytes = TableForm.table(
            of: Pod.self, metadata: ["resourceVersion": "5"],
            rows: [
                TableRow(cells: TableForm.cells(of: pod, now: Self.now), object: Array("{}".utf8)),
                TableRow(cells: ["x"]),
            ])
        let value = try JSONValue.parse(bytes)
        #expect(value["kind"] == "Table" && value["apiVersion"] == "meta.k8s.io/v1")
        #expect(value["columnDefinitions"]?[0]?["format"] == "name")
        #expect(value["columnDefinitions"]?.arrayValue?.count == 9)
        #expect(value["rows"]?[0]?["cells"]?[1] == "0/2")
        #expect(value["rows"]?[1]?["object"] == .null)
    }
}
