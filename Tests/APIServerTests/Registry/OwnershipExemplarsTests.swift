// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct OwnershipExemplarsTests {
    private static let writer = FieldWriter(manager: "m", apiVersion: "v1", subresource: "", now: Time(seconds: 7))

    private static func entries(_ pod: Pod) -> [ManagedFieldsEntry] {
        FieldManager.create(
            JSONCoding.encode(pod), blank: JSONCoding.encode(Pod()),
            shape: ApplySchema.shared.kind(group: "", version: "v1", kind: "Pod"), by: writer, OwnershipTemplates())
    }

    private static let pod = Pod {
        $0.metadata.name = "p"
        $0.metadata.labels = ["a": "1"]
        $0.spec.containers = [Container { $0.name = "c" }]
    }

    private static func change(_ change: (inout Pod) -> Void) -> Pod {
        var changed = pod
        change(&changed)
        return changed
    }

    private static let owner = OwnerReference { $0.uid = "u" }

    @Test(
        "what is known of one object is said of those alone whose maker owns the same",
        arguments: [
            (pod, true),
            (
                change {
                    $0.metadata.name = "q"; $0.metadata.uid = "u"; $0.metadata.namespace = "n"
                }, true
            ),
            (change { $0.metadata.labels = ["a": "2"] }, true),
            (change { $0.metadata.labels = ["b": "1"] }, false),
            (change { $0.metadata.annotations = ["b": "1"] }, false),
            (change { $0.metadata.generateName = "p-" }, false),
            (change { $0.metadata.finalizers = ["e.org/f"] }, false),
            (change { $0.metadata.ownerReferences = [owner] }, false),
            (change { $0.metadata.deletionGracePeriodSeconds = 1 }, false),
            (change { $0.metadata.deletionTimestamp = Time(seconds: 1) }, false),
            (change { $0.spec.nodeName = "n" }, false),
            (change { $0.status.phase = "Running" }, false),
        ])
    func known(_ other: Pod, _ isKnown: Bool) {
        let exemplars = OwnershipExemplars<Pod>()
        exemplars.add(EncodedObject(Self.pod), Self.entries(Self.pod))
        let fields = exemplars.fields(of: other)
        #expect((fields != nil) == isKnown)
        if let fields { #expect(FieldManager.create(fields, by: Self.writer) == Self.entries(other)) }
    }

    @Test("old ones and large ones are not kept")
    func limits() {
        let exemplars = OwnershipExemplars<Pod>()
        let large = Self.change { $0.spec.containers[0].args = Array(repeating: "a", count: 10_000) }
        exemplars.add(EncodedObject(large), Self.entries(large))
        #expect(exemplars.fields(of: large) == nil)
        exemplars.add(EncodedObject(Self.pod), Self.entries(Self.pod))
        for number in 0..<4 {
            #expect(exemplars.fields(of: Self.pod) != nil)
            let other = Self.change { $0.spec.nodeName = "n\(number)" }
            exemplars.add(EncodedObject(other), Self.entries(other))
        }
        #expect(exemplars.fields(of: Self.pod) == nil)
    }
}
