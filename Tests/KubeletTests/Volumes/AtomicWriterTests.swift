// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Kubelet

struct AtomicWriterTests {
    static func file(_ path: String, _ text: String, mode: UInt32 = 0o644) -> VolumeFile {
        VolumeFile(path: path, data: Array(text.utf8), mode: mode)
    }

    @Test("files are seen through ..data, and all change at once")
    func swapping() throws {
        let directory = try TemporaryDirectory()
        let first = AtomicWriter(directory: directory.path, stamp: "1")
        #expect(try first.write([Self.file("a", "1"), Self.file("sub/b", "2")], group: nil))
        #expect(FileSystem.text(directory.path + "/a") == "1")
        #expect(FileSystem.text(directory.path + "/sub/b") == "2")
        #expect(FileSystem.linkTarget(directory.path + "/a") == "..data/a")
        let second = AtomicWriter(directory: directory.path, stamp: "2")
        #expect(try second.write([Self.file("a", "new")], group: nil))
        #expect(FileSystem.text(directory.path + "/a") == "new")
        #expect(FileSystem.list(directory.path) == ["..2", "..data", "a"])
    }

    @Test("nothing is written when nothing changed")
    func same() throws {
        let directory = try TemporaryDirectory()
        #expect(try AtomicWriter(directory: directory.path, stamp: "1").write([Self.file("a", "1")], group: nil))
        #expect(try !AtomicWriter(directory: directory.path, stamp: "2").write([Self.file("a", "1")], group: nil))
        #expect(FileSystem.linkTarget(directory.path + "/..data") == "..1")
    }

    @Test("paths that leave the volume are refused", arguments: ["/etc/passwd", "../x", "a/../../x", "..data", ""])
    func paths(_ path: String) {
        #expect(throws: WiringError.self) { try VolumeFiles.checkPath(path) }
    }
}
