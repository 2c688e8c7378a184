// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Store
import Synchronization

/// A watch handler that writes down what it hears.
final class StoreWatchRecorder: Sendable {
    private struct State {
        var lines: [String] = []
        var changes: [StoreChange] = []
        var heard = Revision.zero
        var isEnded = false
        var waiters: [(revision: Revision, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// All changes heard, in order.
    var changes: [StoreChange] { state.withLock { $0.changes } }

    /// Whether the watch was ended by the store.
    var isEnded: Bool { state.withLock { $0.isEnded } }

    /// What was heard since the last call, one line each.
    func takeLines() -> [String] {
        state.withLock { state in
            defer { state.lines = [] }
            return state.lines
        }
    }

    /// Writes a notification down.
    func receive(_ notification: StoreNotification) {
        let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            switch notification {
            case .changes(let changes):
                state.changes += changes
                state.lines += changes.map(\.line)
                state.heard = changes.last?.revision ?? state.heard
            case .progress(let revision):
                state.lines.append("progress \(revision)")
                state.heard = revision
            case .ended(let error):
                state.lines.append("ended \(error.code)")
                state.isEnded = true
            }
            let (heard, isEnded) = (state.heard, state.isEnded)
            let ready = state.waiters.filter { $0.revision <= heard || isEnded }.map(\.continuation)
            state.waiters.removeAll { $0.revision <= heard || isEnded }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }

    /// Waits until everything up to `revision` was heard, or the watch has ended.
    func wait(for revision: Revision) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if revision <= state.heard || state.isEnded { return true }
                state.waiters.append((revision, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}

extension StoreChange {
    /// The change in one line.
    fileprivate var line: String {
        let now = bytes.map { "put \(key) \(String(decoding: $0, as: UTF8.self))" } ?? "delete \(key)"
        let before = previous.map { ", was \(String(decoding: $0.bytes, as: UTF8.self)) of \($0.modifyRevision)" } ?? ""
        return "\(revision) \(now)\(before)"
    }
}
