// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import Testing

@testable import Kubelet

struct PauseProgramTests {
    @Test("both programs are ELF files of their machine, with the entry point right after the headers")
    func format() {
        for (architecture, machine) in [(PauseProgram.Architecture.amd64, UInt8(62)), (.arm64, 183)] {
            let bytes = PauseProgram(architecture).bytes
            #expect(Array(bytes.prefix(4)) == [0x7f, 0x45, 0x4c, 0x46] && bytes[18] == machine)
            #expect(Array(bytes[24..<32]) == [120, 0, 0x40, 0, 0, 0, 0, 0])
            #expect(bytes.count < 256 && bytes[96] == UInt8(bytes.count), "the segment is the whole file")
        }
    }

    @Test("the program of this machine runs, and ends with 0 on SIGTERM and SIGINT", arguments: [SIGTERM, SIGINT])
    func ends(_ signal: Int32) throws {
        var template = Array("/tmp/martlet-pause-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { HostFile.removeTree(directory) }
        let path = directory + "/pause"
        try HostFile.replace(path, with: PauseProgram(.current).bytes, mode: 0o755)
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
        defer { free(arguments[0]) }
        var pid: pid_t = 0
        // Another test of this process may be forking while the file was open for writing: the kernel then says ETXTBSY.
        var code = posix_spawn(&pid, path, nil, nil, arguments, nil)
        while code == ETXTBSY { code = posix_spawn(&pid, path, nil, nil, arguments, nil) }
        try #require(code == 0)
        // Sent before the program has blocked its signals, the signal would end it: wait until it sleeps in the kernel.
        while ProcessIdentity(livePid: pid) != nil,
            HostFile.readText("/proc/\(pid)/wchan")?.contains("sigtimedwait") != true,
            HostFile.readText("/proc/\(pid)/syscall")?.hasPrefix("128 ") != true,
            HostFile.readText("/proc/\(pid)/syscall")?.hasPrefix("137 ") != true
        { sched_yield() }
        kill(pid, signal)
        var status: Int32 = -1
        waitpid(pid, &status, 0)
        #expect(status == 0)
    }

    @Test("the image's archive is the same each time, and a layer's name is its hash")
    func archive() {
        let bytes = PauseImage.archive(.amd64).bytes
        #expect(bytes == PauseImage.archive(.amd64).bytes && bytes.count % 512 == 0)
        #expect(bytes != PauseImage.archive(.arm64).bytes)
        #expect(String(decoding: bytes.prefix(10), as: UTF8.self) == "oci-layout")
    }
}
