// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIServer

struct AutoscalerTests {
    private static let new = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
    private static let old = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
    private static let target =
        #""maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"}"#
    private static let merge = "application/merge-patch+json"

    struct Case: Sendable, CustomTestStringConvertible {
        /// As v2 has it.
        var metric: String
        /// As the annotation of v1 has it.
        var annotation: String
        var testDescription: String { annotation }
    }

    @Test(
        "what v1 has no fields for is in annotations, and is kept when v1 writes",
        arguments: [
            Case(
                metric:
                    #"{"type":"Pods","pods":{"metric":{"name":"m"},"target":{"type":"AverageValue","averageValue":"1500m"}}}"#,
                annotation: #"{"type":"Pods","pods":{"metricName":"m","targetAverageValue":"1500m"}}"#),
            Case(
                metric:
                    #"{"type":"Resource","resource":{"name":"memory","target":{"type":"Utilization","averageUtilization":7}}}"#,
                annotation: #"{"type":"Resource","resource":{"name":"memory","targetAverageUtilization":7}}"#),
            Case(
                metric:
                    #"{"type":"ContainerResource","containerResource":{"name":"cpu","target":{"type":"AverageValue","averageValue":"1"},"container":"c"}}"#,
                annotation:
                    #"{"type":"ContainerResource","containerResource":{"name":"cpu","targetAverageValue":"1","container":"c"}}"#
            ),
            Case(
                metric:
                    #"{"type":"Object","object":{"describedObject":{"kind":"S","name":"s"},"target":{"type":"Value","value":"2"},"metric":{"name":"m"}}}"#,
                annotation:
                    #"{"type":"Object","object":{"target":{"kind":"S","name":"s"},"metricName":"m","targetValue":"2"}}"#
            ),
            Case(
                metric:
                    #"{"type":"External","external":{"metric":{"name":"m","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"AverageValue","averageValue":"3"}}}"#,
                annotation:
                    #"{"type":"External","external":{"metricName":"m","metricSelector":{"matchLabels":{"a":"b"}},"targetAverageValue":"3"}}"#
            ),
        ])
    func metrics(_ test: Case) async throws {
        let server = try await TestServer.ready()
        let body = #"{"metadata":{"name":"h"},"spec":{\#(Self.target),"metrics":[\#(test.metric)]}}"#
        #expect(try await server.send("POST", Self.new, body).status == 201)
        let shown = try await server.send("GET", Self.old + "/h")
        let annotation = shown.json.at("metadata", "annotations", "autoscaling.alpha.kubernetes.io/metrics")
        #expect(annotation?.stringValue == "[\(test.annotation)]")
        let patch = #"{"spec":{"maxReplicas":4}}"#
        #expect(try await server.send("PATCH", Self.old + "/h", patch, contentType: Self.merge).status == 200)
        let kept = try await server.send("GET", Self.new + "/h")
        #expect(kept.json.at("spec", "metrics") == .array([try JSONValue.parse(test.metric)]))
        #expect(kept.json.at("metadata", "annotations") == nil)
    }

    @Test("behavior travels under the names of Kubernetes' internal type")
    func behavior() async throws {
        let server = try await TestServer.ready()
        let rules = #"{"scaleDown":{"policies":[{"type":"Pods","value":1,"periodSeconds":5}]}}"#
        let body = #"{"metadata":{"name":"h"},"spec":{\#(Self.target),"behavior":\#(rules)}}"#
        let created = try await server.send("POST", Self.new, body)
        let shown = try await server.send("GET", Self.old + "/h")
        let text = shown.json.at("metadata", "annotations", "autoscaling.alpha.kubernetes.io/behavior")?.stringValue
        let part =
            #""ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":5}],"Tolerance":null}}"#
        #expect(text?.hasSuffix(part) == true)
        _ = try await server.send("PATCH", Self.old + "/h", #"{"spec":{"maxReplicas":4}}"#, contentType: Self.merge)
        let kept = try await server.send("GET", Self.new + "/h")
        #expect(kept.json.at("spec", "behavior") == created.json.at("spec", "behavior"))
    }

    @Test("without a metric the CPU counts, also by v1")
    func fallback() async throws {
        let server = try await TestServer.ready()
        let created = try await server.send("POST", Self.old, #"{"metadata":{"name":"h"},"spec":{\#(Self.target)}}"#)
        #expect(created.json.at("spec", "targetCPUUtilizationPercentage")?.int64Value == 80)
        let table = try await server.send(
            "GET", Self.old, accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
        #expect(table.text.contains(#"cpu: \u003cunknown\u003e/80%"#))
    }
}
