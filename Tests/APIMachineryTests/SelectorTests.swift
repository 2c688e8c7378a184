// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct SelectorTests {
    static let labels = ["app": "web", "env": "prod", "n": "5", "empty": ""]

    @Test(
        "labels are selected",
        arguments: [
            ("", true), ("app=web", true), ("app==web", true), ("app!=web", false), ("none!=x", true),
            ("none=x", false), ("app", true),
            ("!app", false), ("!none", true), ("app in (web,db)", true), ("app notin (web, db)", false),
            ("none notin (a)", true),
            ("app in ()", false), ("empty=", true), ("empty in (,x)", true), ("n>4", true), ("n<5", false),
            ("n>4,n<6", true),
            ("app>1", false), ("  app = web , env in ( prod ) ", true), ("app in (a,,b)", false), ("in=x", false),
            ("app=in", false),
        ])
    func matches(_ text: String, _ isSelected: Bool) throws {
        #expect(try LabelSelectorExpression(parsing: text).matches(Self.labels) == isSelected)
    }

    @Test(
        "faults of label selectors are worded as Kubernetes words them",
        arguments: [
            ("app=web,", "found '', expected: identifier after ','"),
            ("=web", "found '=', expected: !, identifier, or 'end of string'"),
            ("app=we b", "found 'b', expected: ',' or 'end of string'"),
            ("!!app", "unable to parse requirement: found '!', expected: identifier"),
            ("app notin", "unable to parse requirement: found '' expected: '('"),
            ("app in (web", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a b c", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("app===web", "unable to parse requirement: found '=', expected: identifier"),
            ("app=!web", "unable to parse requirement: found '!', expected: identifier"),
            ("/app=1", "unable to parse requirement: <nil>: Invalid value: \"/app\": prefix part must be non-empty"),
            (
                "n>x",
                "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"
            ),
        ])
    func faults(_ text: String, _ message: String) {
        #expect(throws: SelectorError(message)) { try LabelSelectorExpression(parsing: text) }
    }

    @Test("a LabelSelector selects: empty everything, none nothing")
    func structure() {
        #expect(LabelSelectorExpression(LabelSelector()).matches([:]))
        #expect(!LabelSelectorExpression(nil as LabelSelector?).matches([:]))
        let selector = LabelSelector {
            $0.matchLabels = ["app": "web"]
            $0.matchExpressions = [
                LabelSelectorRequirement {
                    $0.key = "env"
                    $0.operator = "NotIn"
                    $0.values = ["dev"]
                }
            ]
        }
        #expect(LabelSelectorExpression(selector).matches(Self.labels))
        #expect(!LabelSelectorExpression(selector).matches(["app": "web", "env": "dev"]))
        #expect(LabelSelectorExpression(selector).description == "app=web,env notin (dev)")
    }

    @Test("faults of a LabelSelector are collected")
    func rules() {
        let selector = LabelSelector {
            $0.matchLabels = ["bad key": "x"]
            $0.matchExpressions = ["In", "Exists", "Odd"].map { name in
                LabelSelectorRequirement {
                    $0.key = "k"
                    $0.operator = name
                    $0.values = name == "Exists" ? ["v"] : []
                }
            }
        }
        #expect(
            LabelSelectorRules.validate(selector, at: FieldPath("spec", "selector")).map(\.field) == [
                "spec.selector.matchLabels", "spec.selector.matchExpressions[0].values",
                "spec.selector.matchExpressions[1].values",
                "spec.selector.matchExpressions[2].operator",
            ])
    }

    @Test(
        "fields are selected",
        arguments: [
            ("", true), ("metadata.name=a", true), ("metadata.name!=a", false),
            ("metadata.name==a,status.phase=Running", true),
            ("spec.nodeName=", true), ("spec.nodeName!=", false), ("metadata.name=a\\,b", false), ("spec.host=", true),
        ])
    func fields(_ text: String, _ isSelected: Bool) throws {
        let pod = Pod {
            $0.metadata.name = "a"
            $0.status.phase = "Running"
        }
        let selector = try SelectableFields.check(FieldSelector(parsing: text), on: Pod.self)
        #expect(SelectableFields.matches(selector, pod) == isSelected)
    }

    @Test(
        "faults of field selectors are worded as Kubernetes words them",
        arguments: [
            ("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
            ("foo=bar", "field label not supported: foo"), ("=a", "field label not supported: "),
            ("metadata.name=a=b", "invalid field selector: unescaped character in value: 61"),
        ])
    func fieldFaults(_ text: String, _ message: String) {
        #expect(throws: SelectorError(message)) {
            try SelectableFields.check(FieldSelector(parsing: text), on: Pod.self)
        }
    }

    @Test(
        "kinds without a namespace that name their fields do not know it",
        arguments: [
            (
                CertificateSigningRequest.self as any KubernetesObject.Type,
                "field label not supported: metadata.namespace"
            ),
            (
                ResourceSlice.self,
                "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: metadata.namespace"
            ),
            (Node.self, "field label not supported: metadata.namespace"), (StorageClass.self, nil),
        ] as [(any KubernetesObject.Type, String?)])
    func namespaceField(_ kind: any KubernetesObject.Type, _ message: String?) throws {
        let selector = try FieldSelector(parsing: "metadata.namespace=x")
        guard let message else {
            #expect(try SelectableFields.check(selector, on: kind, isNamespaced: false) == selector)
            return
        }
        #expect(throws: SelectorError(message)) {
            try SelectableFields.check(selector, on: kind, isNamespaced: false)
        }
    }

    @Test("kinds without fields of their own say which they have")
    func plainKind() throws {
        let selector = try FieldSelector(parsing: "data.x=1")
        let message = "\"data.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        #expect(throws: SelectorError(message)) { try SelectableFields.check(selector, on: ConfigMap.self) }
        #expect(try FieldSelector(parsing: "b!=x\\,y,a=1").description == "a=1,b!=x\\,y")
    }
}
