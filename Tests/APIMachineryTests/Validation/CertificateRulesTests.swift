// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct CertificateRulesTests {
    static let request =
        #"{"metadata":{"name":"r"},"spec":{"request":"","signerName":"example.com/s","usages":["client auth"]}}"#
    static let approved =
        #"{"metadata":{"name":"r"},"spec":{"request":"","signerName":"example.com/s","usages":["client auth"]},"status":{"conditions":[{"type":"Approved","status":"True"}]}}"#

    @Test(
        "a CertificateSigningRequest",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "no usages", #"{"spec":{"usages":null}}"#, ["spec.usages: Required value"]),
            RuleCase(
                "usages", #"{"spec":{"usages":["x","any","any"]}}"#,
                [
                    #"spec.usages[0]: Unsupported value: "x": supported values: "any", "cert sign", "client auth""#,
                    #"spec.usages[2]: Duplicate value: "any""#,
                ]),
            RuleCase(
                "the signer of old", #"{"spec":{"signerName":"kubernetes.io/legacy-unknown"}}"#,
                [
                    #"spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version"#
                ]),
            RuleCase(
                "no signer", #"{"spec":{"signerName":""}}"#, ["spec.signerName: Required value"]),
            RuleCase(
                "a signer without a domain", #"{"spec":{"signerName":"A/b_c"}}"#,
                [
                    #"spec.signerName: Invalid value: "A": validating label "A": a lowercase RFC 1123 label"#,
                    #"spec.signerName: Invalid value: "A": should be a domain with at least two segments"#,
                    #"spec.signerName: Invalid value: "b_c": validating label "b_c": a lowercase RFC 1123 subdomain"#,
                ]),
            RuleCase(
                "life", #"{"spec":{"expirationSeconds":599}}"#,
                ["spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds"]),
            RuleCase(
                "conditions",
                #"{"status":{"conditions":[{"type":"Approved","status":"False"},{"type":"Denied","status":"True"},{"type":"x","status":""},{"type":"x","status":"True"}]}}"#,
                [
                    #"status.conditions[0].status: Unsupported value: "False": supported values: "True""#,
                    #"status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive"#,
                    "status.conditions[2].status: Required value", #"status.conditions[3].type: Duplicate value: "x""#,
                ]),
        ])
    func create(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(CertificateSigningRequest.self, Self.request, test.patch))
    }

    @Test(
        "a status of a CertificateSigningRequest",
        arguments: [
            RuleCase(
                "a failure",
                #"{"status":{"conditions":[{"type":"Approved","status":"True"},{"type":"Failed","status":"True"}]}}"#,
                []),
            RuleCase(
                "no decision", #"{"status":{"conditions":null}}"#,
                [#"status.conditions: Forbidden: updates may not remove a condition of type "Approved""#]),
            RuleCase(
                "another decision", #"{"status":{"conditions":[{"type":"Approved","status":"True","reason":"x"}]}}"#,
                ["status.conditions: Forbidden: updates may not modify a condition of type \"Approved\"\n@@"]),
            RuleCase(
                "no certificate", #"{"status":{"certificate":"Zm9v"}}"#,
                [
                    #"status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM"#
                ]),
        ])
    func status(_ test: RuleCase) throws {
        test.expect(try RuleTable.status(CertificateSigningRequest.self, Self.approved, test.patch))
    }

    @Test("only the signer sets the certificate, and only once; only approval decides")
    func faces() throws {
        let patch =
            #"{"status":{"certificate":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="}}"#
        #expect(try RuleTable.status(CertificateSigningRequest.self, Self.request, patch).isEmpty)
        RuleCase("", "", ["status.certificate: Forbidden: updates may not set certificate content"]).expect(
            try RuleTable.update(CertificateSigningRequest.self, Self.request, patch))
        RuleCase("", "", [#"status.conditions: Forbidden: updates may not add a condition of type "Denied""#]).expect(
            try RuleTable.update(
                CertificateSigningRequest.self, Self.request,
                #"{"status":{"conditions":[{"type":"Denied","status":"True"}]}}"#))
    }

    @Test(
        "blocks of PEM",
        arguments: [
            ("", []), ("nothing", []), ("-----BEGIN A-----\nAA==\n-----END A-----\n", ["A"]),
            (
                "x\n-----BEGIN A-----\nAA==\n-----END A-----\ny\n-----BEGIN B-----\nk: v\n\nAA==\n-----END B-----",
                ["A", "B+"]
            ),
            ("-----BEGIN A-----\nAA==\n-----END B-----\n", []), ("-----BEGIN A-----\n!\n-----END A-----\n", []),
            ("-----BEGIN -----", []), ("-----BEGIN A-----\nAA==\n", []),
        ])
    func blocks(_ text: String, _ types: [String]) {
        #expect(PEMBlocks(Array(text.utf8)).map { $0.type + ($0.hasHeaders ? "+" : "") } == types)
    }
}
