// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Carries requests to an API server: over HTTP, in the same process, or to a double in a test.
///
/// An answer with an error status is an answer, not an error: ``TransportError`` means that there is none.
public protocol Transport: Sendable {
    /// Sends a request and waits for the whole answer.
    func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse

    /// Sends a request whose answer comes over time: a watch, or logs that are followed.
    ///
    /// Where the status is not 2xx, the body is the `Status` object.
    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream
}

/// One request of the Kubernetes API.
public struct TransportRequest: Sendable {
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    public var method: Method
    /// The path, not percent-encoded, for example `/api/v1/namespaces/default/pods`.
    public var path: String
    /// The query in order, not percent-encoded.
    public var query: [(name: String, value: String)]
    /// Header fields; names in lower case.
    public var headers: [(name: String, value: String)]
    /// The whole body; empty for none.
    public var body: [UInt8]
    /// How long the whole answer may take; nil for the transport's own limit. Streams have none.
    public var timeout: Duration?

    public init(
        _ method: Method, _ path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = [], timeout: Duration? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }

    /// The first value of a query parameter.
    public func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }
    /// The first value of a header (name in lower case).
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// A whole answer.
public struct TransportResponse: Sendable {
    /// The HTTP status.
    public var status: Int
    /// Header fields; names in lower case.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header (name in lower case).
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    public var isSuccess: Bool { (200..<300).contains(status) }
}

/// An answer whose body comes over time.
public struct TransportStream: Sendable {
    /// The HTTP status.
    public var status: Int
    /// Header fields; names in lower case.
    public var headers: [(name: String, value: String)]
    /// The body in the pieces in which it arrives. Letting go of the iterator ends the request.
    public var body: ByteChunks

    public init(status: Int, headers: [(name: String, value: String)] = [], body: ByteChunks) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public var isSuccess: Bool { (200..<300).contains(status) }
}

/// Bytes that arrive over time. Only one iteration is possible.
public struct ByteChunks: AsyncSequence, Sendable {
    public typealias Element = [UInt8]

    private let makeNext: @Sendable () -> () async throws -> [UInt8]?

    /// Wraps any sequence of pieces.
    public init<Base: AsyncSequence & Sendable>(_ base: Base) where Base.Element == [UInt8] {
        makeNext = {
            var iterator = base.makeAsyncIterator()
            return { try await iterator.next(isolation: nil) }
        }
    }

    /// All pieces at once.
    public init(whole bytes: [UInt8]) {
        self.init(
            AsyncStream { continuation in
                if !bytes.isEmpty { continuation.yield(bytes) }
                continuation.finish()
            })
    }

    public func makeAsyncIterator() -> Iterator { Iterator(advance: makeNext()) }

    public struct Iterator: AsyncIteratorProtocol {
        let advance: () async throws -> [UInt8]?

        public mutating func next() async throws -> [UInt8]? { try await advance() }
    }

    /// Reads all that comes, up to `limit` bytes; what is beyond is dropped.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        var all: [UInt8] = []
        for try await piece in self {
            all.append(contentsOf: piece.prefix(limit - all.count))
            if all.count >= limit { break }
        }
        return all
    }
}
