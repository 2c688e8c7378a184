// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The `openapi.v2.Paths` message, last field first: of each kind that can be patched, the operation whose parameters say so.
///
/// Only clients before 1.27 read this form, and all they look for among the paths is which kinds take `dryRun`.
///
/// - SeeAlso: `openapiv2/OpenAPIv2.proto` of gnostic-models.
extension OpenAPIPaths {
    static func write(_ resources: [ResourceInfo], to writer: inout ProtobufWriter) {
        for resource in resources.reversed() where resource.verbs.contains("patch") {
            let mark = writer.count
            let item = writer.count
            writePatch(resource, &writer)
            writer.endMessage(2, since: item)
            let prefix = resource.group.isEmpty ? "/api/v1" : "/apis/\(resource.apiVersion)"
            let scope = resource.isNamespaced ? "/namespaces/{namespace}" : ""
            writer.string(1, "\(prefix)\(scope)/\(resource.plural)/{name}")
            writer.endMessage(2, since: mark)
        }
    }

    /// The `patch` field of a `PathItem`.
    private static func writePatch(_ resource: ResourceInfo, _ writer: inout ProtobufWriter) {
        let operation = writer.count
        let kind = "group: \"\(resource.group)\"\nkind: \(resource.kind)\nversion: \(resource.version)\n"
        let kindExtension = writer.count
        let value = writer.count
        writer.string(2, kind)
        writer.endMessage(2, since: value)
        writer.string(1, "x-kubernetes-group-version-kind")
        writer.endMessage(13, since: kindExtension)
        for name in ["force", "fieldValidation", "fieldManager", "dryRun"] { writeParameter(name, &writer) }
        writer.endMessage(8, since: operation)
    }

    /// A query parameter: `ParametersItem`, `Parameter`, `NonBodyParameter` and `QueryParameterSubSchema`, one in the other.
    private static func writeParameter(_ name: String, _ writer: inout ProtobufWriter) {
        let mark = writer.count
        writer.string(6, name == "force" ? "boolean" : "string")
        writer.string(4, name)
        writer.string(2, "query")
        for number in [3, 2, 1, 8] { writer.endMessage(number, since: mark) }
    }
}
