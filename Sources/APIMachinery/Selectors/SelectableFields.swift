// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// A kind with more fields that selectors may name than `metadata.name` and `metadata.namespace`.
public protocol FieldSelectable: KubernetesObject {
    /// The fields beyond those of the metadata.
    static var selectableFields: [String] { get }

    /// What is said of a field that selectors may not name.
    static func unsupportedFieldMessage(_ field: String) -> String

    /// The value of a selectable field as text, nil for others. Fields of the metadata are not asked for.
    func fieldValue(_ field: String) -> String?
}

extension FieldSelectable {
    public static func unsupportedFieldMessage(_ field: String) -> String { "field label not supported: \(field)" }
}

/// Field selectors on objects of any kind.
public enum SelectableFields {
    /// Names by which old clients ask for a field.
    private static let oldNames = ["spec.host": "spec.nodeName"]

    /// The selector with today's names.
    ///
    /// - Throws: what Kubernetes says of a field that selectors on this kind may not name.
    public static func check(
        _ selector: FieldSelector, on kind: any KubernetesObject.Type, isNamespaced: Bool = true
    ) throws(SelectorError) -> FieldSelector {
        var checked = selector
        for (index, requirement) in selector.requirements.enumerated() {
            if requirement.field == "metadata.name" { continue }
            guard let selectable = kind as? any FieldSelectable.Type else {
                if requirement.field == "metadata.namespace" { continue }
                let text = "is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
                throw SelectorError("\(GoText.quote(requirement.field)) \(text)")
            }
            let field = kind == Pod.self ? oldNames[requirement.field] ?? requirement.field : requirement.field
            checked.requirements[index].field = field
            // kinds without a namespace that say themselves which fields are known do not know this one
            if field == "metadata.namespace", isNamespaced { continue }
            guard selectable.selectableFields.contains(field) else {
                throw SelectorError(selectable.unsupportedFieldMessage(requirement.field))
            }
        }
        return checked
    }

    /// Whether the object is selected.
    public static func matches(_ selector: FieldSelector, _ object: any KubernetesObject) -> Bool {
        selector.matches { field in
            switch field {
            case "metadata.name": object.metadata.name
            case "metadata.namespace": object.metadata.namespace
            default: (object as? any FieldSelectable)?.fieldValue(field)
            }
        }
    }
}

extension Pod: FieldSelectable {
    public static let selectableFields = [
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
        "status.phase",
        "status.podIP", "status.podIPs", "status.nominatedNodeName",
    ]

    public func fieldValue(_ field: String) -> String? {
        switch field {
        case "spec.nodeName": spec.nodeName
        case "spec.restartPolicy": spec.restartPolicy
        case "spec.schedulerName": spec.schedulerName
        case "spec.serviceAccountName": spec.serviceAccountName
        case "spec.hostNetwork": spec.hostNetwork ? "true" : "false"
        case "status.phase": status.phase
        case "status.podIP": status.podIP
        case "status.podIPs": ""  // known, but never set by Kubernetes
        case "status.nominatedNodeName": status.nominatedNodeName
        default: nil
        }
    }
}

extension Node: FieldSelectable {
    public static let selectableFields = ["spec.unschedulable"]

    public func fieldValue(_ field: String) -> String? {
        field == "spec.unschedulable" ? (spec.unschedulable ? "true" : "false") : nil
    }
}

extension Namespace: FieldSelectable {
    public static let selectableFields = ["status.phase"]

    public func fieldValue(_ field: String) -> String? { field == "status.phase" ? status.phase : nil }
}

extension Secret: FieldSelectable {
    public static let selectableFields = ["type"]

    public func fieldValue(_ field: String) -> String? { field == "type" ? type : nil }
}

extension Service: FieldSelectable {
    public static let selectableFields = ["spec.clusterIP", "spec.type"]

    public func fieldValue(_ field: String) -> String? {
        switch field {
        case "spec.clusterIP": spec.clusterIP
        case "spec.type": spec.type
        default: nil
        }
    }
}

extension ReplicationController: FieldSelectable {
    public static let selectableFields = ["status.replicas"]

    public func fieldValue(_ field: String) -> String? { field == "status.replicas" ? String(status.replicas) : nil }
}

extension Job: FieldSelectable {
    public static let selectableFields = ["status.successful"]

    public static func unsupportedFieldMessage(_ field: String) -> String {
        "field label \(GoText.quote(field)) not supported for Job"
    }

    public func fieldValue(_ field: String) -> String? { field == "status.successful" ? String(status.succeeded) : nil }
}

extension StatefulSet: FieldSelectable {
    public static let selectableFields = ["status.successful"]

    public static func unsupportedFieldMessage(_ field: String) -> String {
        "field label not supported for appsv1.StatefulSet: \(field)"
    }

    public func fieldValue(_: String) -> String? { nil }
}

extension CertificateSigningRequest: FieldSelectable {
    public static let selectableFields = ["spec.signerName"]

    public func fieldValue(_ field: String) -> String? { field == "spec.signerName" ? spec.signerName : nil }
}

extension ResourceSlice: FieldSelectable {
    public static let selectableFields = ["spec.nodeName", "spec.driver"]

    public static func unsupportedFieldMessage(_ field: String) -> String {
        "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: \(field)"
    }

    public func fieldValue(_ field: String) -> String? {
        switch field {
        case "spec.nodeName": spec.nodeName ?? ""
        case "spec.driver": spec.driver
        default: nil
        }
    }
}
