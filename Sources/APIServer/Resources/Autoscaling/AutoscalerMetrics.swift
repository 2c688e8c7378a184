// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Metrics of an autoscaler as `autoscaling/v1` writes them: each kind with names of its own for what v2 calls target and current.
enum AutoscalerMetrics {
    // MARK: - to v1

    static func old(_ metric: MetricSpec) -> JSONValue {
        let type = ("type", JSONValue.string(metric.type))
        if let source = metric.object {
            return object([
                type,
                (
                    "object",
                    old(
                        source.describedObject, source.metric, "target", source.target.value,
                        source.target.averageValue)
                ),
            ])
        }
        if let source = metric.pods {
            let average = source.target.averageValue ?? Quantity()
            let members = [
                ("metricName", JSONValue.string(source.metric.name)), ("targetAverageValue", .string(average.text)),
            ]
            return object([type, ("pods", object(members + optional("selector", source.metric.selector)))])
        }
        if let source = metric.resource {
            return object([type, ("resource", object([("name", .string(source.name))] + target(source.target)))])
        }
        if let source = metric.containerResource {
            let members = [("name", JSONValue.string(source.name))] + target(source.target)
            return object([type, ("containerResource", object(members + [("container", .string(source.container))]))])
        }
        guard let source = metric.external else { return object([type]) }
        let members =
            [("metricName", JSONValue.string(source.metric.name))] + optional("metricSelector", source.metric.selector)
            + optional("targetValue", source.target.value) + optional("targetAverageValue", source.target.averageValue)
        return object([type, ("external", object(members))])
    }

    static func old(_ metric: MetricStatus) -> JSONValue {
        let type = ("type", JSONValue.string(metric.type))
        if let source = metric.object {
            let body = old(
                source.describedObject, source.metric, "current", source.current.value, source.current.averageValue)
            return object([type, ("object", body)])
        }
        if let source = metric.pods {
            let average = source.current.averageValue ?? Quantity()
            let members = [
                ("metricName", JSONValue.string(source.metric.name)), ("currentAverageValue", .string(average.text)),
            ]
            return object([type, ("pods", object(members + optional("selector", source.metric.selector)))])
        }
        if let source = metric.resource {
            return object([type, ("resource", object([("name", .string(source.name))] + current(source.current)))])
        }
        if let source = metric.containerResource {
            let members = [("name", JSONValue.string(source.name))] + current(source.current)
            return object([type, ("containerResource", object(members + [("container", .string(source.container))]))])
        }
        guard let source = metric.external else { return object([type]) }
        let value = JSONValue.string((source.current.value ?? Quantity()).text)
        let members =
            [("metricName", JSONValue.string(source.metric.name))] + optional("metricSelector", source.metric.selector)
            + [("currentValue", value)] + optional("currentAverageValue", source.current.averageValue)
        return object([type, ("external", object(members))])
    }

    private static func old(
        _ subject: CrossVersionObjectReference, _ metric: MetricIdentifier, _ prefix: String, _ value: Quantity?,
        _ average: Quantity?
    ) -> JSONValue {
        let members = [
            ("target", JSONValue(encoding: subject)), ("metricName", .string(metric.name)),
            ("\(prefix)Value", .string((value ?? Quantity()).text)),
        ]
        return object(members + optional("selector", metric.selector) + optional("averageValue", average))
    }

    private static func target(_ target: MetricTarget) -> [(String, JSONValue)] {
        let share: [(String, JSONValue)] =
            target.averageUtilization.map { [("targetAverageUtilization", .int($0))] } ?? []
        return share + optional("targetAverageValue", target.averageValue)
    }

    private static func current(_ value: MetricValueStatus) -> [(String, JSONValue)] {
        let share: [(String, JSONValue)] =
            value.averageUtilization.map { [("currentAverageUtilization", .int($0))] } ?? []
        return share + [("currentAverageValue", .string((value.averageValue ?? Quantity()).text))]
    }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue { .object(JSONObject(members)) }

    private static func optional(_ name: String, _ amount: Quantity?) -> [(String, JSONValue)] {
        amount.map { [(name, .string($0.text))] } ?? []
    }

    private static func optional(_ name: String, _ selector: LabelSelector?) -> [(String, JSONValue)] {
        selector.map { [(name, JSONValue(encoding: $0))] } ?? []
    }

    // MARK: - from v1

    static func spec(_ value: JSONValue) -> MetricSpec {
        MetricSpec {
            $0.type = value["type"]?.stringValue ?? ""
            $0.object = value["object"].map { source in
                ObjectMetricSource {
                    $0.describedObject = source["target"].flatMap { decode($0) } ?? .init()
                    $0.metric = metric(source, selector: "selector")
                    $0.target = target(source, value: "targetValue", average: "averageValue")
                    $0.target.type = $0.target.averageValue == nil ? "Value" : "AverageValue"
                }
            }
            $0.pods = value["pods"].map { source in
                PodsMetricSource {
                    $0.metric = metric(source, selector: "selector")
                    $0.target = target(source, value: "", average: "targetAverageValue")
                    $0.target.type = "AverageValue"
                }
            }
            $0.resource = value["resource"].map { source in
                ResourceMetricSource {
                    $0.name = source["name"]?.stringValue ?? ""
                    $0.target = share(source)
                }
            }
            $0.containerResource = value["containerResource"].map { source in
                ContainerResourceMetricSource {
                    $0.name = source["name"]?.stringValue ?? ""
                    $0.container = source["container"]?.stringValue ?? ""
                    $0.target = share(source)
                }
            }
            $0.external = value["external"].map { source in
                ExternalMetricSource {
                    $0.metric = metric(source, selector: "metricSelector")
                    $0.target = target(source, value: "targetValue", average: "targetAverageValue")
                    $0.target.type = $0.target.value == nil ? "AverageValue" : "Value"
                }
            }
        }
    }

    static func status(_ value: JSONValue) -> MetricStatus {
        MetricStatus {
            $0.type = value["type"]?.stringValue ?? ""
            $0.object = value["object"].map { source in
                ObjectMetricStatus {
                    $0.describedObject = source["target"].flatMap { decode($0) } ?? .init()
                    $0.metric = metric(source, selector: "selector")
                    $0.current = current(source, value: "currentValue", average: "averageValue")
                }
            }
            $0.pods = value["pods"].map { source in
                PodsMetricStatus {
                    $0.metric = metric(source, selector: "selector")
                    $0.current = current(source, value: "", average: "currentAverageValue")
                }
            }
            $0.resource = value["resource"].map { source in
                ResourceMetricStatus {
                    $0.name = source["name"]?.stringValue ?? ""
                    $0.current = current(source, value: "", average: "currentAverageValue")
                }
            }
            $0.containerResource = value["containerResource"].map { source in
                ContainerResourceMetricStatus {
                    $0.name = source["name"]?.stringValue ?? ""
                    $0.container = source["container"]?.stringValue ?? ""
                    $0.current = current(source, value: "", average: "currentAverageValue")
                }
            }
            $0.external = value["external"].map { source in
                ExternalMetricStatus {
                    $0.metric = metric(source, selector: "metricSelector")
                    $0.current = current(source, value: "currentValue", average: "currentAverageValue")
                }
            }
        }
    }

    private static func metric(_ source: JSONValue, selector: String) -> MetricIdentifier {
        MetricIdentifier {
            $0.name = source["metricName"]?.stringValue ?? ""
            $0.selector = source[selector].flatMap { decode($0) }
        }
    }

    private static func target(_ source: JSONValue, value: String, average: String) -> MetricTarget {
        MetricTarget {
            $0.value = quantity(source[value])
            $0.averageValue = quantity(source[average])
        }
    }

    private static func share(_ source: JSONValue) -> MetricTarget {
        MetricTarget {
            $0.averageUtilization = source["targetAverageUtilization"]?.int64Value.flatMap { Int32(exactly: $0) }
            $0.averageValue = quantity(source["targetAverageValue"])
            $0.type = $0.averageUtilization == nil ? "AverageValue" : "Utilization"
        }
    }

    private static func current(_ source: JSONValue, value: String, average: String) -> MetricValueStatus {
        MetricValueStatus {
            $0.value = quantity(source[value])
            $0.averageValue = quantity(source[average])
            $0.averageUtilization = source["currentAverageUtilization"]?.int64Value.flatMap { Int32(exactly: $0) }
        }
    }

    private static func quantity(_ value: JSONValue?) -> Quantity? {
        value?.stringValue.flatMap { Quantity($0) }
    }

    /// What does not decode is passed over.
    static func decode<Value: WireValue>(_ value: JSONValue) -> Value? {
        try? JSONCoding.decode(Value.self, from: value.bytes())
    }
}
