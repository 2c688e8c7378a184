// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import KubernetesAPI
import Store
import Wire

/// The discovery documents: `/`, `/api`, `/apis` and below.
package struct DiscoverySource: DocumentSource {
    private let documents: DiscoveryDocuments
    private let serverAddress: String

    private static let aggregatedName = "APIGroupDiscoveryList"
    private static let aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

    /// - Parameter serverAddress: host and port by which clients reach the server.
    package init(resources: [ResourceInfo] = ResourceInfo.all, serverAddress: String) {
        documents = DiscoveryDocuments(resources)
        self.serverAddress = serverAddress
    }

    package func respond(to request: APIRequest) async -> APIResponse? {
        let parts = request.path.split(separator: "/").map(String.init)
        guard let answer = document(parts, request) else { return nil }
        guard request.method == "GET" else { return Responses.failure(APIStatusError.methodNotAllowed, request) }
        return answer
    }

    private func document(_ parts: [String], _ request: APIRequest) -> APIResponse? {
        if parts.isEmpty { return Self.json(rootPaths(), request) }
        switch (parts[0], parts.count) {
        case ("api", 1):
            if Self.wantsAggregated(request) { return aggregated(core: true) }
            return Self.json(
                DiscoveryDocuments.json(documents.coreVersions(serverAddress: serverAddress), isCore: true), request)
        case ("apis", 1):
            if Self.wantsAggregated(request) { return aggregated(core: false) }
            return Self.json(JSONCoding.encode(documents.groupList()), request)
        case ("api", 2): return list(group: "", version: parts[1], request)
        case ("apis", 2):
            return documents.group(parts[1]).map { Self.json(JSONCoding.encode($0), request) } ?? Responses.pageNotFound
        case ("apis", 3):
            guard documents.group(parts[1]) != nil else { return Responses.pageNotFound }
            return list(group: parts[1], version: parts[2], request)
        case ("api", _), ("apis", _): return Responses.failure(APIStatusError.noSuchResource, request)
        default: return nil
        }
    }

    private func list(group: String, version: String, _ request: APIRequest) -> APIResponse {
        guard let list = documents.resourceList(group: group, version: version) else {
            return Responses.failure(APIStatusError.noSuchResource, request)
        }
        return Self.json(DiscoveryDocuments.json(list, isCore: group.isEmpty), request)
    }

    private static func wantsAggregated(_ request: APIRequest) -> Bool {
        for clause in MediaType.accepted(request.header("accept") ?? "") {
            if clause.parameters["as"] == aggregatedName, clause.parameters["v"] == "v2",
                clause.name == "application/json"
            {
                return true
            }
            if clause.parameters["as"] == nil { return false }
        }
        return false
    }

    private func aggregated(core: Bool) -> APIResponse {
        .whole(
            ResponseHead(status: 200, contentType: Self.aggregatedType),
            [JSONCoding.encode(documents.aggregated(core: core))])
    }

    private static func json(_ bytes: [UInt8], _ request: APIRequest) -> APIResponse {
        do {
            return Responses.bytes(bytes, status: 200, try OutputFormat.negotiate(request, .plain))
        } catch {
            return Responses.failure(error, request)
        }
    }

    private func rootPaths() -> [UInt8] {
        var paths = [
            "/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/apis/", "/healthz", "/livez", "/metrics",
            "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/openid/v1/jwks", "/readyz", "/version",
        ]
        for version in documents.groupVersions {
            if !paths.contains("/apis/\(version.group)") { paths.append("/apis/\(version.group)") }
            paths.append("/apis/\(version.group)/\(version.version)")
        }
        let sorted = paths.sortedByUTF8().map(JSONValue.string)
        return JSONValue.object(JSONObject([("paths", .array(sorted))])).bytes(.init(escapeHTML: false))
    }
}

/// The OpenAPI documents: `/openapi/v2`, `/openapi/v3` and below.
package struct OpenAPISource: DocumentSource {
    private let documents: OpenAPIDocuments

    private static let protobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

    /// - Parameter version: of the server, for example `v1.36.2`.
    package init(resources: [ResourceInfo] = ResourceInfo.all, version: String) {
        documents = OpenAPIDocuments(resources, version: version)
    }

    package func respond(to request: APIRequest) async -> APIResponse? {
        guard request.path.hasPrefix("/openapi/") else { return nil }
        guard request.method == "GET" else { return Responses.failure(APIStatusError.methodNotAllowed, request) }
        switch request.path {
        case "/openapi/v2":
            if Self.wantsProtobuf(request) {
                return .whole(ResponseHead(status: 200, contentType: Self.protobufType), [documents.version2Protobuf()])
            }
            return .whole(ResponseHead(status: 200), [documents.version2()])
        case "/openapi/v3", "/openapi/v3/": return .whole(ResponseHead(status: 200), [documents.index()])
        default:
            guard request.path.hasPrefix("/openapi/v3/"),
                let document = documents.version3(String(request.path.dropFirst("/openapi/v3/".count)))
            else { return nil }
            return .whole(ResponseHead(status: 200), [document])
        }
    }

    private static func wantsProtobuf(_ request: APIRequest) -> Bool {
        for clause in MediaType.accepted(request.header("accept") ?? "") {
            if clause.name.hasPrefix("application/com.github.proto-openapi.spec.v2") { return true }
            if clause.isAny || clause.name == "application/json" { return false }
        }
        return false
    }
}
