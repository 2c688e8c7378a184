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
    /// What the endpoint can make of objects.
    enum Offer: Sendable {
        /// The object as it is.
        case plain
        /// Tables and metadata too.
        case transforms
        /// A stream of events, transformed where asked.
        case watch
    }
    var encoding = Encoding.json
    var transform = Transform.none
    /// The version of `meta.k8s.io` that a table or metadata is of.
    var metaVersion = "v1"
    var isPretty = false

    static let acceptedTypes = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]
    private static let streamTypes = [
        "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch",
    ]

    /// Chooses among what the client accepts.
    ///
    /// - Throws: 406 where nothing of it can be made.
    static func negotiate(_ request: APIRequest, _ offer: Offer = .transforms) throws(APIStatusError) -> OutputFormat {
        let accept = request.header("accept") ?? ""
        guard !accept.isEmpty else { return OutputFormat(isPretty: prettiness(request, nil)) }
        for clause in MediaType.accepted(accept) {
            for candidate in [Encoding.json, .yaml, .protobuf] where matches(clause, candidate) {
                guard var format = format(clause, candidate, offer) else { continue }
                guard offer != .watch || candidate != .yaml else { throw .notAcceptable(accepted: streamTypes) }
                format.isPretty = prettiness(request, clause.parameters["pretty"])
                return format
            }
        }
        throw .notAcceptable(accepted: acceptedTypes)
    }

    private static func matches(_ clause: MediaType, _ encoding: Encoding) -> Bool {
        if clause.isAny { return true }
        if clause.type == "application", clause.subtype == "*" { return true }
        return encoding.rawValue == clause.name
    }

    /// The format that the parameters of a clause ask for; nil where it cannot be made.
    private static func format(_ clause: MediaType, _ encoding: Encoding, _ offer: Offer) -> OutputFormat? {
        if let stream = clause.parameters["stream"], !stream.isEmpty, stream != "watch" || encoding == .yaml {
            return nil
        }
        var format = OutputFormat(encoding: encoding)
        let asked = ["as", "g", "v"].contains { clause.parameters[$0] != nil }
        guard asked else { return format }
        guard offer != .plain, clause.parameters["g"] == "meta.k8s.io", let version = clause.parameters["v"],
            version == "v1" || version == "v1beta1"
        else { return nil }
        format.metaVersion = version
        switch clause.parameters["as"] {
        case "Table" where encoding != .protobuf: format.transform = .table
        case "PartialObjectMetadata": format.transform = .partial
        case "PartialObjectMetadataList": format.transform = .partialList
        default: return nil
        }
        return format
    }

    /// `?pretty`, or a client that people read.
    private static func prettiness(_ request: APIRequest, _ parameter: String?) -> Bool {
        if parameter == "1" { return true }
        if let asked = request.parameter("pretty"), !asked.isEmpty {
            return ["1", "t", "T", "TRUE", "true", "True"].contains(asked)
        }
        let agent = request.header("user-agent") ?? ""
        return agent.hasPrefix("curl") || agent.hasPrefix("Wget") || agent.hasPrefix("Mozilla/5.0")
    }

    /// `apiVersion` of tables and metadata.
    var metaAPIVersion: String { "meta.k8s.io/" + metaVersion }
}

extension APIStatusError {
    /// 406: one object was asked for as a list, or a list as one object.
    static func wrongShape(_ asked: String, _ info: ResourceInfo, isList: Bool) -> APIStatusError {
        let type = "*\(GoPackage.name(info.group)).\(info.kind)" + (isList ? "List" : "")
        return .init(
            code: 406, reason: Reason.notAcceptable,
            message: "you requested \(asked), but the requested object is \(isList ? "a list" : "not a list") (\(type))"
        )
    }
}

/// Names of the Go packages that messages of Kubernetes contain.
enum GoPackage {
    /// The package of the types of a group that have no version.
    static func name(_ group: String) -> String {
        switch group {
        case "", "events.k8s.io": "core"
        default: String(group.prefix { $0 != "." })
        }
    }
}
