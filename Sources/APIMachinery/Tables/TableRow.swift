// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

/// One column of the server's Table output.
public struct TableColumn: Sendable, Equatable {
    public var name: String
    /// `string`, `integer`, `boolean`, `date`.
    public var type: String
    /// `name` for the object's name, otherwise empty.
    public var format: String
    /// 1: shown with `-o wide` alone.
    public var priority: Int32

    public init(_ name: String, _ type: String = "string", format: String = "", wide: Bool = false) {
        self.name = name
        self.type = type
        self.format = format
        priority = wide ? 1 : 0
    }

    static let name = TableColumn("Name", format: "name")
    static let age = TableColumn("Age")
    static let createdAt = TableColumn("Created At", "date")

    static func wide(_ name: String) -> TableColumn { TableColumn(name, wide: true) }

    static func integer(_ name: String) -> TableColumn { TableColumn(name, "integer") }
}

/// A kind with columns of its own; others show name and age.
public protocol TableRowProviding: KubernetesObject {
    static var columns: [TableColumn] { get }

    /// One cell for each column.
    func cells(now: Time) -> [JSONValue]

    /// What clients may want to show in another way.
    var rowConditions: [TableRowState] { get }
}

extension TableRowProviding {
    public var rowConditions: [TableRowState] { [] }
}

/// A condition of a row that holds, for example that a pod has ended.
public struct TableRowState: Sendable, Equatable {
    /// `Completed` is the only one that Kubernetes knows.
    public var type: String
    public var reason: String
    public var message: String

    var json: JSONValue {
        ["type": .string(type), "status": "True", "reason": .string(reason), "message": .string(message)]
    }
}

/// One row of a Table.
public struct TableRow: Sendable {
    public var cells: [JSONValue]
    public var conditions: [TableRowState] = []
    /// The object in the form that the client asked for; nil for none.
    public var object: [UInt8]?

    public init(cells: [JSONValue], conditions: [TableRowState] = [], object: [UInt8]? = nil) {
        self.cells = cells
        self.conditions = conditions
        self.object = object
    }
}

/// The Table form of objects (`as=Table;v=v1;g=meta.k8s.io`).
public enum TableForm {
    private static let standard = [TableColumn.name, .age]

    /// The columns of a kind.
    public static func columns(of kind: any KubernetesObject.Type) -> [TableColumn] {
        (kind as? any TableRowProviding.Type)?.columns ?? standard
    }

    /// The cells of an object, one for each column of its kind.
    public static func cells(of object: some KubernetesObject, now: Time) -> [JSONValue] {
        if let row = object as? any TableRowProviding { return row.cells(now: now) }
        return [.string(object.metadata.name), object.age(now)]
    }

    /// What clients may want to show of an object in another way.
    public static func conditions(of object: some KubernetesObject) -> [TableRowState] {
        (object as? any TableRowProviding)?.rowConditions ?? []
    }

    /// The `columnDefinitions` of a Table.
    public static func columnDefinitions(of kind: any KubernetesObject.Type) -> JSONValue {
        columnDefinitions(columns(of: kind), kind: kind.kind)
    }

    private static func columnDefinitions(_ columns: [TableColumn], kind: String) -> JSONValue {
        .array(
            columns.map { column in
                [
                    "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
                    "description": .string(ColumnDescriptions.text(kind: kind, column: column.name)),
                    "priority": .int(column.priority),
                ]
            })
    }

    /// A Table's JSON.
    ///
    /// - Parameters:
    ///   - metadata: the `ListMeta` of the answer.
    ///   - includesColumns: false for all but the first event of a watch.
    ///   - version: of `meta.k8s.io`.
    public static func table(
        of kind: any KubernetesObject.Type, metadata: JSONValue, rows: [TableRow], includesColumns: Bool = true,
        version: String = "v1"
    ) -> [UInt8] {
        table(
            columns(of: kind), kind: kind.kind, metadata: metadata, rows: rows,
            includesColumns: includesColumns, version: version)
    }

    /// A Table's JSON with columns that are not those of a stored kind.
    public static func table(
        _ columns: [TableColumn], kind: String, metadata: JSONValue, rows: [TableRow], includesColumns: Bool = true,
        version: String = "v1"
    ) -> [UInt8] {
        var out = Array(#"{"kind":"Table","apiVersion":"meta.k8s.io/\#(version)","metadata":"#.utf8)
        metadata.write(to: &out)
        out.append(contentsOf: #","columnDefinitions":"#.utf8)
        (includesColumns ? columnDefinitions(columns, kind: kind) : .null).write(to: &out)
        out.append(contentsOf: #","rows":["#.utf8)
        for (index, row) in rows.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: #"{"cells":"#.utf8)
            JSONValue.array(row.cells).write(to: &out)
            if !row.conditions.isEmpty {
                out.append(contentsOf: #","conditions":"#.utf8)
                JSONValue.array(row.conditions.map(\.json)).write(to: &out)
            }
            out.append(contentsOf: #","object":"#.utf8)
            out.append(contentsOf: row.object ?? Array("null".utf8))
            out.append(UInt8(ascii: "}"))
        }
        out.append(contentsOf: "]}\n".utf8)
        return out
    }
}

extension KubernetesObject {
    /// The object's name as a cell.
    var nameCell: JSONValue { .string(metadata.name) }

    /// The object's age as a cell.
    func age(_ now: Time) -> JSONValue { .string(HumanDuration.since(metadata.creationTimestamp, now: now)) }

    /// The time of the object's creation as a cell.
    var createdAtCell: JSONValue {
        metadata.creationTimestamp.isZero ? .null : .string(metadata.creationTimestamp.text)
    }
}

/// Texts that several kinds show.
enum CellText {
    /// The text, or `<none>`.
    static func orNone(_ text: String?) -> JSONValue { .string(text.flatMap { $0.isEmpty ? nil : $0 } ?? "<none>") }

    /// The items with commas between, or `<none>`.
    static func list(_ items: [String]) -> JSONValue { orNone(items.joined(separator: ",")) }

    /// `a=1,b=2`, or `<none>`.
    static func labels(_ labels: [String: String]) -> JSONValue {
        list(labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    }

    /// A selector's text form, or `<none>`.
    static func selector(_ selector: LabelSelector?) -> JSONValue {
        orNone(selector.map { LabelSelectorExpression($0).description })
    }

    /// Names and images of containers, each with commas between.
    static func containers(_ spec: PodSpec) -> [JSONValue] {
        [
            .string(spec.containers.map(\.name).joined(separator: ",")),
            .string(spec.containers.map(\.image).joined(separator: ",")),
        ]
    }

    /// The text without white space around it.
    static func trimmed(_ text: String) -> String {
        var text = text.drop { $0.isWhitespace }
        while let end = text.last, end.isWhitespace { text.removeLast() }
        return String(text)
    }

    /// The first three items, and how many more there are.
    static func firstThree(_ items: [String]) -> String {
        let shown = items.prefix(3).joined(separator: ",")
        return items.count > 3 ? shown + " + \(items.count - 3) more..." : shown
    }

    /// `RWO,ROX`: ways of access to a volume, each once, in upstream's order.
    static func accessModes(_ modes: [String]) -> String {
        let short = [
            ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP"),
        ]
        return short.filter { modes.contains($0.0) }.map(\.1).joined(separator: ",")
    }
}
