// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension StoreTransaction.Condition {
    /// Whether the condition holds.
    ///
    /// - Parameter lastWrite: when the present value of the key was written; nil where the key does not exist.
    func holds(lastWrite: Revision?) -> Bool {
        switch self {
        case .absent: lastWrite == nil
        case .present: lastWrite != nil
        case .unchanged(_, let since): lastWrite == since
        }
    }

    /// Why the condition does not hold for the present value of its key; nil where it holds.
    func failure(for current: StoredValue?) -> StoreError? {
        switch self {
        case .absent(let key):
            guard let current else { return nil }
            return StoreError(
                .conflict, "key exists already; read it and update it instead", key: key, current: current)
        case .present(let key):
            guard current == nil else { return nil }
            return StoreError(.conflict, "key does not exist; create it instead", key: key)
        case .unchanged(let key, let since):
            guard let current else {
                return StoreError(.conflict, "key does not exist any more; create it instead", key: key)
            }
            if current.modifyRevision == since { return nil }
            return StoreError(
                .conflict,
                "key was changed at revision \(current.modifyRevision), after \(since); read it and try again",
                key: key, current: current)
        }
    }
}

extension StoreError {
    /// The answer to every call after `close()`.
    static var closed: StoreError { StoreError(.closed, "the store is closed; open it again") }

    /// The answer to a read or watch older than the kept history.
    static func compacted(_ asked: Revision, oldest: Revision) -> StoreError {
        StoreError(.compacted, "revision \(asked) is compacted, the oldest kept is \(oldest); list again")
    }

    /// The answer to a read, watch or compaction at a revision that has not happened.
    static func future(_ asked: Revision, newest: Revision) -> StoreError {
        StoreError(.futureRevision, "revision \(asked) has not happened yet, the newest is \(newest); list again")
    }

    /// The answer to a transaction with too many steps.
    static var tooManyMutations: StoreError {
        StoreError(
            .full, "a transaction holds at most \(StoreTransaction.maximumMutations) mutations; split it into several")
    }
}
