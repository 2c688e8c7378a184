// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import FoundationEssentials
import Synchronization

/// A bearer token, read again from its file now and then.
final class TokenSource: Sendable {
    /// How long a token that was read is used. Tokens live for an hour and are rotated after 48 minutes.
    private static let lifetime = Duration.seconds(60)

    private let path: String
    private let timekeeper: Timekeeper
    private let known = Mutex<(token: String, readAt: Duration)?>(nil)

    init(path: String, timekeeper: Timekeeper) {
        self.path = path
        self.timekeeper = timekeeper
    }

    /// The token; the last one that could be read, if the file cannot be read now.
    func token() throws(TransportError) -> String {
        let now = timekeeper.elapsed
        let before = known.withLock { $0 }
        if let before, now - before.readAt < Self.lifetime { return before.token }
        guard let data = FileManager.default.contents(atPath: path) else {
            if let before { return before.token }
            throw TransportError(.invalid, "the token file \(path) cannot be read")
        }
        let text = String(decoding: data, as: UTF8.self)
        let token = String(text.filter { !$0.isWhitespace })
        known.withLock { $0 = (token, now) }
        return token
    }
}
