// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The paths of resources in an OpenAPI document: what clients look for there is which verbs a kind has and which parameters
/// (`dryRun`, `fieldValidation`) they take.
struct OpenAPIPaths {
    /// Version 3, or version 2.
    let isVersion3: Bool

    private struct Operation {
        var method: String
        var action: String
        var verb: String
    }

    private static let collection = [
        Operation(method: "get", action: "list", verb: "list"),
        Operation(method: "post", action: "post", verb: "create"),
        Operation(method: "delete", action: "deletecollection", verb: "deletecollection"),
    ]
    private static let single = [
        Operation(method: "get", action: "get", verb: "get"), Operation(method: "put", action: "put", verb: "update"),
        Operation(method: "delete", action: "delete", verb: "delete"),
        Operation(method: "patch", action: "patch", verb: "patch"),
    ]

    func write(_ resources: [ResourceInfo], to writer: inout JSONWriter) {
        writer.beginObject()
        for resource in resources.sorted(by: { $0.plural < $1.plural }) {
            let prefix = resource.group.isEmpty ? "/api/v1" : "/apis/\(resource.apiVersion)"
            let scoped =
                resource.isNamespaced
                ? "\(prefix)/namespaces/{namespace}/\(resource.plural)" : "\(prefix)/\(resource.plural)"
            if resource.isNamespaced, resource.verbs.contains("list") {
                write(resource, "\(prefix)/\(resource.plural)", [Self.collection[0]], parameters: [], &writer)
            }
            let namespace = resource.isNamespaced ? ["namespace"] : []
            write(
                resource, scoped, Self.collection.filter { resource.verbs.contains($0.verb) }, parameters: namespace,
                &writer)
            write(
                resource, "\(scoped)/{name}", Self.single.filter { resource.verbs.contains($0.verb) },
                parameters: namespace + ["name"],
                &writer)
        }
        writer.endObject()
    }

    private func write(
        _ resource: ResourceInfo, _ path: String, _ operations: [Operation], parameters: [String],
        _ writer: inout JSONWriter
    ) {
        guard !operations.isEmpty else { return }
        writer.key(path)
        writer.beginObject()
        for operation in operations {
            writer.key(operation.method)
            write(operation, resource, path, &writer)
        }
        if !parameters.isEmpty {
            writer.key("parameters")
            writer.beginArray()
            for name in parameters { parameter(name, in: "path", type: "string", &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    private func write(_ operation: Operation, _ resource: ResourceInfo, _ path: String, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("operationId")
        writer.string(Self.identifier(operation, resource, path))
        writer.key("parameters")
        writer.beginArray()
        let isWrite = operation.method != "get"
        if isWrite { parameter("dryRun", in: "query", type: "string", &writer) }
        if ["post", "put", "patch"].contains(operation.method) {
            parameter("fieldManager", in: "query", type: "string", &writer)
            parameter("fieldValidation", in: "query", type: "string", &writer)
        }
        if operation.method == "patch" { parameter("force", in: "query", type: "boolean", &writer) }
        if operation.action == "list" {
            for name in ["continue", "fieldSelector", "labelSelector", "resourceVersion", "resourceVersionMatch"] {
                parameter(name, in: "query", type: "string", &writer)
            }
            for name in ["limit", "timeoutSeconds"] { parameter(name, in: "query", type: "integer", &writer) }
            for name in ["allowWatchBookmarks", "sendInitialEvents", "watch"] {
                parameter(name, in: "query", type: "boolean", &writer)
            }
        }
        writer.endArray()
        writer.key("responses")
        writer.raw("{\"200\":{\"description\":\"OK\"},\"401\":{\"description\":\"Unauthorized\"}}".utf8)
        writer.key("x-kubernetes-action")
        writer.string(operation.action)
        writer.key("x-kubernetes-group-version-kind")
        writer.raw(
            "{\"group\":\"\(resource.group)\",\"kind\":\"\(resource.kind)\",\"version\":\"\(resource.version)\"}".utf8)
        writer.endObject()
    }

    private func parameter(_ name: String, in place: String, type: String, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("in")
        writer.string(place)
        if place == "path" {
            writer.key("required")
            writer.bool(true)
        }
        if isVersion3 {
            writer.key("schema")
            writer.beginObject()
            writer.key("type")
            writer.string(type)
            writer.key("uniqueItems")
            writer.bool(true)
            writer.endObject()
        } else {
            writer.key("type")
            writer.string(type)
            writer.key("uniqueItems")
            writer.bool(true)
        }
        writer.endObject()
    }

    /// Unique in the document, for example `listCoreV1NamespacedPod`.
    private static func identifier(_ operation: Operation, _ resource: ResourceInfo, _ path: String) -> String {
        let group =
            resource.group.split(separator: ".").first.map { $0.prefix(1).uppercased() + $0.dropFirst() } ?? "Core"
        let verb = [
            "list": "list", "post": "create", "deletecollection": "deleteCollection", "put": "replace", "get": "read",
        ][operation.action]
        let scope = path.contains("{namespace}") ? "Namespaced" : ""
        let all = resource.isNamespaced && scope.isEmpty ? "ForAllNamespaces" : ""
        return "\(verb ?? operation.action)\(group)\(resource.version.uppercased())\(scope)\(resource.kind)\(all)"
    }
}
