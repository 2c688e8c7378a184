// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Which part of a container's log is asked for: the query of `pods/log`.
///
/// - SeeAlso: `PodLogOptions` of Kubernetes and its validation.
package struct PodLogOptions: Sendable {
    /// What the kubelet is asked with.
    package private(set) var query: [(name: String, value: String)] = []

    /// - Throws: ``FailureStatus``: 400 for what cannot be read, 422 with all faults of what can.
    package init(_ request: APIRequest) throws(FailureStatus) {
        for name in ["follow", "previous", "timestamps"] {
            if let value = request.parameter(name), Self.isTrue(value) { query.append((name, "true")) }
        }
        if let stream = Self.text(request, "stream"), stream != "All" { query.append(("stream", stream)) }
        var causes: [FailureStatus.Cause] = []
        let since = try number(request, "sinceSeconds")
        let lines = try number(request, "tailLines")
        let bytes = try number(request, "limitBytes")
        let time = try Self.time(request)
        if let lines, lines < 0 { causes.append(.invalid("tailLines", lines, "must be greater than or equal to 0")) }
        if let bytes, bytes < 1 { causes.append(.invalid("limitBytes", bytes, "must be greater than 0")) }
        if since != nil, time != nil {
            let text = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
            causes.append(FailureStatus.Cause(reason: "FieldValueForbidden", message: text, field: ""))
        } else if let since, since < 1 {
            causes.append(.invalid("sinceSeconds", since, "must be greater than 0"))
        }
        if !causes.isEmpty { throw .invalid("PodLogOptions", request.info.name, causes) }
        if let time { query.append(("sinceTime", time)) }
    }

    private static func isTrue(_ value: String) -> Bool { value != "0" && value.lowercased() != "false" }

    private static func text(_ request: APIRequest, _ name: String) -> String? {
        request.parameter(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func number(_ request: APIRequest, _ name: String) throws(FailureStatus) -> Int64? {
        guard let text = Self.text(request, name) else { return nil }
        guard let value = Int64(text) else {
            throw .badRequest("strconv.ParseInt: parsing \(FailureStatus.quote(text)): invalid syntax")
        }
        query.append((name, text))
        return value
    }

    private static func time(_ request: APIRequest) throws(FailureStatus) -> String? {
        guard let text = text(request, "sinceTime") else { return nil }
        do throws(JSONFault) {
            _ = try JSONCoding.decode(Time.self, from: Array(FailureStatus.quote(text).utf8))
        } catch {
            guard case .invalidValue(let message) = error.reason else { throw .badRequest("\(error.reason)") }
            throw .badRequest(message)
        }
        return text
    }
}
