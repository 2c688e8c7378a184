// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser
import Assembly
import Foundation

/// The life of the process around a role.
enum Process {
    /// Runs a role until it ends or the process is told to stop; a failure is one line on standard error and exit status 1.
    static func run(_ role: @escaping @Sendable () async throws -> Void) async throws {
        do {
            try await StopSignals.cancelling(role)
        } catch is CancellationError {
            return
        } catch let error as ExitCode {
            throw error
        } catch {
            FileHandle.standardError.write(Data("martlet: \(oneLine("\(error)"))\n".utf8))
            throw ExitCode.failure
        }
    }

    /// What others' parsers say over several lines, in one.
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }.joined(separator: " ")
    }
}
