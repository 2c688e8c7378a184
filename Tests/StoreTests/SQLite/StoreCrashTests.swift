// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Store
import Testing

/// No acknowledged write is lost, whenever the process dies.
@Suite(.serialized)
struct StoreCrashTests {
    /// One line of the writer: an acknowledged write.
    private struct Acknowledgement: Equatable {
        var revision: Revision
        var key: StoreKey
        var value: String

        init?(_ line: Substring) {
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, let revision = UInt64(parts[0]) else { return nil }
            self.revision = Revision(revision)
            key = StoreKey(String(parts[1]))
            value = String(parts[2])
        }
    }

    @Test("after kill -9 at any moment every acknowledged revision is there")
    func killed() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/db/state.sqlite"
            var all: [Acknowledgement] = []
            for round in 0..<12 {
                let seen = try runUntilKilled(path: path, acknowledgements: .random(in: 1...400))
                #expect(!seen.isEmpty, "round \(round)")
                all += seen
                try await check(all, path: path)
            }
            #expect(Set(all.map(\.revision)).count == all.count, "a revision was acknowledged twice")
        }
    }

    /// Lets the writer run until it has acknowledged so many writes, then kills it.
    ///
    /// - Returns: all that it had acknowledged when it died.
    private func runUntilKilled(path: String, acknowledgements count: Int) throws -> [Acknowledgement] {
        let writer = try #require(WriterProcess(database: path, tasks: 16))
        var output: [UInt8] = []
        var lines = 0
        while lines < count {
            guard let piece = writer.read() else { break }
            lines += piece.count { $0 == UInt8(ascii: "\n") }
            output += piece
        }
        writer.kill()
        while let piece = writer.read() { output += piece }
        #expect(writer.waitForEnd() == SIGKILL, "the writer ended by itself")
        // A line that is not complete was not acknowledged.
        let complete = output.prefix(upTo: (output.lastIndex(of: UInt8(ascii: "\n")) ?? 0))
        return String(decoding: complete, as: UTF8.self).split(separator: "\n").compactMap(Acknowledgement.init)
    }

    private func check(_ all: [Acknowledgement], path: String) async throws {
        let store = try await SQLiteStore.open(path: path)
        let newest = all.map(\.revision).max() ?? .zero
        #expect(store.currentRevision >= newest)
        let page = try await store.list(StoreQuery(prefix: "/"))
        let values = Dictionary(uniqueKeysWithValues: page.values.map { ($0.key, $0) })
        for one in all {
            guard let value = values[one.key], value.modifyRevision >= one.revision else {
                Issue.record("lost: revision \(one.revision) of \(one.key)")
                continue
            }
            // Keys under /same are written again and again: a later write may have replaced the acknowledged one.
            if one.key.hasPrefix("/new/") || value.modifyRevision == one.revision {
                #expect(value.modifyRevision == one.revision)
                #expect(value.bytes == Array(one.value.utf8))
            }
        }
        await store.close()
    }
}

/// The program that writes until it is killed, and the pipe that it talks into.
private final class WriterProcess {
    private let process: pid_t
    private let output: CInt

    /// Starts the program that was built beside the tests; nil where that fails.
    init?(database: String, tasks: Int) {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let program = tests.deletingLastPathComponent().appendingPathComponent("store-crash-writer").path
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        let words: [String] = [program, database, String(tasks)]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { (word: String) in strdup(word) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let result = posix_spawn(&process, program, &actions, nil, &arguments, environ)
        close(ends[1])
        guard result == 0 else {
            close(ends[0])
            return nil
        }
        self.process = process
        output = ends[0]
    }

    deinit { close(output) }

    /// The next bytes; nil at the end.
    func read() -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, Foundation.read(output, buffer.baseAddress, buffer.count))
        }
        return bytes.isEmpty ? nil : bytes
    }

    func kill() { _ = Foundation.kill(process, SIGKILL) }

    /// Waits for the end of the process.
    ///
    /// - Returns: the signal that ended it, 0 where it ended by itself.
    func waitForEnd() -> CInt {
        var status: CInt = 0
        waitpid(process, &status, 0)
        return status & 0x7F
    }
}
