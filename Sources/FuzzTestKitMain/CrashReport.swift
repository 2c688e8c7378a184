// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation

/// Says which input ended the process.
enum CrashReport {
    // Written by the one thread that runs inputs, read by the signal handler on that same thread.
    nonisolated(unsafe) static var target = 0
    nonisolated(unsafe) static var iteration: UInt64 = 0
    nonisolated(unsafe) private static var names: [StaticText] = []

    /// A name that a signal handler can write: no allocation, no lock.
    private struct StaticText {
        let start: UnsafeMutablePointer<UInt8>
        let count: Int

        init(_ text: String) {
            let bytes = Array(text.utf8)
            start = .allocate(capacity: max(bytes.count, 1))
            start.initialize(from: bytes, count: bytes.count)
            count = bytes.count
        }
    }

    /// A deep recursion leaves no stack for the handler: it gets one of its own.
    static func install(_ targets: [String]) {
        names = targets.map(StaticText.init)
        let size = 64 << 10
        var stack = stack_t()
        stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        stack.ss_size = size
        sigaltstack(&stack, nil)
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in CrashReport.tell() }
            action.sa_flags = SA_ONSTACK | Int32(bitPattern: UInt32(SA_RESETHAND))
            sigaction(number, &action, nil)
        }
    }

    private static func tell() {
        var line: (UInt64, UInt64, UInt64) = (0, 0, 0)  // 24 bytes for the digits
        withUnsafeMutableBytes(of: &line) { buffer in
            var at = buffer.count
            var rest = iteration
            repeat {
                at -= 1
                buffer[at] = UInt8(48 + rest % 10)
                rest /= 10
            } while rest > 0 && at > 0
            if target < names.count {
                write(STDOUT_FILENO, "CRASH in ", 9)
                write(STDOUT_FILENO, names[target].start, names[target].count)
            }
            write(STDOUT_FILENO, ", iteration ", 12)
            if let base = buffer.baseAddress { write(STDOUT_FILENO, base + at, buffer.count - at) }
            write(STDOUT_FILENO, "\n", 1)
        }
        _exit(3)
    }
}
