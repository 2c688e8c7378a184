// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Primitives
import Store
import Wire

/// A `Scale` in the form that the client accepts: as it is, as a Table, or its metadata alone.
struct ScaleAnswer {
    private static let columns = [
        TableColumn("Name"), TableColumn("Desired", "integer"), TableColumn("Available", "integer"), TableColumn("Age"),
    ]

    let response: APIResponse

    init(_ scale: Scale, _ request: APIRequest, now: Time = .now()) throws(APIStatusError) {
        let format = try OutputFormat.negotiate(request)
        let json = JSONCoding.encode(scale)
        let stored = StoredObject(
            bytes: json, namespace: scale.metadata.namespace, name: scale.metadata.name, uid: scale.metadata.uid,
            revision: UInt64(scale.metadata.resourceVersion) ?? 0)
        switch format.transform {
        case .none: response = Responses.value(scale, status: 200, request)
        case .partial:
            response = Responses.bytes(ObjectRenderer.partial(stored, version: format.metaVersion), status: 200, format)
        case .partialList:
            let text =
                "you requested PartialObjectMetadataList, but the requested object is not a list (*autoscaling.Scale)"
            throw .init(code: 406, reason: APIStatusError.Reason.notAcceptable, message: text)
        case .table:
            let options = try TableOptions(QueryReader(query: request.query), format)
            response = Responses.bytes(Self.table(scale, stored, options, now), status: 200, format)
        }
    }

    private static func table(
        _ scale: Scale, _ stored: StoredObject, _ options: TableOptions, _ now: Time
    ) -> [UInt8] {
        let age = HumanDuration.since(scale.metadata.creationTimestamp, now: now)
        var row = TableRow(cells: [
            .string(scale.metadata.name), .int(scale.spec.replicas), .int(scale.status.replicas), .string(age),
        ])
        switch options.includeObject {
        case .none: break
        case .metadata: row.object = ObjectRenderer.partial(stored, version: options.version)
        case .object: row.object = stored.bytes
        }
        return TableForm.table(
            columns, kind: "Scale", metadata: ["resourceVersion": .string(scale.metadata.resourceVersion)], rows: [row],
            version: options.version)
    }
}
