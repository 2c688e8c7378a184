// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

/// What of a log is asked for.
///
/// - SeeAlso: `PodLogOptions` of `core/v1`.
struct LogOptions: Sendable, Equatable {
    var follow = false
    var isPrevious = false
    var withTimestamps = false
    /// The last so many lines; nil for all.
    var tailLines: Int?
    /// Lines from then on; nil for all.
    var since: Time?
    /// At most so many bytes; nil for all.
    var limitBytes: Int?
    /// `Stdout` or `Stderr`; nil for both.
    var stream: String?

    init() {}

    /// - Parameter now: for `sinceSeconds`.
    init(_ request: KubeletRequest, now: Time) {
        follow = request.flag("follow")
        isPrevious = request.flag("previous")
        withTimestamps = request.flag("timestamps")
        tailLines = request.value("tailLines").flatMap { Int($0) }.map { max(0, $0) }
        limitBytes = request.value("limitBytes").flatMap { Int($0) }.map { max(0, $0) }
        if let seconds = request.value("sinceSeconds").flatMap({ Int64($0) }) {
            since = now.adding(.seconds(-max(0, min(seconds, 1 << 40))))
        }
        if let text = request.value("sinceTime"), let time = Time(text) { since = time }
        if let stream = request.value("stream"), stream != "All" { self.stream = stream }
    }
}

/// Reads a container's log, and goes on as long as the container writes if that is asked for.
struct LogReader: Sendable {
    var path: String
    var options: LogOptions
    var timekeeper: Timekeeper

    private struct Position {
        var carry: [UInt8] = []
        var left: Int
        var midLine = false
    }

    /// - Parameters:
    ///   - isRunning: whether the container may still write.
    ///   - write: takes pieces of the log.
    func read(
        isRunning: @Sendable () async -> Bool, write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        guard var file = LogFile(path) else { return }
        var position = Position(left: options.limitBytes ?? .max)
        if let lines = options.tailLines { file.seekToTail(lines: lines) }
        while position.left > 0 {
            let bytes = file.next()
            if !bytes.isEmpty {
                let output = take(bytes, &position)
                if !output.isEmpty { try await write(output) }
                continue
            }
            guard options.follow else { break }
            try Task.checkCancellation()
            // asked before the last look, so that what is written at the very end is not missed
            let mayWrite = await isRunning()
            if let next = file.afterRotation(path) {
                file = next
                continue
            }
            let rest = file.next()
            if !rest.isEmpty {
                let output = take(rest, &position)
                if !output.isEmpty { try await write(output) }
                continue
            }
            guard mayWrite else { break }
            try await timekeeper.sleep(for: .milliseconds(100))
        }
    }

    private func take(_ bytes: [UInt8], _ position: inout Position) -> [UInt8] {
        var output: [UInt8] = []
        position.carry += bytes
        var rest = position.carry[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[rest.startIndex..<end]
            rest = rest[(end + 1)...]
            guard let parsed = LogLine(line), isWanted(parsed) else { continue }
            output += parsed.output(withTimestamp: options.withTimestamps && !position.midLine)
            position.midLine = !parsed.isWhole
        }
        position.carry = Array(rest)
        let limited = output.prefix(position.left)
        position.left -= limited.count
        return Array(limited)
    }

    private func isWanted(_ line: LogLine) -> Bool {
        if let stream = options.stream, (stream == "Stderr") != line.isStandardError { return false }
        guard let since = options.since, let time = Time(line.timestamp) else { return true }
        return time >= since
    }
}
