// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

extension ValidatingWebhookConfiguration: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .integer("Webhooks"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .int(webhooks.count), age(now)] }
}

extension MutatingWebhookConfiguration: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .integer("Webhooks"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .int(webhooks.count), age(now)] }
}

/// `apiVersion/kind`, or `<unset>`.
private func cell(_ kind: ParamKind?) -> JSONValue { .string(kind.map { $0.apiVersion + "/" + $0.kind } ?? "<unset>") }

/// `namespace/name`, a star for any namespace or name, or `<unset>`.
private func cell(_ reference: ParamRef?) -> JSONValue {
    guard let reference else { return "<unset>" }
    let namespace = reference.namespace.isEmpty ? "*" : reference.namespace
    return .string(namespace + "/" + (reference.name.isEmpty ? "*" : reference.name))
}

extension ValidatingAdmissionPolicy: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .integer("Validations"), TableColumn("ParamKind"), .age]

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .int(spec.validations.count), cell(spec.paramKind), age(now)]
    }
}

extension MutatingAdmissionPolicy: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .integer("Mutations"), TableColumn("ParamKind"), .age]

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .int(spec.mutations.count), cell(spec.paramKind), age(now)]
    }
}

extension ValidatingAdmissionPolicyBinding: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("PolicyName"), TableColumn("ParamRef"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .string(spec.policyName), cell(spec.paramRef), age(now)] }
}

extension MutatingAdmissionPolicyBinding: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("PolicyName"), TableColumn("ParamRef"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .string(spec.policyName), cell(spec.paramRef), age(now)] }
}

extension FlowSchema: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("PriorityLevel"), TableColumn("MatchingPrecedence"), TableColumn("DistinguisherMethod"),
        .age,
        TableColumn("MissingPL"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        let dangling = status.conditions.first { $0.type == "Dangling" }?.status ?? "?"
        return [
            nameCell, .string(spec.priorityLevelConfiguration.name), .int(spec.matchingPrecedence),
            CellText.orNone(spec.distinguisherMethod?.type), age(now), .string(dangling),
        ]
    }
}

extension PriorityLevelConfiguration: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Type"), TableColumn("NominalConcurrencyShares"), TableColumn("Queues"),
        TableColumn("HandSize"),
        TableColumn("QueueLengthLimit"), .age,
    ]

    public func cells(now: Time) -> [JSONValue] {
        let none: JSONValue = "<none>"
        let queuing = spec.limited?.limitResponse.queuing
        return [
            nameCell, .string(spec.type), spec.limited.map { .int($0.nominalConcurrencyShares ?? 0) } ?? none,
            queuing.map { .int($0.queues) } ?? none, queuing.map { .int($0.handSize) } ?? none,
            queuing.map { .int($0.queueLengthLimit) } ?? none, age(now),
        ]
    }
}
