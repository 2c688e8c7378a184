// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What a handler answers.
package enum APIResponse: Sendable {
    /// A body that is there already. Chunks are written as they are, so that stored bytes are not copied to be joined.
    case whole(ResponseHead, [[UInt8]])
    /// A body that comes over time (watch, logs). The producer returns, or throws, when it is over or `write` throws
    /// (the client has gone); the edge runs it in the request's own task.
    case stream(ResponseHead, @Sendable (any ResponseBodyWriter) async throws -> Void)
}

/// Status and headers of an answer.
package struct ResponseHead: Sendable {
    package var status: Int
    package var contentType: String
    /// Further headers; `content-length`, `date` and `content-type` are the edge's business.
    package var headers: [(name: String, value: String)]
    /// Whether a client that asks for gzip may get it; never a stream that is read while it is written.
    package var isCompressible = false

    package init(status: Int, contentType: String = "application/json", headers: [(name: String, value: String)] = []) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
    }
}

/// Where a streamed body goes.
package protocol ResponseBodyWriter: Sendable {
    /// Writes and flushes bytes; returns when the connection can take more (back-pressure).
    ///
    /// - Throws: where the connection is gone.
    func write(_ bytes: [UInt8]) async throws

    /// Writes all that a source gives; returns when the last of it is on its way.
    ///
    /// - Throws: where the connection is gone, or what the source throws.
    func write(_ source: some ResponseBodySource) async throws
}

/// Answers requests that were authenticated and authorized.
package protocol RequestHandler: Sendable {
    /// Never throws: every fault is a `Status` answer.
    func respond(to request: APIRequest) async -> APIResponse
}
