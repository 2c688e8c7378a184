// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import Glibc

/// What tells a process from all others since the host started: numbers alone are used again.
struct ProcessIdentity: Equatable, Sendable {
    var pid: Int32
    /// Clock ticks between the host's start and the process's.
    var startTime: UInt64
    /// The host's start.
    var bootID: String

    init(pid: Int32, startTime: UInt64, bootID: String) {
        self.pid = pid
        self.startTime = startTime
        self.bootID = bootID
    }

    /// The process that has this number now.
    init?(livePid pid: Int32) {
        guard let stat = HostFile.readText("/proc/\(pid)/stat"), let startTime = Self.startTime(stat: stat) else {
            return nil
        }
        self.init(pid: pid, startTime: startTime, bootID: Self.currentBootID)
    }

    /// Field 22 of `/proc/PID/stat`; the name in field 2 may contain anything, so counting starts after its last bracket.
    /// Nil for zombies too: they have ended.
    static func startTime(stat: String) -> UInt64? {
        guard let bracket = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[bracket...].split(separator: " ")
        guard fields.count > 20, fields[1] != "Z", fields[1] != "X" else { return nil }
        return UInt64(fields[20])
    }

    static var currentBootID: String {
        let text = HostFile.readText("/proc/sys/kernel/random/boot_id") ?? ""
        return String(text.prefix { $0 != "\n" })
    }

    /// The line of a pid file.
    var text: String { "\(pid) \(startTime) \(bootID)\n" }

    init?(text: String) {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard parts.count == 3, let pid = Int32(parts[0]), pid > 1, let startTime = UInt64(parts[1]) else { return nil }
        self.init(pid: pid, startTime: startTime, bootID: String(parts[2]))
    }

    /// Whether exactly this process still runs.
    var isAlive: Bool { ProcessIdentity(livePid: pid) == self }
}
