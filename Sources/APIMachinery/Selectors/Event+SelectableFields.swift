// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Event: FieldSelectable {
    public static let selectableFields = [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "source", "type",
    ]

    public func fieldValue(_ field: String) -> String? {
        switch field {
        case "involvedObject.kind": involvedObject.kind
        case "involvedObject.namespace": involvedObject.namespace
        case "involvedObject.name": involvedObject.name
        case "involvedObject.uid": involvedObject.uid
        case "involvedObject.apiVersion": involvedObject.apiVersion
        case "involvedObject.resourceVersion": involvedObject.resourceVersion
        case "involvedObject.fieldPath": involvedObject.fieldPath
        case "reason": reason
        case "reportingComponent": reportingComponent
        case "source": source.component.isEmpty ? reportingComponent : source.component
        case "type": type
        default: nil
        }
    }
}

extension EventsEvent: FieldSelectable {
    public static let selectableFields = [
        "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion",
        "regarding.resourceVersion", "regarding.fieldPath", "reason", "reportingController", "type",
    ]

    public func fieldValue(_ field: String) -> String? {
        switch field {
        case "regarding.kind": regarding.kind
        case "regarding.namespace": regarding.namespace
        case "regarding.name": regarding.name
        case "regarding.uid": regarding.uid
        case "regarding.apiVersion": regarding.apiVersion
        case "regarding.resourceVersion": regarding.resourceVersion
        case "regarding.fieldPath": regarding.fieldPath
        case "reason": reason
        case "reportingController": reportingController
        case "type": type
        default: nil
        }
    }
}
