// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

extension Role: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .createdAt]

    public func cells(now _: Time) -> [JSONValue] { [nameCell, createdAtCell] }
}

extension ClusterRole: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .createdAt]

    public func cells(now _: Time) -> [JSONValue] { [nameCell, createdAtCell] }
}

extension CustomResourceDefinition: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .createdAt]

    public func cells(now _: Time) -> [JSONValue] { [nameCell, createdAtCell] }
}

extension RoleBinding: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Role"), .age, .wide("Users"), .wide("Groups"), .wide("ServiceAccounts"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .string(roleRef.kind + "/" + roleRef.name), age(now)] + Subject.cells(subjects)
    }
}

extension ClusterRoleBinding: TableRowProviding {
    public static let columns: [TableColumn] = RoleBinding.columns

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .string(roleRef.kind + "/" + roleRef.name), age(now)] + Subject.cells(subjects)
    }
}

extension Subject {
    /// Users, groups and ServiceAccounts, each in a cell of their own.
    fileprivate static func cells(_ subjects: [Subject]) -> [JSONValue] {
        ["User", "Group", "ServiceAccount"].map { kind in
            let names = subjects.filter { $0.kind == kind }.map { subject in
                kind == "ServiceAccount" ? subject.namespace + "/" + subject.name : subject.name
            }
            return .string(names.joined(separator: ", "))
        }
    }
}

extension PriorityClass: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, .integer("Value"), TableColumn("Global-Default", "boolean"), .age, TableColumn("PreemptionPolicy"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .int(value), .bool(globalDefault), age(now), .string(preemptionPolicy ?? "")]
    }
}

extension Lease: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Holder"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .string(spec.holderIdentity ?? ""), age(now)] }
}

extension RuntimeClass: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Handler"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .string(handler), age(now)] }
}

extension CertificateSigningRequest: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, .age, TableColumn("SignerName"), TableColumn("Requestor"), TableColumn("RequestedDuration"),
        TableColumn("Condition"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        let duration = spec.expirationSeconds.map { HumanDuration.text(seconds: Int64($0)) }
        let has = { (type: String) in status.conditions.contains { $0.type == type } }
        var states = [["Denied", "Approved"].first(where: has) ?? "Pending"]
        if has("Failed") { states.append("Failed") }
        if !status.certificate.isEmpty { states.append("Issued") }
        return [
            nameCell, age(now), .string(spec.signerName), .string(spec.username), CellText.orNone(duration),
            .string(states.joined(separator: ",")),
        ]
    }
}

extension APIService: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Service"), TableColumn("Available"), .age]

    public func cells(now: Time) -> [JSONValue] {
        let available = status.conditions.first { $0.type == "Available" }
        var text = available?.status ?? "Unknown"
        if let available, available.status != "True" { text += " (\(available.reason))" }
        let service = spec.service.map { $0.namespace + "/" + $0.name } ?? "Local"
        return [nameCell, .string(service), .string(text), age(now)]
    }
}

extension ResourceClaim: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("State"), .age]

    public func cells(now: Time) -> [JSONValue] {
        var states: [String] = []
        if metadata.deletionTimestamp != nil { states.append("deleted") }
        if status.allocation != nil {
            states.append("allocated")
            if !status.reservedFor.isEmpty { states.append("reserved") }
        } else if states.isEmpty {
            states.append("pending")
        }
        return [nameCell, .string(states.joined(separator: ",")), age(now)]
    }
}

extension ResourceSlice: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Node"), TableColumn("Driver"), TableColumn("Pool"), .age,
    ]

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .string(spec.nodeName ?? ""), .string(spec.driver), .string(spec.pool.name), age(now)]
    }
}
