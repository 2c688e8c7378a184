// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Event: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

    public func validateBody() -> [FieldError] {
        EventRules.common(
            EventRules.Report(
                namespace: metadata.namespace, about: involvedObject.namespace, isTimed: !eventTime.isZero,
                controller: reportingComponent, controllerField: "reportingComponent", instance: reportingInstance,
                action: action, reason: reason, message: message))
    }

    /// Any event may become any other.
    public func validateUpdate(from _: Event) -> [FieldError] { validateBody() }
}

extension EventsEvent: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

    public func validateBody() -> [FieldError] {
        var errors = common()
        errors += ObjectMetaRules.validate(metadata, isNamespaced: true, name: ObjectMetaRules.subdomainName)
        errors += seriesFaults()
        if eventTime.isZero { errors.append(.required(FieldPath("eventTime"))) }
        if type != "Normal", type != "Warning" {
            errors.append(.invalid(FieldPath("type"), "", "has invalid value: \(type)"))
        }
        let old = [
            ("firstTimestamp", !deprecatedFirstTimestamp.isZero), ("lastTimestamp", !deprecatedLastTimestamp.isZero),
            ("count", deprecatedCount != 0), ("source", deprecatedSource != EventSource()),
        ]
        for (field, isSet) in old where isSet { errors.append(.invalid(FieldPath(field), "", "needs to be unset")) }
        return errors
    }

    private func common() -> [FieldError] {
        EventRules.common(
            EventRules.Report(
                namespace: metadata.namespace, about: regarding.namespace, isTimed: !eventTime.isZero,
                controller: reportingController, controllerField: "reportingController",
                instance: reportingInstance, action: action, reason: reason, message: note))
    }

    private func seriesFaults() -> [FieldError] {
        guard let series else { return [] }
        var errors: [FieldError] = []
        if series.count < 2 { errors.append(.invalid(FieldPath("series.count"), "", "should be at least 2")) }
        if series.lastObservedTime.isZero { errors.append(.required(FieldPath("series.lastObservedTime"))) }
        return errors
    }

    /// What happened stays as it is told; only how often it happened goes on.
    public func validateUpdate(from old: EventsEvent) -> [FieldError] {
        var errors = common() + ObjectMetaRules.validateUpdate(metadata, from: old.metadata)
        if series != old.series { errors += seriesFaults() }
        let object = { (value: ObjectReference) in InternalForm.json(value, "core/v1.ObjectReference") }
        errors += ValueRules.immutable(regarding, old.regarding, FieldPath("involvedObject"), shown: object)
        errors += ValueRules.immutable(reason, old.reason, FieldPath("reason"))
        errors += ValueRules.immutable(note, old.note, FieldPath("message"))
        errors += ValueRules.immutable(deprecatedSource, old.deprecatedSource, FieldPath("source")) {
            InternalForm.json($0, "core/v1.EventSource")
        }
        let time = { (value: Time) -> JSONValue in value.isZero ? .null : .string(value.text) }
        errors += ValueRules.immutable(
            deprecatedFirstTimestamp, old.deprecatedFirstTimestamp, FieldPath("firstTimestamp"), shown: time)
        errors += ValueRules.immutable(
            deprecatedLastTimestamp, old.deprecatedLastTimestamp, FieldPath("lastTimestamp"), shown: time)
        errors += ValueRules.immutable(deprecatedCount, old.deprecatedCount, FieldPath("count")) { .int($0) }
        // upstream looks twice
        errors += ValueRules.immutable(reason, old.reason, FieldPath("reason"))
        errors += ValueRules.immutable(type, old.type, FieldPath("type"))
        errors += ValueRules.immutable(eventTime, old.eventTime, FieldPath("eventTime")) { JSONValue(encoding: $0) }
        errors += ValueRules.immutable(action, old.action, FieldPath("action"))
        errors += ValueRules.immutable(related, old.related, FieldPath("related"), shown: object)
        errors += ValueRules.immutable(
            reportingController, old.reportingController, FieldPath("reportingController"))
        return errors
            + ValueRules.immutable(reportingInstance, old.reportingInstance, FieldPath("reportingInstance"))
    }
}

/// Rules that both kinds of events share.
enum EventRules {
    /// What the rules look at.
    struct Report {
        var namespace: String
        /// The namespace of the object that the event is about.
        var about: String
        /// Whether the event has a time of its own, as events of the newer kind have.
        var isTimed: Bool
        var controller: String
        var controllerField: String
        var instance: String
        var action: String
        var reason: String
        var message: String
    }

    private static let lengthLimit = 128
    private static let messageLimit = 1024

    static func common(_ report: Report) -> [FieldError] {
        var errors: [FieldError] = []
        if !isInPlace(report) {
            let path = FieldPath("involvedObject", "namespace")
            errors.append(.invalid(path, report.about, "does not match event.namespace"))
        }
        if report.isTimed { errors += details(report) }
        let namespace = FieldPath("namespace")
        return errors + NameRules.dns1123Subdomain(report.namespace).map { .invalid(namespace, report.namespace, $0) }
    }

    /// Whether an event stands where it belongs: what is about an object without a namespace, in the default one.
    private static func isInPlace(_ report: Report) -> Bool {
        if report.isTimed { return !report.about.isEmpty || ["default", "kube-system"].contains(report.namespace) }
        return report.about.isEmpty
            ? ["", "default"].contains(report.namespace) : report.about == report.namespace
    }

    /// Events with a time of their own say who reports what.
    private static func details(_ report: Report) -> [FieldError] {
        let reporter = FieldPath(report.controllerField)
        var errors = ValueRules.required(report.controller, reporter)
        errors += LabelRules.qualifiedName(report.controller).map { .invalid(reporter, report.controller, $0) }
        for (field, text) in [
            ("reportingInstance", report.instance), ("action", report.action), ("reason", report.reason),
        ] {
            errors += ValueRules.required(text, FieldPath(field))
            errors += length(text, lengthLimit, FieldPath(field))
        }
        return errors + length(report.message, messageLimit, FieldPath("message"))
    }

    private static func length(_ text: String, _ limit: Int, _ path: FieldPath) -> [FieldError] {
        text.utf8.count > limit ? [.invalid(path, "", "can have at most \(limit) characters")] : []
    }
}
