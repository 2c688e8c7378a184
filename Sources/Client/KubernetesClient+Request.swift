// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
public import Wire

extension KubernetesClient {
    static let json: [(name: String, value: String)] = [("content-type", "application/json")]

    static func path<T: RESTObject>(of object: T, subresource: String? = nil) -> String {
        ResourcePath(T.resource).object(
            namespace: object.metadata.namespace, name: object.metadata.name, subresource: subresource)
    }

    func send<Body: TopLevelObject, Answer: WireValue>(
        _ method: TransportRequest.Method, _ body: Body, to path: String, _ options: WriteQuery
    ) async throws(ClientError) -> Answer {
        try await perform(
            TransportRequest(
                method, path, query: options.parameters, headers: Self.json, body: JSONCoding.encode(body)))
    }

    /// Sends a request and decodes the answer.
    public func perform<Answer: WireValue>(_ request: TransportRequest) async throws(ClientError) -> Answer {
        let response = try await performRaw(request)
        do {
            return try JSONCoding.decode(Answer.self, from: response.body)
        } catch {
            throw ClientError(
                .decoding, "\(request.method.rawValue) \(request.path): the answer is not a \(Answer.self): \(error)",
                httpStatus: response.status, cause: error)
        }
    }

    /// Sends a request; any status but 2xx is thrown.
    @discardableResult
    public func performRaw(_ request: TransportRequest) async throws(ClientError) -> TransportResponse {
        let response: TransportResponse
        do {
            response = try await transport.send(identified(request))
        } catch {
            throw ClientError(error, during: request)
        }
        guard response.isSuccess else { throw ClientError(response, to: request) }
        return response
    }

    /// Opens a stream; any status but 2xx is thrown.
    public func performStream(_ request: TransportRequest) async throws(ClientError) -> ByteChunks {
        let stream: TransportStream
        do {
            stream = try await transport.stream(identified(request))
        } catch {
            throw ClientError(error, during: request)
        }
        if stream.isSuccess { return stream.body }
        let body: [UInt8]
        do {
            body = try await stream.body.collect(upTo: 1 << 20)
        } catch {
            // The status line said already that the request was refused: report that, with what there is of the text.
            body = []
        }
        throw ClientError(TransportResponse(status: stream.status, headers: stream.headers, body: body), to: request)
    }

    private func identified(_ request: TransportRequest) -> TransportRequest {
        var request = request
        if request.header("user-agent") == nil { request.headers.append(("user-agent", userAgent)) }
        if request.header("accept") == nil { request.headers.append(("accept", "application/json")) }
        return request
    }
}
