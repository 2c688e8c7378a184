// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct ReviewSelectorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var verb = "list"
        /// `raw TEXT`, or requirements `KEY OPERATOR VALUES`.
        var fieldsRaw = ""
        var fields: [[String]] = []
        var labelsRaw = ""
        var labels: [[String]] = []
        var text = ""
        var faults: [String] = []
        var testDescription: String { name }
    }

    private static let path = "spec.resourceAttributes."

    @Test(
        "what a review's selectors ask for, and what of them could not be read",
        arguments: [
            Case(name: "none"),
            Case(name: "text", fieldsRaw: "a=b", text: "a=b"),
            Case(name: "text for a verb that selects nothing", verb: "get", fieldsRaw: "a=b"),
            Case(
                name: "text that is no selector", fieldsRaw: "bad",
                faults: [path + "fieldSelector ignored due to parse error"]),
            Case(name: "requirements", fields: [["a", "In", "b"], ["c", "NotIn", "d"]], text: "a=b,c!=d"),
            Case(
                name: "one requirement that fields do not know", fields: [["a", "In", "b"], ["c", "Exists"]],
                text: "a=b", faults: [path + "fieldSelector partially ignored due to parse error"]),
            Case(
                name: "several values", fields: [["a", "In", "b", "c"]],
                faults: [path + "fieldSelector ignored due to parse error"]),
            Case(name: "labels", labels: [["a", "In", "b"]]),
            Case(
                name: "unknown operators of labels", labels: [["a", "Exists"], ["b", "Odd"]],
                faults: [path + "labelSelector partially ignored due to parse error"]),
            Case(
                name: "both", fieldsRaw: "bad", labelsRaw: ",=",
                faults: [
                    path + "fieldSelector ignored due to parse error",
                    path + "labelSelector ignored due to parse error",
                ]),
        ])
    func selectors(_ c: Case) {
        let read = ReviewSelectors(
            ResourceAttributes {
                $0.verb = c.verb
                if !c.fieldsRaw.isEmpty || !c.fields.isEmpty {
                    $0.fieldSelector = FieldSelectorAttributes {
                        $0.rawSelector = c.fieldsRaw
                        $0.requirements = c.fields.map { words in
                            FieldSelectorRequirement {
                                ($0.key, $0.`operator`, $0.values) = (words[0], words[1], Array(words.dropFirst(2)))
                            }
                        }
                    }
                }
                if !c.labelsRaw.isEmpty || !c.labels.isEmpty {
                    $0.labelSelector = LabelSelectorAttributes {
                        $0.rawSelector = c.labelsRaw
                        $0.requirements = c.labels.map { words in
                            LabelSelectorRequirement {
                                ($0.key, $0.`operator`, $0.values) = (words[0], words[1], Array(words.dropFirst(2)))
                            }
                        }
                    }
                }
            })
        #expect(read.fields == c.text)
        #expect(read.faults == c.faults)
    }
}
