// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct NameRulesTests {
    @Test(
        "names are judged",
        arguments: [
            ("a", true, true), ("a-b", true, true), ("1a", true, false), ("", false, false), ("A", false, false),
            ("a.b", false, false),
            ("-a", false, false), ("a-", false, false), ("a_b", false, false),
            (String(repeating: "a", count: 64), false, false),
        ])
    func labels(_ text: String, _ isLabel: Bool, _ isOldLabel: Bool) {
        #expect(NameRules.dns1123Label(text).isEmpty == isLabel)
        #expect(NameRules.dns1035Label(text).isEmpty == isOldLabel)
    }

    @Test(
        "subdomains are judged",
        arguments: [
            ("a", true), ("a.b-c.d", true), ("a..b", false), (".a", false), ("a.", false), ("é", false), ("a/b", false),
            (String(repeating: "a.", count: 127) + "a", false), ("*.a", false),
        ])
    func subdomains(_ text: String, _ fits: Bool) { #expect(NameRules.dns1123Subdomain(text).isEmpty == fits) }

    @Test(
        "label keys are judged in both parts",
        arguments: [
            ("app", []), ("example.com/app", []), ("a_b.C-d", []), ("P.io/a", ["prefix part a lowercase"]),
            ("/a", ["prefix part must"]),
            ("a/", ["name part must be non-empty", "name part must consist"]), ("a/b/c", ["a valid label key must"]),
            ("bad key", ["name part must consist"]),
            (String(repeating: "a", count: 64), ["name part must be no more than 63 bytes"]),
        ] as [(String, [String])])
    func keys(_ text: String, _ faults: [String]) {
        let found = LabelRules.qualifiedName(text)
        #expect(found.count == faults.count && zip(found, faults).allSatisfy { $0.hasPrefix($1) })
    }

    @Test(
        "values of labels are judged",
        arguments: [("", true), ("a", true), ("-", false), ("a b", false), ("A.b_c", true), ("a-", false)])
    func values(_ text: String, _ fits: Bool) { #expect(LabelRules.value(text).isEmpty == fits) }

    @Test(
        "keys of ConfigMaps are judged",
        arguments: [
            ("a.b", [String]()), (".a", []), (".", ["must not be '.'"]), ("..", ["must not be '..'"]),
            ("..x", ["must not start with '..'"]),
        ])
    func configKeys(_ text: String, _ faults: [String]) { #expect(NameRules.configMapKey(text) == faults) }

    @Test(
        "port names are judged",
        arguments: [
            ("http", 0), ("8080", 1), ("a--b", 1), ("-a", 1), ("Http", 1), ("abcdefghijklmnop", 1),
        ])
    func portNames(_ text: String, _ faults: Int) { #expect(NameRules.portName(text).count == faults) }

    @Test("a generated name has five more characters and at most 63")
    func generated() {
        let name = GeneratedName.make(prefix: "web-")
        #expect(name.hasPrefix("web-") && name.utf8.count == 9)
        #expect(GeneratedName.make(prefix: String(repeating: "x", count: 80)).utf8.count == 63)
    }

    @Test("metadata is judged on create")
    func metadata() {
        let meta = ObjectMeta {
            $0.generateName = "Web-"
            $0.namespace = "d"
            $0.labels = ["bad key": "v"]
            $0.finalizers = ["nodomain", "example.com/x"]
            $0.ownerReferences = [OwnerReference { $0.uid = "u" }]
        }
        let errors = ObjectMetaRules.validate(meta, isNamespaced: true, name: ObjectMetaRules.subdomainName)
        #expect(
            errors.map(\.field) == [
                "metadata.generateName", "metadata.name", "metadata.labels", "metadata.ownerReferences.apiVersion",
                "metadata.ownerReferences.kind", "metadata.ownerReferences.name", "metadata.finalizers[0]",
            ])
    }

    @Test("metadata that may not change is judged on update")
    func update() {
        let old = ObjectMeta {
            $0.name = "a"
            $0.uid = "1"
            $0.resourceVersion = "5"
            $0.deletionTimestamp = Time(seconds: 5)
        }
        var new = old
        #expect(ObjectMetaRules.validateUpdate(new, from: old).isEmpty)
        new.uid = "2"
        new.finalizers = ["a/b"]
        new.deletionTimestamp = nil
        let errors = ObjectMetaRules.validateUpdate(new, from: old)
        #expect(
            errors.map(\.description) == [
                "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"a/b\"}",
                "metadata.uid: Invalid value: \"2\": field is immutable",
                "metadata.deletionTimestamp: Invalid value: null: field is immutable",
            ])
    }

    @Test("finalizers without a domain are Kubernetes' own, except where a kind is not of its core")
    func finalizers() {
        let meta = ObjectMeta {
            ($0.name, $0.resourceVersion) = ("a", "1")
            $0.finalizers = ["kubernetes", "a/b", "bad"]
        }
        let rule = ObjectMetaRules.subdomainName
        let text =
            "metadata.finalizers[2]: Invalid value: \"bad\": name is neither a standard finalizer name nor is it fully qualified"
        #expect(ObjectMetaRules.validateKindUpdate(meta, from: meta).map(\.description) == [text])
        #expect(ObjectMetaRules.validateUpdate(meta, from: meta).isEmpty)
        #expect(ObjectMetaRules.validate(meta, isNamespaced: false, name: rule).map(\.description) == [text])
        #expect(
            ObjectMetaRules.validate(meta, isNamespaced: false, name: rule, finalizers: .anyQualifiedName).isEmpty)
    }
}
