// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import KubernetesAPI
import Store
import Wire

/// The OpenAPI documents: `/openapi/v2`, `/openapi/v3` and below.
package struct OpenAPISource: DocumentSource {
    private let documents: OpenAPIDocuments

    private static let protobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    private static let prefix = "/openapi/v3/"

    /// - Parameter version: of the server, for example `v1.36.2`.
    package init(resources: [ResourceInfo] = ResourceInfo.all, version: String) {
        documents = OpenAPIDocuments(resources, version: version)
    }

    package func respond(to request: APIRequest) async -> APIResponse? {
        guard request.path.hasPrefix("/openapi/") else { return nil }
        guard request.method == "GET" || request.method == "HEAD" else {
            return Responses.failure(APIStatusError.methodNotAllowed, request)
        }
        switch request.path {
        case "/openapi/v2": return version2(request)
        case "/openapi/v3", Self.prefix: return .whole(ResponseHead(status: 200), [documents.index()])
        default:
            guard request.path.hasPrefix(Self.prefix) else { return nil }
            return version3(String(request.path.dropFirst(Self.prefix.count)), request)
        }
    }

    private func version2(_ request: APIRequest) -> APIResponse {
        let isProtobuf = Self.wantsProtobuf(request)
        let bytes = isProtobuf ? documents.version2Protobuf() : documents.version2()
        let type = isProtobuf ? Self.protobufType : "application/json"
        return EntityTag(of: bytes).answer(request, ResponseHead(status: 200, contentType: type), bytes)
    }

    /// A document of version 3. Under the address that the index gives it may be kept for ever; an old address leads to the new one.
    private func version3(_ path: String, _ request: APIRequest) -> APIResponse? {
        guard let hash = documents.hash(of: path), let bytes = documents.version3(path) else { return nil }
        var head = ResponseHead(status: 200)
        if let asked = request.parameter("hash"), !asked.isEmpty {
            guard asked == hash else {
                let place = ("Location", "\(Self.prefix)\(path)?hash=\(hash)")
                return .whole(ResponseHead(status: 301, contentType: "", headers: [place]), [])
            }
            head.headers.append(("Cache-Control", "public, immutable"))
        }
        return EntityTag(text: hash).answer(request, head, bytes)
    }

    private static func wantsProtobuf(_ request: APIRequest) -> Bool {
        for clause in MediaType.accepted(request.header("accept") ?? "") {
            if clause.name.hasPrefix("application/com.github.proto-openapi.spec.v2") { return true }
            if clause.isAny || clause.name == "application/json" { return false }
        }
        return false
    }
}
