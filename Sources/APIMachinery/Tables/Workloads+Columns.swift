// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

extension Deployment: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Ready"), TableColumn("Up-to-date"), TableColumn("Available"), .age, .wide("Containers"),
        .wide("Images"), .wide("Selector"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        [
            nameCell, .string("\(status.readyReplicas)/\(spec.replicas ?? 0)"), .int(status.updatedReplicas),
            .int(status.availableReplicas), age(now),
        ] + CellText.containers(spec.template.spec) + [CellText.selector(spec.selector)]
    }
}

extension ReplicaSet: TableRowProviding {
    public static let columns: [TableColumn] = ReplicationController.columns

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .int(spec.replicas ?? 0), .int(status.replicas), .int(status.readyReplicas), age(now)]
            + CellText.containers(spec.template.spec) + [CellText.selector(spec.selector)]
    }
}

extension StatefulSet: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Ready"), .age, .wide("Containers"), .wide("Images"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .string("\(status.readyReplicas)/\(spec.replicas ?? 0)"), age(now)]
            + CellText.containers(spec.template.spec)
    }
}

extension DaemonSet: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, .integer("Desired"), .integer("Current"), .integer("Ready"), .integer("Up-to-date"),
        .integer("Available"),
        TableColumn("Node Selector"), .age, .wide("Containers"), .wide("Images"), .wide("Selector"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        [
            nameCell, .int(status.desiredNumberScheduled), .int(status.currentNumberScheduled),
            .int(status.numberReady),
            .int(status.updatedNumberScheduled), .int(status.numberAvailable),
            CellText.labels(spec.template.spec.nodeSelector),
            age(now),
        ] + CellText.containers(spec.template.spec) + [CellText.selector(spec.selector)]
    }
}

extension ControllerRevision: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Controller"), TableColumn("Revision"), .age]

    public func cells(now: Time) -> [JSONValue] {
        let owner = metadata.ownerReferences.first { $0.controller == true }.map { owner in
            let parts = owner.apiVersion.split(separator: "/")
            let group = parts.count > 1 ? "." + parts[0] : ""
            return owner.kind.lowercased() + group + "/" + owner.name
        }
        return [nameCell, CellText.orNone(owner), .int(revision), age(now)]
    }
}

extension Job: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Status"), TableColumn("Completions"), TableColumn("Duration"), .age, .wide("Containers"),
        .wide("Images"), .wide("Selector"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        var completions = "\(status.succeeded)/1"
        if let wanted = spec.completions {
            completions = "\(status.succeeded)/\(wanted)"
        } else if let parallelism = spec.parallelism, parallelism > 1 {
            completions = "\(status.succeeded)/1 of \(parallelism)"
        }
        let duration = status.startTime.map { start in
            HumanDuration.text(seconds: (status.completionTime ?? now).since(start).components.seconds)
        }
        return [nameCell, .string(state), .string(completions), .string(duration ?? ""), age(now)]
            + CellText.containers(spec.template.spec) + [CellText.selector(spec.selector)]
    }

    private var state: String {
        let holds = { (type: String) in status.conditions.contains { $0.type == type && $0.status == "True" } }
        if holds("Complete") { return "Complete" }
        if holds("Failed") { return "Failed" }
        if metadata.deletionTimestamp != nil { return "Terminating" }
        return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].first(where: holds) ?? "Running"
    }
}

extension CronJob: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Schedule"), TableColumn("Timezone"), TableColumn("Suspend", "boolean"), .integer("Active"),
        TableColumn("Last Schedule"), .age, .wide("Containers"), .wide("Images"), .wide("Selector"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        let last = status.lastScheduleTime.map { HumanDuration.since($0, now: now) }
        return [
            nameCell, .string(spec.schedule), CellText.orNone(spec.timeZone), .string(suspension),
            .int(status.active.count), CellText.orNone(last), age(now),
        ] + CellText.containers(spec.jobTemplate.spec.template.spec) + [
            CellText.selector(spec.jobTemplate.spec.selector)
        ]
    }

    /// A text, although the column is one of booleans: so Kubernetes has it.
    private var suspension: String { spec.suspend.map { $0 ? "True" : "False" } ?? "<unset>" }
}

extension PodDisruptionBudget: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Min Available"), TableColumn("Max Unavailable"), .integer("Allowed Disruptions"), .age,
    ]

    public func cells(now: Time) -> [JSONValue] {
        [
            nameCell, Self.text(spec.minAvailable), Self.text(spec.maxUnavailable), .int(status.disruptionsAllowed),
            age(now),
        ]
    }

    private static func text(_ value: IntOrString?) -> JSONValue {
        switch value {
        case nil: "N/A"
        case .int(let number)?: .string(String(number))
        case .string(let text)?: .string(text)
        }
    }
}
