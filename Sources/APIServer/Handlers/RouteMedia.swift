// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// What the router of kube-apiserver demands of media types before a handler sees the request: names are compared letter by
/// letter, parameters do not count, and of wildcards only `*/*` is known.
///
/// - SeeAlso: `RouterJSR311` of `go-restful`.
enum RouteMedia {
    private static let streams = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"]
    private static let patches = [ObjectPatch.Form.json, .merge, .strategicMerge, .apply].map(\.rawValue)

    /// - Throws: 415 for a patch of an unknown type, 406 where the client accepts nothing that can be made.
    static func check(_ request: APIRequest) throws(APIStatusError) {
        if request.method == "PATCH" {
            guard matches(request.header("content-type") ?? "", patches) else {
                throw .generic(code: 415, serverMessage: "415: Unsupported Media Type")
            }
        }
        guard let accept = request.header("accept"), !accept.isEmpty else { return }
        var produced = OutputFormat.acceptedTypes
        if request.info.subresource == "log" { produced.insert("text/plain", at: 0) }
        guard !matches(accept, produced + ["*/*"]) else { return }
        let isList = request.method == "GET" && (request.info.parts.count < 2 || request.info.verb == "watch")
        let available = "\n\nAvailable representations: " + (produced + (isList ? streams : [])).joined(separator: ", ")
        let isWrite = ["POST", "PUT", "PATCH"].contains(request.method)
        if isWrite, request.body.isEmpty {
            throw .generic(code: 415, serverMessage: "415: Unsupported Media Type" + available)
        }
        throw .generic(code: 406, serverMessage: "406: Not Acceptable" + available)
    }

    private static func matches(_ header: String, _ names: [String]) -> Bool {
        header.split(separator: ",", omittingEmptySubsequences: false).contains { clause in
            var name = clause.prefix { $0 != ";" }
            while name.first == " " || name.first == "\t" { name.removeFirst() }
            while name.last == " " || name.last == "\t" { name.removeLast() }
            return names.contains { $0 == name }
        }
    }
}
