// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct OwnershipTemplatesTests {
    private static let shape = ApplySchema.shared.kind(group: "", version: "v1", kind: "Pod")
    private static let blank = JSONCoding.encode(Pod())

    private static func fields(_ json: String, _ templates: OwnershipTemplates) throws -> [String] {
        let writer = FieldWriter(manager: "m", apiVersion: "v1", subresource: "", now: Time(seconds: 7))
        let object = JSONCoding.encode(try JSONCoding.decode(Pod.self, from: Array(json.utf8)))
        return FieldManager.create(object, blank: blank, shape: shape, by: writer, templates).map {
            "\($0.manager) \($0.operation) \($0.time?.seconds ?? 0) "
                + String(decoding: $0.fieldsV1?.raw ?? [], as: UTF8.self)
        }
    }

    /// Objects that are like the first in most ways.
    private static let pods = [
        #"{"metadata":{"name":"a","labels":{"x":"1"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#,
        #"{"metadata":{"name":"b","labels":{"x":"2"}},"spec":{"containers":[{"name":"c","image":"other"}]}}"#,
        #"{"metadata":{"name":"b","labels":{"y":"1"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#,
        #"{"metadata":{"name":"b","labels":{"x":"1"}},"spec":{"containers":[{"name":"d","image":"i"}]}}"#,
        #"{"metadata":{"name":"a","labels":{"x":"1"}},"spec":{"containers":[{"name":"c"}]}}"#,
        #"{"metadata":{"name":"a","labels":{"x":"1"}},"spec":{"nodeName":"n"}}"#,
        #"{"metadata":{"name":"a","labels":{"x":"1"}},"spec":{"containers":[{"name":"c","image":"i"},{"name":"c","image":"j"}]}}"#,
        #"{"metadata":{"name":"a","labels":{"x":"1"}},"spec":{"containers":[{"name":"c","image":"i"},{"name":"e","image":"j"}]}}"#,
        #"{"metadata":{"name":"a","finalizers":["e.org/f"]},"spec":{"containers":[{"name":"c","ports":[{"containerPort":1}]}]}}"#,
        #"{"metadata":{"name":"a","finalizers":["e.org/g"]},"spec":{"containers":[{"name":"c","ports":[{"containerPort":1}]}]}}"#,
        #"{"metadata":{"name":"a","finalizers":["e.org/f"]},"spec":{"containers":[{"name":"c","ports":[{"containerPort":2}]}]}}"#,
        #"{"metadata":{"name":"z","finalizers":["e.org/f"]},"spec":{"containers":[{"name":"c","ports":[{"containerPort":2}]}]}}"#,
        #"{"metadata":{"name":"a","annotations":{"q":"\"<"}},"spec":{"containers":[{"name":"c","args":["1","2"]}]}}"#,
        #"{"metadata":{"name":"a","annotations":{"q":"plain"}},"spec":{"containers":[{"name":"c","args":["1","3"]}]}}"#,
    ]

    @Test("what was learnt of one object is used only for those whose fields are the same")
    func sameAsAlone() throws {
        let shared = OwnershipTemplates()
        for _ in 0..<2 {
            for pod in Self.pods {
                let alone = try Self.fields(pod, OwnershipTemplates())
                #expect(try Self.fields(pod, shared) == alone)
                #expect(alone.count == 1)
            }
        }
    }

    @Test("another object of the same template is recognized, whatever its name and values")
    func recognized() throws {
        let templates = OwnershipTemplates()
        func tape(_ json: String) throws -> JSONTape {
            JSONTape(JSONCoding.encode(try JSONCoding.decode(Pod.self, from: Array(json.utf8))))
        }
        _ = try Self.fields(Self.pods[0], templates)
        #expect(templates.find(try tape(Self.pods[1])) != nil)
        for other in Self.pods[2...] { #expect(templates.find(try tape(other)) == nil, "\(other)") }
        _ = try Self.fields(Self.pods[12], templates)
        #expect(templates.find(try tape(Self.pods[13])) != nil)
        #expect(templates.find(try tape(Self.pods[8])) == nil)
    }
}
