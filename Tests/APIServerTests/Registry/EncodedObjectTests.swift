// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct EncodedObjectTests {
    private static let pod = Pod {
        $0.metadata.name = "p"
        $0.metadata.labels = ["a": "}\"metadata\":{"]
        $0.spec.containers = [Container { $0.name = "metadata" }]
    }

    private static func whole(_ pod: Pod) -> [UInt8]? {
        var writer = JSONWriter(resourceVersion: .hole)
        pod.encode(json: &writer)
        return writer.resourceVersionOffset.flatMap { StoredForm.wrap(writer.bytes, hole: $0) }
    }

    @Test(
        "new metadata goes into the bytes as if the whole object had been encoded again",
        arguments: [
            { $0.metadata.uid = "u" }, { $0.metadata.resourceVersion = "7" }, { $0.metadata.labels = [:] },
            { $0.metadata.annotations = ["<": "\u{1F426}"] }, { $0.metadata = ObjectMeta() },
            { $0.metadata.managedFields = [ManagedFieldsEntry { $0.manager = "m" }] }, { _ in },
        ] as [@Sendable (inout Pod) -> Void])
    func metadata(_ change: @Sendable (inout Pod) -> Void) throws {
        var final = Self.pod
        change(&final)
        let stored = try #require(EncodedObject(Self.pod).storedForm(of: final))
        #expect(stored == Self.whole(final))
    }

    @Test("an object that changed elsewhere is encoded anew")
    func others() {
        var final = Self.pod
        final.spec.nodeName = "n"
        #expect(EncodedObject(Self.pod).storedForm(of: final) == nil)
        final = Self.pod
        final.status.phase = "Pending"
        #expect(EncodedObject(Self.pod).storedForm(of: final) == nil)
    }
}
