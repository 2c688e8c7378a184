// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Store

/// Runs a script against a store and compares what it prints.
///
/// A line that starts with `> ` is a command; the lines below it are what it must print.
///
///     > put /a one [ttl=SECONDS]
///     > delete /a
///     > commit absent=/a present=/b unchanged=/c@3 put=/a:one delete=/b
///     > get /a
///     > list /prefix [after=/a] [limit=2] [at=5]
///     > watch NAME /prefix after=3
///     > heard NAME
///     > cancel NAME
///     > compact 5
///     > advance SECONDS
///     > await REVISION
///     > revisions
///     > close
///     > breakpoint
struct StoreScenario {
    let store: any Store
    let clock: ManualClock
    private var watches: [String: any StoreWatch] = [:]
    private var recorders: [String: StoreWatchRecorder] = [:]

    init(store: any Store, clock: ManualClock) {
        self.store = store
        self.clock = clock
    }

    /// Runs a whole script.
    ///
    /// - Throws: ``StoreContract/Failure`` with all that was printed where that differs from the script.
    func check(_ script: String) async throws {
        var scenario = self
        var printed: [String] = []
        for line in script.split(separator: "\n") where line.hasPrefix("> ") {
            printed.append(String(line))
            printed += try await scenario.run(line.dropFirst(2).split(separator: " ").map(String.init))
        }
        let actual = printed.joined(separator: "\n")
        if actual != script {
            throw StoreContract.Failure(description: "the script says\n\(script)\nbut it went\n\(actual)")
        }
    }

    private mutating func run(_ words: [String]) async throws -> [String] {
        let words = Words(words)
        do {
            return try await run(words)
        } catch let error as StoreError {
            let present = error.code == .conflict ? ": " + Self.describe(error.current, of: error.key ?? "") : ""
            return ["\(error.code)\(present)"]
        }
    }

    private mutating func run(_ words: Words) async throws -> [String] {
        switch words.command {
        case "put", "delete", "commit": return ["revision \(try await store.commit(words.transaction()))"]
        case "get":
            let key = StoreKey(try words.plain(1))
            return [Self.describe(try await store.get(key), of: key)]
        case "list": return try await list(words)
        case "watch":
            let recorder = StoreWatchRecorder()
            let after = try words.revision("after") ?? .zero
            watches[try words.plain(1)] = try await store.watch(
                prefix: StoreKey(words.plain(2)), after: after, handler: recorder.receive)
            recorders[try words.plain(1)] = recorder
            return []
        case "heard": return recorders[try words.plain(1)]?.takeLines() ?? ["no such watch"]
        case "cancel": watches[try words.plain(1)]?.cancel()
        case "compact": try await store.compact(through: Revision(words.number(1)))
        case "advance": clock.advance(by: .seconds(Int64(try words.number(1))))
        case "await": try await wait(for: Revision(words.number(1)))
        case "revisions": return ["newest \(store.currentRevision), compacted \(store.compactedRevision)"]
        case "close": await store.close()
        case "breakpoint": break
        default: throw StoreContract.Failure(description: "unknown command \(words.command)")
        }
        return []
    }

    private func list(_ words: Words) async throws -> [String] {
        let page = try await store.list(
            StoreQuery(
                prefix: StoreKey(words.plain(1)), after: words["after"].map { StoreKey($0) },
                limit: words["limit"].flatMap { Int($0) }, revision: words.revision("at")))
        return page.values.map { Self.describe($0, of: $0.key) } + ["revision \(page.revision), \(page.remaining) more"]
    }

    /// Waits until the store has done something by itself.
    private func wait(for revision: Revision) async throws {
        let recorder = StoreWatchRecorder()
        let watch = try await store.watch(prefix: "", after: store.currentRevision, handler: recorder.receive)
        await recorder.wait(for: revision)
        watch.cancel()
    }

    private static func describe(_ value: StoredValue?, of key: StoreKey) -> String {
        guard let value else { return "\(key) does not exist" }
        let text = String(decoding: value.bytes, as: UTF8.self)
        return "\(value.key) = \(text) (created \(value.createRevision), modified \(value.modifyRevision))"
    }
}

/// The words of one command: plain ones and `name=value`.
private struct Words {
    private let words: [String]

    init(_ words: [String]) { self.words = words }

    var command: String { words.first ?? "" }

    func plain(_ index: Int) throws -> String {
        guard index < words.count else {
            throw StoreContract.Failure(description: "\(words): word \(index) is missing")
        }
        return words[index]
    }

    func number(_ index: Int) throws -> UInt64 {
        guard let number = UInt64(try plain(index)) else {
            throw StoreContract.Failure(description: "\(words): word \(index) is no number")
        }
        return number
    }

    subscript(name: String) -> String? {
        words.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    func revision(_ name: String) throws -> Revision? {
        guard let text = self[name] else { return nil }
        guard let number = UInt64(text) else { throw StoreContract.Failure(description: "\(text) is no revision") }
        return Revision(number)
    }

    /// The transaction of `put`, `delete` or `commit`.
    func transaction() throws -> StoreTransaction {
        var transaction = StoreTransaction(conditions: [], mutations: [])
        switch command {
        case "put":
            let timeToLive = self["ttl"].flatMap { Int64($0) }.map { Duration.seconds($0) }
            transaction.mutations = [.put(StoreKey(try plain(1)), Array(try plain(2).utf8), timeToLive: timeToLive)]
        case "delete": transaction.mutations = [.delete(StoreKey(try plain(1)))]
        default: for word in words.dropFirst() { try Self.add(word, to: &transaction) }
        }
        return transaction
    }

    private static func add(_ word: String, to transaction: inout StoreTransaction) throws {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        let details = parts.last.map { $0.split(whereSeparator: { $0 == ":" || $0 == "@" }).map(String.init) } ?? []
        guard parts.count == 2, let first = details.first else {
            throw StoreContract.Failure(description: "\(word) is no part of a transaction")
        }
        let key = StoreKey(first)
        let second = details.count > 1 ? details[1] : ""
        switch parts[0] {
        case "absent": transaction.conditions.append(.absent(key))
        case "present": transaction.conditions.append(.present(key))
        case "unchanged": transaction.conditions.append(.unchanged(key, since: Revision(UInt64(second) ?? 0)))
        case "put": transaction.mutations.append(.put(key, Array(second.utf8), timeToLive: nil))
        case "delete": transaction.mutations.append(.delete(key))
        default: throw StoreContract.Failure(description: "\(word) is no part of a transaction")
        }
    }
}
