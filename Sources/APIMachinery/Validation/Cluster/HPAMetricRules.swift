// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What a HorizontalPodAutoscaler scales, and by which metrics.
enum HPAMetricRules {
    private static let types = ["ContainerResource", "External", "Object", "Pods", "Resource"]
    private static let fields = [
        "ContainerResource": "containerResource", "External": "external", "Object": "object", "Pods": "pods",
        "Resource": "resource",
    ]

    /// An object by kind and name.
    ///
    /// - Parameter needsGroup: whether only a ReplicationController may be without a group.
    static func reference(
        _ reference: CrossVersionObjectReference, needsGroup: Bool, _ path: FieldPath
    ) -> [FieldError] {
        var errors = ValueRules.name(reference.kind, path.child("kind"), NameRules.pathSegment)
        errors += ValueRules.name(reference.name, path.child("name"), NameRules.pathSegment)
        let version = path.child("apiVersion")
        let text = reference.apiVersion == "/" ? "" : reference.apiVersion
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 2 {
            let fault = "unexpected GroupVersion string: \(reference.apiVersion)"
            errors.append(.invalid(version, reference.apiVersion, fault))
        } else if needsGroup, parts.count < 2 || parts[0].isEmpty, reference.kind != "ReplicationController" {
            errors.append(.invalid(version, reference.apiVersion, "apiVersion must specify API group"))
        }
        return errors
    }

    /// One metric: of its sources only the first is looked at, and only that of its type may be there.
    static func metric(_ metric: MetricSpec, _ path: FieldPath) -> [FieldError] {
        let type = path.child("type")
        let unknown = ValueRules.oneOf(metric.type, types, type)
        var errors: [FieldError] =
            metric.type.isEmpty ? [.required(type, "must specify a metric source type")] : []
        errors += unknown
        let present = sources(metric, path)
        if let first = present.first { errors += first.check() }
        let expected = fields[metric.type]
        if let expected, !present.contains(where: { $0.field == expected }) {
            errors.append(.required(path.child(expected), "must populate information for the given metric source"))
        }
        errors += unknown
        guard present.count > 1 else { return errors }
        return errors
            + present.filter { $0.field != expected }.map {
                .forbidden(path.child($0.field), "must populate the given metric source only")
            }
    }

    private static func sources(
        _ metric: MetricSpec, _ path: FieldPath
    ) -> [(field: String, check: () -> [FieldError])] {
        var sources: [(field: String, check: () -> [FieldError])] = []
        if let source = metric.object { sources.append(("object", { object(source, path.child("object")) })) }
        if let source = metric.external { sources.append(("external", { external(source, path.child("external")) })) }
        if let source = metric.pods { sources.append(("pods", { pods(source, path.child("pods")) })) }
        if let source = metric.resource { sources.append(("resource", { resource(source, path.child("resource")) })) }
        if let source = metric.containerResource {
            sources.append(("containerResource", { container(source, path.child("containerResource")) }))
        }
        return sources
    }

    private static func object(_ source: ObjectMetricSource, _ path: FieldPath) -> [FieldError] {
        let at = path.child("target")
        let errors =
            reference(source.describedObject, needsGroup: false, path.child("describedObject"))
            + identifier(source.metric, path.child("metric")) + target(source.target, at)
        guard source.target.value == nil, source.target.averageValue == nil else { return errors }
        return errors + [.required(at.child("averageValue"), "must set either a target value or averageValue")]
    }

    private static func external(_ source: ExternalMetricSource, _ path: FieldPath) -> [FieldError] {
        let at = path.child("target")
        let errors = identifier(source.metric, path.child("metric")) + target(source.target, at)
        switch (source.target.value, source.target.averageValue) {
        case (nil, nil):
            let text = "must set either a target value for metric or a per-pod target"
            return errors + [.required(at.child("averageValue"), text)]
        case (.some, .some):
            let text = "may not set both a target value for metric and a per-pod target"
            return errors + [.forbidden(at.child("value"), text)]
        default: return errors
        }
    }

    private static func pods(_ source: PodsMetricSource, _ path: FieldPath) -> [FieldError] {
        let at = path.child("target")
        let errors = identifier(source.metric, path.child("metric")) + target(source.target, at)
        guard source.target.averageValue == nil else { return errors }
        return errors + [.required(at.child("averageValue"), "must specify a positive target averageValue")]
    }

    private static func resource(_ source: ResourceMetricSource, _ path: FieldPath) -> [FieldError] {
        let errors: [FieldError] =
            source.name.isEmpty ? [.required(path.child("name"), "must specify a resource name")] : []
        return errors + share(source.target, path.child("target"))
    }

    private static func container(_ source: ContainerResourceMetricSource, _ path: FieldPath) -> [FieldError] {
        let (name, container) = (path.child("name"), path.child("container"))
        var errors: [FieldError] =
            source.name.isEmpty
            ? [.required(name, "must specify a resource name")] : ResourceRules.containerResourceName(source.name, name)
        errors +=
            source.container.isEmpty
            ? [.required(container, "must specify a container")]
            : NameRules.dns1123Label(source.container).map { .invalid(container, source.container, $0) }
        return errors + share(source.target, path.child("target"))
    }

    /// The target of a resource: what is used, absolutely or of what is asked for.
    private static func share(_ target: MetricTarget, _ path: FieldPath) -> [FieldError] {
        let errors = self.target(target, path)
        switch (target.averageUtilization, target.averageValue) {
        case (nil, nil):
            let text = "must set either a target raw value or a target utilization"
            return errors + [.required(path.child("averageUtilization"), text)]
        case (.some, .some):
            let text = "may not set both a target raw value and a target utilization"
            return errors + [.forbidden(path.child("averageValue"), text)]
        default: return errors
        }
    }

    private static func identifier(_ metric: MetricIdentifier, _ path: FieldPath) -> [FieldError] {
        let name = path.child("name")
        if metric.name.isEmpty { return [.required(name, "must specify a metric name")] }
        return NameRules.pathSegment(metric.name).map { .invalid(name, metric.name, $0) }
    }

    private static func target(_ target: MetricTarget, _ path: FieldPath) -> [FieldError] {
        let type = path.child("type")
        var errors: [FieldError] =
            target.type.isEmpty ? [.required(type, "must specify a metric target type")] : []
        if !["Utilization", "Value", "AverageValue"].contains(target.type) {
            errors.append(.invalid(type, target.type, "must be either Utilization, Value, or AverageValue"))
        }
        for (name, amount) in [("value", target.value), ("averageValue", target.averageValue)] {
            guard let amount, amount <= Quantity() else { continue }
            errors.append(.invalid(path.child(name), amount.text, "must be positive"))
        }
        if let utilization = target.averageUtilization, utilization < 1 {
            errors.append(.invalid(path.child("averageUtilization"), utilization, "must be greater than 0"))
        }
        return errors
    }
}
