// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Streaming
import Synchronization

/// Compresses large answers for clients that ask for gzip.
///
/// - SeeAlso: `APIResponseCompression` of kube-apiserver, with its limit and level.
enum AnswerCompression {
    /// Smaller bodies are not worth the time.
    private static let minimum = 128 << 10

    static func apply(_ answer: APIResponse, to request: EdgeRequest) -> APIResponse {
        var head = answer.head
        guard head.isCompressible, head.status == 200, accepts(request) else { return answer }
        head.headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        switch answer {
        case .whole(_, let chunks):
            guard chunks.reduce(0, { $0 + $1.count }) > minimum else { return answer }
            let stream = GzipStream()
            do {
                var out = try chunks.map { chunk throws(StreamingError) in try stream.add(chunk) }
                out.append(try stream.finish())
                return .whole(head, out)
            } catch {
                return answer  // as it is, it is as good
            }
        case .stream(_, let produce):
            return .stream(head) { writer in
                let writer = CompressingWriter(writer)
                try await produce(writer)
                try await writer.finish()
            }
        }
    }

    private static func accepts(_ request: EdgeRequest) -> Bool {
        guard let header = request.header("accept-encoding") else { return false }
        return header.split(separator: ",").contains { $0.filter { $0 != " " } == "gzip" }
    }
}

/// Compresses what a producer writes.
private final class CompressingWriter: ResponseBodyWriter {
    private let writer: any ResponseBodyWriter
    // A producer writes one piece after the other, so that the lock is never waited for.
    private let stream = Mutex(GzipStream())

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    func write(_ bytes: [UInt8]) async throws {
        let out = try stream.withLock { try $0.add(bytes) }
        if !out.isEmpty { try await writer.write(out) }
    }

    func finish() async throws {
        let out = try stream.withLock { try $0.finish() }
        try await writer.write(out)
    }
}
