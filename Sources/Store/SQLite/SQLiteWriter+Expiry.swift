// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension SQLiteWriter {
    /// How many deadlines one batch looks at.
    private static var expiriesPerBatch: Int64 { 256 }

    /// Notes when a value has outlived its time.
    func setDeadline(of id: ChangeID, _ deadline: Duration) throws(StoreError) {
        let milliseconds = deadline.wholeMilliseconds
        try statements.addExpiry.bind(1, milliseconds)
        try statements.addExpiry.bind(2, id.rawValue)
        try statements.addExpiry.run()
        let rounded = Duration.milliseconds(milliseconds)
        progress.nextDeadline = min(progress.nextDeadline ?? rounded, rounded)
    }

    /// The earliest deadline in the database.
    func firstDeadline() throws(StoreError) -> Duration? {
        let statement = statements.firstExpiry
        defer { statement.reset() }
        return try statement.step() ? .milliseconds(statement.integer(0)) : nil
    }

    /// Deletes the keys that have outlived their time, each at a revision of its own. Values that were replaced or
    /// deleted meanwhile only lose their deadline.
    func expire() throws(StoreError) {
        let now = time.now
        guard let next = progress.nextDeadline, next <= now else { return }
        for (deadline, id) in try dueExpiries(at: now) {
            try statements.removeExpiry.bind(1, deadline)
            try statements.removeExpiry.bind(2, id.rawValue)
            try statements.removeExpiry.run()
            guard let key = try key(of: id) else { continue }
            lookedUp = nil
            guard try lookUp(key)?.id == id else { continue }
            try delete(key, try nextRevision(), 0)
        }
        progress.nextDeadline = try firstDeadline()
    }

    private func dueExpiries(at now: Duration) throws(StoreError) -> [(deadline: Int64, id: ChangeID)] {
        let statement = statements.dueExpiries
        try statement.bind(1, now.wholeMilliseconds)
        try statement.bind(2, Self.expiriesPerBatch)
        defer { statement.reset() }
        var due: [(deadline: Int64, id: ChangeID)] = []
        while try statement.step() { due.append((statement.integer(0), ChangeID(rawValue: statement.integer(1)))) }
        return due
    }

    private func key(of id: ChangeID) throws(StoreError) -> StoreKey? {
        try statements.keyOf.bind(1, id.rawValue)
        defer { statements.keyOf.reset() }
        return try statements.keyOf.step() ? statements.keyOf.key(0) : nil
    }
}

extension Duration {
    /// Milliseconds, rounded down. The engine's times all lie within a few hundred years of 1970, which fit by far.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
