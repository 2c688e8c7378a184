// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The program that holds a sandbox's namespaces: a static ELF file of some 200 bytes.
///
/// It blocks SIGINT, SIGTERM and SIGCHLD and then waits for them: on the first two it ends with 0, on the third it reaps
/// every child that has ended, as process 1 of a shared process namespace must. Blocked signals reach a process 1 that
/// has no handler for them, so it needs none.
///
/// - SeeAlso: sigwait(3), pid_namespaces(7), elf(5); the x86-64 and AAPCS64 Linux system call conventions.
public struct PauseProgram: Sendable {
    /// A processor that Martlet runs on, named as in image manifests.
    public enum Architecture: String, Sendable, CaseIterable {
        case amd64, arm64

        /// The one of this machine.
        public static var current: Architecture {
            #if arch(arm64)
            .arm64
            #else
            .amd64
            #endif
        }
    }

    /// The whole file.
    public let bytes: [UInt8]

    public init(_ architecture: Architecture) {
        switch architecture {
        case .amd64: bytes = Self.elf(machine: 62, code: Self.amd64)
        case .arm64: bytes = Self.elf(machine: 183, code: Self.arm64)
        }
    }

    /// Bits of SIGINT (2), SIGTERM (15) and SIGCHLD (17) in a signal set.
    private static let signals: UInt32 = 1 << 1 | 1 << 14 | 1 << 16

    /// One segment, read and executed, that begins with the headers themselves.
    private static func elf(machine: UInt16, code: [UInt8]) -> [UInt8] {
        let base: UInt64 = 0x40_0000
        let headers: UInt64 = 64 + 56
        let size = headers + UInt64(code.count)
        var file = Bytes()
        file.raw([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        file.u16(2)  // executable
        file.u16(machine)
        file.u32(1)
        file.u64(base + headers)  // entry
        file.u64(64)  // program headers
        file.u64(0)  // no sections
        file.u32(0)
        for value: UInt16 in [64, 56, 1, 0, 0, 0] { file.u16(value) }
        file.u32(1)  // loadable
        file.u32(5)  // read, execute
        for value in [0, base, base, size, size, 0x1_0000] { file.u64(value) }
        file.raw(code)
        return file.bytes
    }

    private static var amd64: [UInt8] {
        var code = Bytes()
        code.raw([0x68])
        code.u32(signals)  // push the set of signals
        code.raw([0x48, 0x89, 0xe6, 0x31, 0xff, 0x31, 0xd2])  // rsi = the set, edi = SIG_BLOCK, edx = no old set
        code.raw([0x6a, 8, 0x41, 0x5a, 0x6a, 14, 0x58, 0x0f, 0x05])  // r10 = 8 bytes; rt_sigprocmask
        let wait = code.bytes.count
        code.raw([0x48, 0x89, 0xe7, 0x31, 0xf6, 0x31, 0xd2])  // rdi = the set, no details, no time limit
        code.raw([0x6a, 8, 0x41, 0x5a, 0xb8])
        code.u32(128)
        code.raw([0x0f, 0x05])  // rt_sigtimedwait
        let toExit: UInt8 = 5 + 16 + 4 + 2
        code.raw([0x83, 0xf8, 2, 0x74, toExit, 0x83, 0xf8, 15, 0x74, toExit - 5])  // SIGINT, SIGTERM: exit
        let reap = code.bytes.count
        code.raw([0x6a, 0xff, 0x5f, 0x31, 0xf6, 0x6a, 1, 0x5a, 0x45, 0x31, 0xd2])  // any child, no status, WNOHANG
        code.raw([0x6a, 61, 0x58, 0x0f, 0x05, 0x85, 0xc0])  // wait4; anything there?
        code.raw([0x7f, UInt8(truncatingIfNeeded: reap - code.bytes.count - 2)])
        code.raw([0xeb, UInt8(truncatingIfNeeded: wait - code.bytes.count - 2)])
        code.raw([0x31, 0xff, 0xb8])
        code.u32(231)
        code.raw([0x0f, 0x05])  // exit_group(0)
        return code.bytes
    }

    private static var arm64: [UInt8] {
        func set(_ register: UInt32, _ value: UInt32) -> UInt32 { 0xd280_0000 | value << 5 | register }
        func branch(_ condition: UInt32, _ words: Int) -> UInt32 {
            0x5400_0000 | (UInt32(truncatingIfNeeded: words) & 0x7ffff) << 5 | condition
        }
        let svc: UInt32 = 0xd400_0001
        let equal: UInt32 = 0
        let greater: UInt32 = 12
        let start: [UInt32] = [
            set(1, signals & 0xffff), 0xf2a0_0000 | (signals >> 16) << 5 | 1,  // x1 = the set of signals
            0xf81f_0fe1, set(0, 0), 0x9100_03e1, set(2, 0), set(3, 8), set(8, 135), svc,  // push it; rt_sigprocmask
        ]
        let wait: [UInt32] = [
            0x9100_03e0, set(1, 0), set(2, 0), set(3, 8), set(8, 137), svc,  // rt_sigtimedwait
            0x7100_081f, branch(equal, 12), 0x7100_3c1f, branch(equal, 10),  // SIGINT, SIGTERM: exit
        ]
        let reap: [UInt32] = [
            0x9280_0000, set(1, 0), set(2, 1), set(3, 0), set(8, 260), svc,  // wait4(-1, none, WNOHANG, none)
            0x7100_001f, branch(greater, -7), 0x1400_0000 | (UInt32(truncatingIfNeeded: -18) & 0x3ff_ffff),
        ]
        var code = Bytes()
        for word in start + wait + reap + [set(0, 0), set(8, 94), svc] { code.u32(word) }
        return code.bytes
    }

    /// Little-endian numbers in a row.
    private struct Bytes {
        var bytes: [UInt8] = []

        mutating func raw(_ more: [UInt8]) { bytes += more }
        mutating func u16(_ value: UInt16) {
            raw([UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)])
        }
        mutating func u32(_ value: UInt32) {
            u16(UInt16(truncatingIfNeeded: value))
            u16(UInt16(truncatingIfNeeded: value >> 16))
        }
        mutating func u64(_ value: UInt64) {
            u32(UInt32(truncatingIfNeeded: value))
            u32(UInt32(truncatingIfNeeded: value >> 32))
        }
    }
}
