// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// How an answer is to be written, as negotiated by `Accept`.
///
/// - SeeAlso: `NegotiateOutputMediaType` of `k8s.io/apiserver/pkg/endpoints/handlers/negotiation`.
struct OutputFormat: Equatable, Sendable {
    enum Encoding: String, Sendable {
        case json = "application/json"
        case yaml = "application/yaml"
        case protobuf = "application/vnd.kubernetes.protobuf"
    }
    enum Transform: Sendable {
        case none, table, partial, partialList
    }
    var encoding = Encoding.json
    var transform = Transform.none
    var isPretty = false

    static let acceptedTypes = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]

    /// Chooses among what the client accepts.
    ///
    /// - Throws: 406 where nothing of it can be made.
    static func negotiate(_ request: APIRequest, transforms: Bool = true) throws(APIStatusError) -> OutputFormat {
        let accept = request.header("accept") ?? ""
        guard !accept.isEmpty else { return OutputFormat(isPretty: prettiness(request, nil)) }
        for clause in MediaType.accepted(accept) {
            guard let encoding = encoding(clause), let transform = transform(clause, isAllowed: transforms) else {
                continue
            }
            return OutputFormat(
                encoding: encoding, transform: transform, isPretty: prettiness(request, clause.parameters["pretty"]))
        }
        throw .notAcceptable(accepted: acceptedTypes)
    }

    private static func encoding(_ clause: MediaType) -> Encoding? {
        if clause.isAny { return .json }
        guard clause.type == "application" else { return nil }
        if clause.subtype == "*" { return .json }
        return Encoding(rawValue: clause.name)
    }

    private static func transform(_ clause: MediaType, isAllowed: Bool) -> Transform? {
        guard let name = clause.parameters["as"] else { return Transform.none }
        guard isAllowed, clause.parameters["g"] == "meta.k8s.io" else { return nil }
        switch (name, clause.parameters["v"] ?? "") {
        case ("Table", "v1"), ("Table", "v1beta1"): return .table
        case ("PartialObjectMetadata", "v1"): return .partial
        case ("PartialObjectMetadataList", "v1"): return .partialList
        default: return nil
        }
    }

    /// `?pretty`, or a client that people read.
    private static func prettiness(_ request: APIRequest, _ parameter: String?) -> Bool {
        if let asked = request.parameter("pretty") ?? parameter { return asked != "0" && asked != "false" }
        let agent = request.header("user-agent") ?? ""
        return agent.hasPrefix("curl") || agent.hasPrefix("Wget") || agent.hasPrefix("Mozilla/5.0")
    }
}
