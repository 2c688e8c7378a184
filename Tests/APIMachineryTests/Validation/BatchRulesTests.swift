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
