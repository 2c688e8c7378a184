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
    private let furtherPaths: [String]

    private static let aggregatedName = "APIGroupDiscoveryList"
    private static let aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

    /// - Parameters:
    ///   - serverAddress: host and port by which clients reach the server.
    ///   - furtherPaths: of what the server answers beside resources and documents, for the list of all paths.
    package init(
        resources: [ResourceInfo] = ResourceInfo.all, serverAddress: String, furtherPaths: [String] = []
    ) {
        documents = DiscoveryDocuments(resources)
        self.serverAddress = serverAddress
        self.furtherPaths = furtherPaths
    }

    package func respond(to request: APIRequest) async -> APIResponse? {
        let parts = request.path.split(separator: "/").map(String.init)
        guard let answer = document(parts, request) else { return nil }
        guard request.method == "GET" || Self.servesAnyMethod(parts) else {
            return Responses.failure(APIStatusError.methodNotAllowed, request)
        }
        return answer
    }

    /// The lists of paths and groups, and each group, are served by handlers that look at the path alone.
    private static func servesAnyMethod(_ parts: [String]) -> Bool {
        parts.isEmpty || parts == ["index.html"] || (parts[0] == "apis" && parts.count <= 2)
    }

    private func document(_ parts: [String], _ request: APIRequest) -> APIResponse? {
        if parts.first == "api" || parts.first == "apis" {
            do throws(APIStatusError) { try RouteMedia.check(request) } catch {
                return Responses.failure(error, request)
            }
        }
        if parts.isEmpty || parts == ["index.html"] { return Self.json(rootPaths(), request) }
        switch (parts[0], parts.count) {
        case ("api", 1):
            if Self.wantsAggregated(request) { return aggregated(core: true, request) }
            return Self.json(
                DiscoveryDocuments.json(documents.coreVersions(serverAddress: serverAddress), isCore: true), request)
        case ("apis", 1):
            if Self.wantsAggregated(request) { return aggregated(core: false, request) }
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

    private func aggregated(core: Bool, _ request: APIRequest) -> APIResponse {
        let bytes = JSONCoding.encode(documents.aggregated(core: core))
        return EntityTag(of: bytes).answer(
            request, ResponseHead(status: 200, contentType: Self.aggregatedType), bytes)
    }

    private static func json(_ bytes: [UInt8], _ request: APIRequest) -> APIResponse {
        do {
            return Responses.bytes(bytes, status: 200, try OutputFormat.negotiate(request, .plain))
        } catch {
            return Responses.failure(error, request)
        }
    }

    private func rootPaths() -> [UInt8] {
        var paths =
            [
                "/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/apis/", "/metrics", "/metrics/slis",
                "/openapi/v2",
                "/openapi/v3", "/openapi/v3/", "/openid/v1/jwks", "/version",
            ] + furtherPaths
        for version in documents.groupVersions {
            if !paths.contains("/apis/\(version.group)") { paths.append("/apis/\(version.group)") }
            paths.append("/apis/\(version.group)/\(version.version)")
        }
        let sorted = paths.sortedByUTF8().map(JSONValue.string)
        return JSONValue.object(JSONObject([("paths", .array(sorted))])).bytes(.init(escapeHTML: false))
    }
}
