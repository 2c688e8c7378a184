// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

extension Event: TableRowProviding {
    public static let columns: [TableColumn] = [
        TableColumn("Last Seen"), TableColumn("Type"), TableColumn("Reason"), TableColumn("Object"), .wide("Subobject"),
        .wide("Source"), TableColumn("Message"), .wide("First Seen"), .wide("Count"),
        TableColumn("Name", format: "name", wide: true),
    ]

    public func cells(now: Time) -> [JSONValue] {
        let first =
            firstTimestamp.isZero
            ? HumanDuration.since(eventTime, now: now) : HumanDuration.since(firstTimestamp, now: now)
        var last = lastTimestamp.isZero ? first : HumanDuration.since(lastTimestamp, now: now)
        var times = count == 0 ? 1 : count
        if let series {
            last = HumanDuration.since(series.lastObservedTime, now: now)
            times = series.count
        }
        let component = source.component.isEmpty ? reportingComponent : source.component
        let host = source.host.isEmpty ? reportingInstance : source.host
        let target = involvedObject.kind.lowercased() + (involvedObject.name.isEmpty ? "" : "/" + involvedObject.name)
        return [
            .string(last), .string(type), .string(reason), .string(target), .string(involvedObject.fieldPath),
            .string(host.isEmpty ? component : "\(component), \(host)"), .string(CellText.trimmed(message)),
            .string(first),
            .int(times), nameCell,
        ]
    }
}

extension EventsEvent: TableRowProviding {
    public static var columns: [TableColumn] { Event.columns }

    public func cells(now: Time) -> [JSONValue] {
        let first =
            deprecatedFirstTimestamp.isZero
            ? HumanDuration.since(eventTime, now: now) : HumanDuration.since(deprecatedFirstTimestamp, now: now)
        var last = deprecatedLastTimestamp.isZero ? first : HumanDuration.since(deprecatedLastTimestamp, now: now)
        var times = deprecatedCount == 0 ? 1 : deprecatedCount
        if let series {
            last = HumanDuration.since(series.lastObservedTime, now: now)
            times = series.count
        }
        let target = regarding.kind.lowercased() + (regarding.name.isEmpty ? "" : "/" + regarding.name)
        let component = deprecatedSource.component.isEmpty ? reportingController : deprecatedSource.component
        let host = deprecatedSource.host.isEmpty ? reportingInstance : deprecatedSource.host
        return [
            .string(last), .string(type), .string(reason), .string(target), .string(regarding.fieldPath),
            .string(host.isEmpty ? component : "\(component), \(host)"), .string(CellText.trimmed(note)),
            .string(first),
            .int(times), nameCell,
        ]
    }
}
