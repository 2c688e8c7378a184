// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// One running watch of an engine.
final class Watch: StoreWatch {
    typealias Handler = @Sendable (StoreNotification) -> Void

    /// Keeps a function out of generic storage: there each look at it would wrap it once more, for ever.
    private struct Boxed: Sendable { let call: Handler }

    /// Changes under it are wanted.
    let prefix: StoreKey
    /// Nil once the watch is over: what the handler holds is then let go.
    private let handler: Mutex<Boxed?>

    init(prefix: StoreKey, handler: @escaping Handler) {
        self.prefix = prefix
        self.handler = Mutex(Boxed(call: handler))
    }

    /// Whether the watch was neither cancelled nor ended.
    var isRunning: Bool { handler.withLock { $0 != nil } }

    func cancel() { _ = handler.withLock { $0.take() } }

    /// Delivers those of `changes` that lie under the prefix, and says how far the watch now is. The handler is called
    /// with no lock held.
    ///
    /// - Parameters:
    ///   - changes: all changes up to `revision` that were not looked at before, in order.
    ///   - revision: the newest revision looked at.
    /// - Returns: whether the watch still runs.
    @discardableResult
    func deliver(_ changes: [StoreChange], through revision: Revision) -> Bool {
        let wanted = changes.filter { $0.key.hasPrefix(prefix) }
        if !wanted.isEmpty, !deliver(.changes(wanted)) { return false }
        if let last = wanted.last, last.revision == revision { return true }
        return deliver(.progress(revision))
    }

    private func deliver(_ notification: StoreNotification) -> Bool {
        guard let handler = handler.withLock({ $0 }) else { return false }
        handler.call(notification)
        return true
    }

    /// Tells the handler that nothing more comes, and lets it go.
    func end(_ error: StoreError) {
        let last = handler.withLock { $0.take() }
        last?.call(.ended(error))
    }
}
