// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The newest change of a key, as the writer needs it.
struct NewestChange {
    var id: ChangeID
    var createRevision: Revision
    /// Read only where somebody watches; nil for a deletion.
    var bytes: [UInt8]?

    /// The change as the value before the next one.
    func value(of key: StoreKey) -> StoredValue? {
        bytes.map { StoredValue(key: key, bytes: $0, createRevision: createRevision, modifyRevision: id.revision) }
    }
}

extension SQLiteWriter {
    /// Adds a transaction to the present batch.
    ///
    /// - Returns: its revision, or why it was refused; then nothing of it is in the batch.
    /// - Throws: where the database failed: the whole batch is lost.
    func apply(_ transaction: StoreTransaction) throws(StoreError) -> Answer {
        if transaction.mutations.count > StoreTransaction.maximumMutations { return .failure(.tooManyMutations) }
        lookedUp = nil
        for condition in transaction.conditions {
            let newest = try lookUp(condition.key)
            let lastWrite = newest.flatMap { $0.id.isDeletion ? nil : $0.id.revision }
            if condition.holds(lastWrite: lastWrite) { continue }
            if let failure = condition.failure(for: try reader.value(of: condition.key)) { return .failure(failure) }
        }
        let revision = try nextRevision()
        for (position, mutation) in transaction.mutations.enumerated() {
            switch mutation {
            case .put(let key, let bytes, let timeToLive):
                try put(key, bytes, timeToLive: timeToLive, revision, position)
            case .delete(let key): try delete(key, revision, position)
            }
        }
        return .success(revision)
    }

    /// Counts the revision up.
    func nextRevision() throws(StoreError) -> Revision {
        guard progress.revision < ChangeID.greatestRevision else {
            throw StoreError(.full, "no revisions are left in \(connection.path); move the cluster to a new database")
        }
        progress.revision = Revision(progress.revision.rawValue + 1)
        return progress.revision
    }

    private func put(
        _ key: StoreKey, _ bytes: [UInt8], timeToLive: Duration?, _ revision: Revision, _ position: Int
    ) throws(StoreError) {
        let newest = try lookUp(key)
        let present = newest.flatMap { $0.id.isDeletion ? nil : $0 }
        let id = ChangeID(revision, position: position, isDeletion: false)
        let created = present?.createRevision ?? revision
        let insert = statements.insert
        try insert.bind(1, id.rawValue)
        try insert.bind(2, key)
        try insert.bind(3, Int64(created.rawValue))
        try insert.bind(4, newest?.id.rawValue ?? 0)
        try bytes.withUnsafeBufferPointer { (buffer) throws(StoreError) in
            try insert.bindInPlace(5, buffer)
            try insert.run()
        }
        if let timeToLive { try setDeadline(of: id, time.deadline(after: timeToLive)) }
        note(StoreChange(revision: revision, key: key, bytes: bytes, previous: present?.value(of: key)))
        lookedUp = (key, NewestChange(id: id, createRevision: created, bytes: bytes))
    }

    /// Adds the deletion of a key to the present batch, where the key exists.
    func delete(_ key: StoreKey, _ revision: Revision, _ position: Int) throws(StoreError) {
        guard let present = try lookUp(key), !present.id.isDeletion else { return }
        let id = ChangeID(revision, position: position, isDeletion: true)
        let insert = statements.insert
        try insert.bind(1, id.rawValue)
        try insert.bind(2, key)
        try insert.bind(3, Int64(present.createRevision.rawValue))
        try insert.bind(4, present.id.rawValue)
        try insert.bindNull(5)
        try insert.run()
        note(StoreChange(revision: revision, key: key, bytes: nil, previous: present.value(of: key)))
        lookedUp = (key, NewestChange(id: id, createRevision: present.createRevision, bytes: nil))
    }

    private func note(_ change: StoreChange) {
        if !watches.isEmpty { changes.append(change) }
    }

    /// The newest change of a key, with its bytes where somebody watches.
    func lookUp(_ key: StoreKey) throws(StoreError) -> NewestChange? {
        if let lookedUp, lookedUp.key == key { return lookedUp.newest }
        let statement = statements.newest
        try statement.bind(1, key)
        defer { statement.reset() }
        var newest: NewestChange?
        if try statement.step() {
            let id = ChangeID(rawValue: statement.integer(0))
            newest = NewestChange(
                id: id, createRevision: Revision(UInt64(max(0, statement.integer(1)))),
                bytes: id.isDeletion || watches.isEmpty ? nil : statement.bytes(2))
        }
        lookedUp = (key, newest)
        return newest
    }
}
