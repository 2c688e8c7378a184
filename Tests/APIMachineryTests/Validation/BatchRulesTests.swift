// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct BatchRulesTests {
    static let job = #"""
        {"metadata":{"name":"j","namespace":"n","uid":"u"},"spec":{"selector":{"matchLabels":{"a":"b"}},"manualSelector":true,
        "template":{"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}
        """#

    private static func spec(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"# + text + "}}", faults.map { "spec." + $0 })
    }

    @Test(
        "a job",
        arguments: [
            RuleCase("as it is", "{}", []),
            spec(#""parallelism":-1"#, ["parallelism: Invalid value: -1: must be greater than or equal to 0"]),
            spec(#""backoffLimit":-1"#, ["backoffLimit: Invalid value: -1: must be greater than or equal to 0"]),
            spec(
                #""completionMode":"Indexed","parallelism":2"#,
                ["completions: Required value: when completion mode is Indexed"]),
            spec(
                #""template":{"spec":{"restartPolicy":"Always"}}"#,
                [
                    #"template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never""#
                ]),
            spec(#""ttlSecondsAfterFinished":-1"#, ["ttlSecondsAfterFinished: Invalid value: -1: must be greater"]),
            spec(#""managedBy":"x""#, [#"managedBy: Invalid value: "x": must be a domain-prefixed path"#]),
            spec(
                #""managedBy":"A/ ""#,
                [
                    #"managedBy: Invalid value: "A": a lowercase RFC 1123 subdomain"#,
                    #"managedBy: Invalid value: " ": Invalid path (regex used for validation is '[A-Za-z0-9/\-._~%!$&'()*+,;=:]+')"#,
                ]),
            spec(
                #""podReplacementPolicy":"Soon""#,
                [
                    #"podReplacementPolicy: Unsupported value: "Soon": supported values: "Failed", "TerminatingOrFailed""#
                ]),
        ])
    func job(_ test: RuleCase) throws { test.expect(try RuleTable.create(Job.self, Self.job, test.patch)) }

    @Test(
        "a change of a job",
        arguments: [
            spec(#""parallelism":3,"completions":1,"suspend":true"#, []),
            spec(#""completions":3"#, ["completions: Invalid value: 3: field is immutable"]),
            spec(
                #""completionMode":"Indexed","completions":1"#,
                [
                    #"completionMode: Invalid value: "Indexed": field is immutable"#
                ]),
        ])
    func change(_ test: RuleCase) throws { test.expect(try RuleTable.update(Job.self, Self.job, test.patch)) }

    @Test(
        "the template of a job may change while it rests",
        arguments: [
            (#""spec":{"suspend":true}"#, true),
            (#""spec":{"suspend":true},"status":{"active":1}"#, false),
            (#""spec":{"suspend":true},"status":{"startTime":"2026-01-01T00:00:00Z"}"#, false),
            (
                #""spec":{"suspend":true},"status":{"startTime":"2026-01-01T00:00:00Z","conditions":[{"type":"Suspended","status":"True"}]}"#,
                true
            ),
            (#""spec":{}"#, false),
        ])
    func template(_ state: String, _ mayChange: Bool) throws {
        let old: Job = try RuleTable.object(Self.job, "{" + state + "}")
        var new = old
        new.spec.template.spec.nodeSelector = ["a": "b"]
        #expect(new.validateUpdate(from: old).isEmpty == mayChange)
    }

    @Test(
        "schedules",
        arguments: [
            ("*/5 * * * *", nil), ("0 0 1 1 0", nil), ("@hourly", nil), ("@every 1h30m", nil),
            ("0 0 * JAN mon-fri", nil),
            ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("@never", "unrecognized descriptor: @never"),
            ("@every x", #"failed to parse duration @every x: time: invalid duration "x""#),
            ("TZ=Nowhere/X * * * * *", "provided bad location Nowhere/X: unknown time zone Nowhere/X"),
        ] as [(String, String?)])
    func schedule(_ text: String, _ fault: String?) { #expect(CronScheduleRules.fault(text) == fault) }
}
