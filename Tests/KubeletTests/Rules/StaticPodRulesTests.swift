// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct StaticPodRulesTests {
    private static let manifest = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: app, image: "web:1"}]}
        """

    private static func pod(_ text: String = manifest, path: String = "/m/web.yaml") throws(WiringError) -> Pod {
        try StaticPodRules.pod(Array(text.utf8), path: path, node: "Node-1", seen: Time(seconds: 0))
    }

    @Test("a manifest becomes a pod of its node, with the defaults that the API would give")
    func parse() throws {
        let pod = try Self.pod()
        #expect(pod.metadata.name == "web-node-1")
        #expect(pod.metadata.namespace == "default")
        #expect(pod.spec.nodeName == "Node-1")
        #expect(pod.spec.restartPolicy == "Always")
        #expect(pod.metadata.annotations[StaticPodRules.source] == "file")
        #expect(pod.metadata.annotations[StaticPodRules.hash] == pod.metadata.uid)
        #expect(pod.metadata.uid.count == 32)
        #expect(pod.spec.tolerations.last?.effect == "NoExecute")
    }

    @Test("the identity changes with the contents and the file, and with nothing else")
    func identity() throws {
        let uid = try Self.pod().metadata.uid
        #expect(try Self.pod().metadata.uid == uid)
        #expect(try Self.pod(Self.manifest + "\n# more").metadata.uid != uid)
        #expect(try Self.pod(path: "/m/other.yaml").metadata.uid != uid)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var text: String, expected: String
        var testDescription: String { expected }
    }

    @Test(
        "what is no pod is refused with the reason",
        arguments: [
            Bad(text: "kind: Service", expected: "kind is \"Service\", not Pod"),
            Bad(text: "kind: Pod\napiVersion: v1", expected: "metadata.name is missing"),
            Bad(text: "kind: Pod\napiVersion: v1\nmetadata: {name: a}", expected: "spec.containers is empty"),
            Bad(text: "a: [", expected: ""),
        ])
    func bad(_ c: Bad) {
        let error = #expect(throws: WiringError.self) { try Self.pod(c.text) }
        #expect(c.expected.isEmpty || error?.message == c.expected)
    }

    struct Steps: Sendable, CustomTestStringConvertible {
        var name: String
        var pods: [String]
        /// Name, hash, whether it is being deleted.
        var mirrors: [(String, String, Bool)]
        var expected: [String]
        var testDescription: String { name }
    }

    @Test(
        "mirrors follow the static pods",
        arguments: [
            Steps(name: "a new pod", pods: ["a"], mirrors: [], expected: ["create a"]),
            Steps(name: "all well", pods: ["a"], mirrors: [("a", "h", false)], expected: []),
            Steps(name: "a manifest that changed", pods: ["a"], mirrors: [("a", "old", false)], expected: ["delete a"]),
            Steps(name: "a manifest that is gone", pods: [], mirrors: [("a", "h", false)], expected: ["delete a"]),
            Steps(name: "a user deletes it", pods: ["a"], mirrors: [("a", "h", true)], expected: ["delete a"]),
        ])
    func steps(_ c: Steps) {
        let pods = c.pods.map { name in
            makePod {
                $0.metadata.name = name
                $0.metadata.annotations[StaticPodRules.hash] = "h"
            }
        }
        let mirrors = c.mirrors.map { name, hash, isDeleted in
            makePod {
                $0.metadata.name = name
                $0.metadata.annotations[StaticPodRules.mirror] = hash
                if isDeleted { $0.metadata.deletionTimestamp = Time(seconds: 1) }
            }
        }
        let steps = StaticPodRules.steps(pods: pods, mirrors: mirrors).map { step in
            switch step {
            case .create(let pod): "create \(pod.metadata.name)"
            case .delete(let pod): "delete \(pod.metadata.name)"
            }
        }
        #expect(steps == c.expected)
    }

    @Test("a mirror belongs to the node and carries the hash of its pod")
    func mirror() throws {
        let pod = try Self.pod()
        let mirror = StaticPodRules.mirror(of: pod, owner: "node-uid")
        #expect(StaticPodRules.isMirror(mirror) && !StaticPodRules.isMirror(pod))
        #expect(mirror.metadata.uid.isEmpty)
        #expect(mirror.metadata.ownerReferences.first?.uid == "node-uid")
        #expect(mirror.metadata.ownerReferences.first?.controller == true)
        #expect(mirror.metadata.annotations[StaticPodRules.mirror] == pod.metadata.uid)
    }
}
