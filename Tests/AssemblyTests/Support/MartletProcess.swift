// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Synchronization

/// A run of the program that was built beside the tests.
final class MartletProcess: Sendable {
    private let process: Process
    private let output: String
    private let ended: AsyncStream<Int32>
    private let state = Mutex<Int32?>(nil)

    static let program: String = {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appendingPathComponent("martlet").path
    }()

    var pid: Int32 { process.processIdentifier }
    /// What it has said on standard error until now.
    var said: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    /// - Parameters:
    ///   - shell: is run first; `exec "$@"` in it runs the program. For mounts of the process's own.
    init(_ arguments: [String], in scratch: Scratch, shell: String? = nil) throws {
        output = "\(scratch.path)/output-\(UInt32.random(in: 0 ... .max))"
        try Data().write(to: URL(fileURLWithPath: output))
        let command = [Self.program] + arguments
        process = Process()
        if let shell {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["unshare", "-m", "sh", "-ec", shell, "sh"] + command
        } else {
            process.executableURL = URL(fileURLWithPath: Self.program)
            process.arguments = arguments
        }
        let file = FileHandle(forWritingAtPath: output)
        process.standardError = file
        process.standardOutput = file
        process.standardInput = FileHandle.nullDevice
        let (ended, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.ended = ended
        process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Waits for the end; to be called once.
    ///
    /// - Returns: the exit status.
    func waitForEnd() async -> Int32 {
        for await status in ended { return status }
        return -1
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Ends it in order, and waits.
    func stop() async {
        signal(SIGTERM)
        _ = await waitForEnd()
    }

    /// Processes and mounts that name a path: what was left behind.
    static func traces(of path: String) -> [String] {
        var found: [String] = []
        for pid in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(pid) != nil {
            let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            if String(decoding: line, as: UTF8.self).contains(path) { found.append("process \(pid)") }
        }
        let mounts = FileManager.default.contents(atPath: "/proc/self/mounts") ?? Data()
        for line in String(decoding: mounts, as: UTF8.self).split(separator: "\n") where line.contains(path) {
            found.append(String(line))
        }
        return found
    }
}
