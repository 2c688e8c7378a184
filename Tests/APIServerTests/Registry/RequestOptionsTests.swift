// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Testing

@testable import APIServer

struct RequestOptionsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var query: String
        var isWatch = false
        var faults: [String]
        var testDescription: String { query }
    }

    private static let match = "resourceVersionMatch: "

    @Test(
        "list options that contradict each other are refused",
        arguments: [
            Case(query: "limit=5", faults: []),
            Case(query: "resourceVersion=5&resourceVersionMatch=Exact", faults: []),
            Case(
                query: "resourceVersionMatch=Exact",
                faults: [match + "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"]),
            Case(
                query: "resourceVersion=0&resourceVersionMatch=Exact",
                faults: [match + #"Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0""#]),
            Case(
                query: "sendInitialEvents=true",
                faults: ["sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"]),
            Case(query: "sendInitialEvents=true&resourceVersionMatch=NotOlderThan", isWatch: true, faults: []),
            Case(
                query: "sendInitialEvents=true", isWatch: true,
                faults: [match + "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"]),
            Case(
                query: "sendInitialEvents=true&resourceVersionMatch=Exact", isWatch: true,
                faults: [
                    match + "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
                    match + #"Unsupported value: "Exact": supported values: "NotOlderThan""#,
                ]),
            Case(
                query: "resourceVersionMatch=Exact", isWatch: true,
                faults: [
                    match
                        + "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
                    match + #"Unsupported value: "Exact": supported values: "NotOlderThan""#,
                ]),
            Case(
                query: "continue=abc", isWatch: true,
                faults: [match + "Forbidden: resourceVersionMatch is forbidden when continue is provided"]),
        ])
    func list(_ c: Case) throws {
        let options = try ListOptions(query: QueryReader(query: RequestTarget.parseQuery(c.query)))
        let faults = c.isWatch ? OptionRules.watch(options) : OptionRules.list(options)
        #expect(faults.map(\.description) == c.faults)
    }

    struct PatchCase: Sendable, CustomTestStringConvertible {
        var query: String
        var form = ObjectPatch.Form.merge
        var message: String?
        var testDescription: String { "\(form) \(query)" }
    }

    private static let start = #"PatchOptions.meta.k8s.io "" is invalid: "#

    @Test(
        "patch options depend on the kind of patch",
        arguments: [
            PatchCase(query: "fieldManager=me&dryRun=All&fieldValidation=Strict"),
            PatchCase(query: "fieldManager=me&force=true", form: .apply),
            PatchCase(
                query: "", form: .apply, message: start + "fieldManager: Required value: is required for apply patch"),
            PatchCase(
                query: "force=true", message: start + "force: Forbidden: may not be specified for non-apply patch"),
            PatchCase(
                query: "fieldManager=a%01",
                message: start + #"fieldManager: Invalid value: "a\x01": invalid character U+0001 (at position 1)"#),
            PatchCase(
                query: "dryRun=Some", message: start + #"dryRun: Unsupported value: ["Some"]: supported values: "All""#),
            PatchCase(
                query: "fieldValidation=No",
                message: start
                    + #"fieldValidation: Unsupported value: "No": supported values: "", "Ignore", "Strict", "Warn""#),
        ])
    func patch(_ c: PatchCase) {
        let query = QueryReader(query: RequestTarget.parseQuery(c.query))
        var message: String?
        do throws(APIStatusError) { _ = try WriteOptions(query: query, patch: c.form) } catch {
            message = error.message
        }
        #expect(message == c.message)
    }
}
