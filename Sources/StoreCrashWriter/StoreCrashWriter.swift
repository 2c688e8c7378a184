// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Store

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Writes to a database from several tasks until it is killed, and says on standard output which writes were
/// acknowledged.
///
///     store-crash-writer DATABASE TASKS
///
/// Each line is `REVISION KEY VALUE`. The tests kill it with SIGKILL and look for every line in the database.
@main
enum StoreCrashWriter {
    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let tasks = Int(arguments[2]), tasks > 0 else {
            say("usage: store-crash-writer DATABASE TASKS\n", to: 2)
            exit(2)
        }
        do {
            try await run(on: SQLiteStore.open(path: arguments[1]), tasks: tasks)
        } catch {
            say("\(error)\n", to: 2)
            exit(1)
        }
    }

    /// Some keys are made once and some are written again and again; history is compacted while all of it goes on.
    private static func run(on store: SQLiteStore, tasks: Int) async throws {
        let run = store.currentRevision
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var number = 0
                    while true {
                        number += 1
                        let key = number % 2 == 0 ? "/same/\(task)" : "/new/\(run)/\(task)/\(number)"
                        let value = "\(run)-\(task)-\(number)-" + String(repeating: "x", count: 30 * (number % 100))
                        let revision = try await store.commit(
                            StoreTransaction(
                                conditions: [], mutations: [.put(StoreKey(key), Array(value.utf8), timeToLive: nil)]))
                        say("\(revision) \(key) \(value)\n", to: 1)
                        if number % 50 == 0 { try await store.compact(through: revision) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Writes a line with one call of the system, so that lines of several tasks do not mix: a pipe takes 4 KiB as one
    /// piece.
    private static func say(_ line: String, to descriptor: CInt) {
        var line = line
        let written = line.withUTF8 { write(descriptor, $0.baseAddress, $0.count) }
        if written < 0 { exit(0) }  // nobody reads any more
    }
}
