// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Makes whole answers.
enum Responses {
    /// A `Status` for an error, in the form the client accepts, else in JSON.
    static func failure(_ error: any Error, _ request: APIRequest) -> APIResponse {
        let status = APIStatusError.from(error)
        var headers = warnings(status.warnings)
        if let seconds = status.retryAfterSeconds { headers.append(("retry-after", String(seconds))) }
        if request.method == "HEAD" { return .whole(ResponseHead(status: Int(status.code), headers: headers), []) }
        return value(status.status, status: Int(status.code), request, headers: headers)
    }

    /// A value that is not stored: `Status`, `Scale`, reviews, documents.
    static func value(
        _ value: some TopLevelObject, status: Int, _ request: APIRequest, headers: [(name: String, value: String)] = []
    ) -> APIResponse {
        var format = OutputFormat()
        // an error must be told somehow: what cannot be negotiated is told in JSON
        do throws(APIStatusError) { format = try OutputFormat.negotiate(request, .plain) } catch {
            format = OutputFormat()
        }
        if format.encoding == .protobuf {
            return .whole(
                ResponseHead(status: status, contentType: format.encoding.rawValue, headers: headers),
                [ProtobufCoding.encode(value)])
        }
        return bytes(JSONCoding.encode(value), status: status, format, headers: headers)
    }

    /// JSON bytes, as they are or written anew as YAML or with line breaks.
    static func bytes(
        _ json: [UInt8], status: Int, _ format: OutputFormat, headers: [(name: String, value: String)] = []
    ) -> APIResponse {
        var out = json
        // what this server encoded itself can always be read again
        if format.encoding == .yaml, let yaml = try? YAML.fromJSON(json) { out = yaml }
        if format.encoding == .json, format.isPretty { out = JSONIndenter.indent(json) }
        let type = format.encoding == .yaml ? format.encoding.rawValue : OutputFormat.Encoding.json.rawValue
        var head = ResponseHead(status: status, contentType: type, headers: headers)
        head.isCompressible = true
        return .whole(head, [out])
    }

    /// The refusal of a request that accepts nothing that can be made without a Table; nil where it does.
    static func refusal(ofFormat request: APIRequest) -> APIResponse? {
        do throws(APIStatusError) {
            try RouteMedia.check(request)
            _ = try OutputFormat.negotiate(request, .plain)
            return nil
        } catch {
            return failure(error, request)
        }
    }

    /// What Go's HTTP server says of a path that nobody handles.
    static let pageNotFound = APIResponse.whole(
        ResponseHead(
            status: 404, contentType: "text/plain; charset=utf-8", headers: [("x-content-type-options", "nosniff")]),
        [Array("404 page not found\n".utf8)])

    /// `Warning` headers (RFC 7234) for what strict decoding and other rules have to say.
    static func warnings(_ texts: [String]) -> [(name: String, value: String)] {
        texts.map { text in
            var quoted = ""
            for character in text {
                if character == "\"" || character == "\\" { quoted.append("\\") }
                quoted.append(character.isNewline ? " " : character)
            }
            return ("warning", "299 - \"\(quoted)\"")
        }
    }
}
