// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Reads the selectors of a request for one resource.
enum SelectorReader {
    /// - Throws: 400 for a selector that does not parse, or a field that the kind cannot be selected by.
    static func selection(
        _ options: ListOptions, _ endpoint: any ResourceEndpoint, namespace: String, name: String
    ) throws(APIStatusError) -> ObjectSelection {
        var selection = ObjectSelection(namespace: namespace)
        if !options.labelSelector.isEmpty { selection.labels = try labels(options.labelSelector) }
        if !options.fieldSelector.isEmpty { selection.fields = try fields(options.fieldSelector, endpoint) }
        if !name.isEmpty, selection.exactName == nil { selection.fields.append(FieldTerm(.name, value: name)) }
        return selection
    }

    private static func labels(_ text: String) throws(APIStatusError) -> @Sendable ([String: String]) -> Bool {
        do throws(SelectorError) {
            let selector = try LabelSelectorExpression(parsing: text)
            return { selector.matches($0) }
        } catch {
            throw .badRequest(error.message)
        }
    }

    /// The terms of a field selector, each checked against what the kind can be selected by.
    private static func fields(
        _ text: String, _ endpoint: any ResourceEndpoint
    ) throws(APIStatusError) -> [FieldTerm] {
        do throws(SelectorError) {
            return try endpoint.checkFields(FieldSelector(parsing: text)).requirements.map {
                FieldTerm(subject($0.field), value: $0.value, isNegated: !$0.isEqual)
            }
        } catch {
            throw .badRequest(error.message)
        }
    }

    private static func subject(_ field: String) -> FieldTerm.Subject {
        switch field {
        case "metadata.name": .name
        case "metadata.namespace": .namespace
        default:
            .field(
                SelectableField(field, paths: special[field]?.paths ?? [field], absent: special[field]?.absent ?? ""))
        }
    }

    /// Fields whose value does not stand at the path that is their name, or is not empty where it is absent.
    private static let special: [String: (paths: [String], absent: String)] = [
        "spec.hostNetwork": (["spec.hostNetwork"], "false"),
        "spec.unschedulable": (["spec.unschedulable"], "false"),
        "status.replicas": (["status.replicas"], "0"),
        "status.successful": (["status.succeeded"], "0"),
        // known, but never set by Kubernetes: no value but the empty one matches
        "status.podIPs": ([], ""),
        "source": (["source.component", "reportingComponent"], ""),
        "reportingController": (["reportingComponent"], ""),
        "regarding.kind": (["involvedObject.kind"], ""),
        "regarding.namespace": (["involvedObject.namespace"], ""),
        "regarding.name": (["involvedObject.name"], ""),
        "regarding.uid": (["involvedObject.uid"], ""),
        "regarding.apiVersion": (["involvedObject.apiVersion"], ""),
        "regarding.resourceVersion": (["involvedObject.resourceVersion"], ""),
        "regarding.fieldPath": (["involvedObject.fieldPath"], ""),
    ]
}
