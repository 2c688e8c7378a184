// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A `Status` of the kind that says what went wrong, as the parts of the server that know no API types answer it.
///
/// - SeeAlso: `k8s.io/apimachinery/pkg/api/errors`, whose messages these are.
package struct FailureStatus: Error, Sendable, Equatable {
    /// One of several faults.
    package struct Cause: Sendable, Equatable {
        /// Empty where there is none.
        package var reason: String
        package var message: String
        /// Empty where it is not about one field.
        package var field: String

        package init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }

        /// A number that may not be.
        static func invalid(_ field: String, _ value: Int64, _ rule: String) -> Cause {
            Cause(reason: "FieldValueInvalid", message: "Invalid value: \(value): \(rule)", field: field)
        }

        fileprivate var json: String {
            let members = [("reason", reason), ("message", message), ("field", field)].filter { !$0.1.isEmpty }
            return "{" + members.map { "\"\($0.0)\":" + FailureStatus.quote($0.1) }.joined(separator: ",") + "}"
        }
    }

    /// What the failure is about.
    package struct Details: Sendable, Equatable {
        package var name = ""
        package var group = ""
        package var kind = ""
        package var causes: [Cause] = []
        package var retryAfterSeconds: Int32 = 0

        package init(name: String = "", group: String = "", kind: String = "", retryAfterSeconds: Int32 = 0) {
            self.name = name
            self.group = group
            self.kind = kind
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// The HTTP status.
    package var code: Int
    /// A `StatusReason`; empty where there is none.
    package var reason: String
    package var message: String
    /// nil leaves `details` out; a value without content is written as `{}`, as Kubernetes does.
    package var details: Details?

    package init(code: Int, reason: String, message: String, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    /// The object in JSON, fields in Kubernetes' order, with the line end that its serializer writes.
    package var json: [UInt8] {
        var text = #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure""#
        if !message.isEmpty { text += #","message":"# + Self.quote(message) }
        if !reason.isEmpty { text += #","reason":"# + Self.quote(reason) }
        if let details {
            var fields: [String] = []
            if !details.name.isEmpty { fields.append(#""name":"# + Self.quote(details.name)) }
            if !details.group.isEmpty { fields.append(#""group":"# + Self.quote(details.group)) }
            if !details.kind.isEmpty { fields.append(#""kind":"# + Self.quote(details.kind)) }
            if !details.causes.isEmpty {
                fields.append(#""causes":["# + details.causes.map(\.json).joined(separator: ",") + "]")
            }
            if details.retryAfterSeconds != 0 { fields.append(#""retryAfterSeconds":\#(details.retryAfterSeconds)"#) }
            text += #","details":{"# + fields.joined(separator: ",") + "}"
        }
        text += #","code":\#(code)}"# + "\n"
        return Array(text.utf8)
    }

    /// The head of the answer.
    package var head: ResponseHead {
        var head = ResponseHead(status: code, headers: [("Cache-Control", "no-cache, private")])
        if let seconds = details?.retryAfterSeconds, seconds > 0 {
            head.headers.append(("Retry-After", String(seconds)))
        }
        if code == 401 { head.headers.append(("WWW-Authenticate", #"Bearer realm="kubernetes-master""#)) }
        return head
    }

    /// The whole answer.
    package var response: APIResponse { .whole(head, [json]) }

    /// A text as a JSON string.
    package static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7f}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension FailureStatus {
    /// 401: no or wrong credentials.
    package static let unauthorized = FailureStatus(code: 401, reason: "Unauthorized", message: "Unauthorized")

    /// 413: the body is over the limit.
    package static func tooLarge(limit: Int) -> FailureStatus {
        FailureStatus(
            code: 413, reason: "RequestEntityTooLarge", message: "Request entity too large: limit is \(limit)")
    }

    /// 400.
    package static func badRequest(_ message: String) -> FailureStatus {
        FailureStatus(code: 400, reason: "BadRequest", message: message)
    }

    /// 422: what is asked for is not sound.
    package static func invalid(_ kind: String, _ name: String, _ causes: [Cause]) -> FailureStatus {
        let texts = causes.map { "\($0.field): \($0.message)" }
        let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        var details = Details(name: name, kind: kind)
        details.causes = causes
        return FailureStatus(
            code: 422, reason: "Invalid", message: "\(kind) \(quote(name)) is invalid: \(list)", details: details)
    }

    /// 405.
    package static let methodNotAllowed = FailureStatus(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource",
        details: Details())

    /// 504: the request took longer than it may.
    package static let timedOut = FailureStatus(
        code: 504, reason: "Timeout", message: "Timeout: request did not complete within the allotted timeout",
        details: Details())

    /// 500.
    package static func internalError(_ message: String) -> FailureStatus {
        var details = Details()
        details.causes = [Cause(reason: "", message: message, field: "")]
        return FailureStatus(
            code: 500, reason: "InternalError", message: "Internal error occurred: \(message)", details: details)
    }

    /// 503.
    package static func unavailable(_ message: String) -> FailureStatus {
        FailureStatus(code: 503, reason: "ServiceUnavailable", message: message)
    }
}
