// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct InternalFormTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var type: String
        var json: String
        var expected: String
        var testDescription: String { type }
    }

    @Test(
        "values are shown with Go's names and with every field",
        arguments: [
            Case(
                type: "storage.k8s.io/v1.VolumeAttachmentSpec",
                json: #"{"attacher":"a","source":{"persistentVolumeName":"p"},"nodeName":"n"}"#,
                expected:
                    #"{"Attacher":"a","Source":{"PersistentVolumeName":"p","InlineVolumeSpec":null},"NodeName":"n"}"#),
            Case(
                type: "resource.k8s.io/v1.DeviceAttribute", json: #"{"int":1,"bool":true}"#,
                expected:
                    #"{"IntValue":1,"BoolValue":true,"StringValue":null,"VersionValue":null,"IntValues":null,"BoolValues":null,"StringValues":null,"VersionValues":null}"#
            ),
            Case(
                type: "flowcontrol.apiserver.k8s.io/v1.FlowSchemaSpec",
                json:
                    #"{"priorityLevelConfiguration":{"name":"e"},"matchingPrecedence":5,"rules":[{"subjects":[{"kind":"User","user":{"name":"u"}}]}]}"#,
                expected:
                    #"{"PriorityLevelConfiguration":{"Name":"e"},"MatchingPrecedence":5,"DistinguisherMethod":null,"Rules":[{"Subjects":[{"Kind":"User","User":{"Name":"u"},"Group":null,"ServiceAccount":null}],"ResourceRules":null,"NonResourceRules":null}]}"#
            ),
            Case(
                type: "core/v1.PodTemplateSpec", json: #"{"metadata":{"labels":{"a":"b"}},"spec":{"containers":null}}"#,
                expected: #"{"labels":{"a":"b"},"Spec":"#),
        ])
    func shown(_ test: Case) throws {
        let value = try JSONValue.parse(test.json)
        let text = InternalForm.json(value, type: test.type).text()
        #expect(text.hasPrefix(test.expected), "\(text)")
    }

    @Test("differences are shown with three lines around")
    func differences() throws {
        let old = try JSONValue.parse(
            #"{"A":["x"],"B":null,"C":{},"D":1,"E":2,"F":3,"G":4,"H":5,"I":6,"J":7,"K":8,"L":9}"#)
        var new = old
        new["A"] = ["y"]
        new["L"] = 10
        #expect(
            LineDiff.of(old, new) == """
                @@ -1,6 +1,6 @@
                 {
                  "A": [
                -  "x"
                +  "y"
                  ],
                  "B": null,
                  "C": {},
                @@ -12,5 +12,5 @@
                  "I": 6,
                  "J": 7,
                  "K": 8,
                - "L": 9
                + "L": 10
                 }

                """)
        #expect(LineDiff.of(old, old).isEmpty)
    }
}
