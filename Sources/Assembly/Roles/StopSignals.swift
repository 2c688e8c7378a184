// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Dispatch
import Glibc

/// SIGINT and SIGTERM end a role in order.
public enum StopSignals {
    /// Runs `role`; the first signal cancels it. A second one ends the process at once.
    public static func cancelling(_ role: @escaping @Sendable () async throws -> Void) async throws {
        // A client that goes away while it is written to must not end the process.
        signal(SIGPIPE, SIG_IGN)
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                continuation.yield()
                signal(number, SIG_DFL)
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await role()
                return true
            }
            group.addTask {
                for await _ in signals { break }
                return false
            }
            let isOver = try await group.next() ?? true
            group.cancelAll()
            if !isOver { while try await group.next() == false {} }
        }
    }
}
