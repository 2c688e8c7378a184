// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

struct StoredObjectTests {
    private func stored() -> StoredObject {
        let pod = Pod {
            $0.metadata.namespace = "default"
            $0.metadata.name = "a"
            $0.metadata.labels = ["app": "web"]
        }
        return StoredObject(
            bytes: JSONCoding.encode(pod), namespace: "default", name: "a", uid: "u", revision: 12)
    }

    @Test("it decodes to its type, and to its metadata alone")
    func decodes() throws {
        let object = stored()
        #expect(try object.decoded(as: Pod.self).metadata.name == "a")
        #expect(try object.decoded(as: PartialObjectMetadata.self).metadata.labels == ["app": "web"])
        #expect(object.resourceVersion == "12")
    }

    @Test("the value that the maker has is used")
    func given() throws {
        let object = StoredObject(
            bytes: [], namespace: "", name: "x", uid: "", revision: 1, decoded: ConfigMap { $0.metadata.name = "x" })
        #expect(try object.decoded(as: ConfigMap.self).metadata.name == "x")
        object.dropDecoded()
        #expect(throws: (any Error).self) { _ = try object.decoded(as: ConfigMap.self) }
    }
}
