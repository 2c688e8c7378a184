// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

@testable import Kubelet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A directory that is removed with the value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = "/tmp/martlet-kubelet-\(getpid())-\(UInt64.random(in: .min ... .max))"
        try FileSystem.makeDirectory(path, mode: 0o700)
    }

    deinit {
        // what is left would be found by the next look at /tmp; there is nobody to tell here
        try? FileSystem.remove(path)
    }
}

/// Mounts nothing: memory file systems are plain directories.
struct FakeMounter: Mounter {
    func mountMemory(at path: String, bytes: Int64?) throws(FileError) {}
    func unmount(_ path: String) throws(FileError) {}
    func isMounted(_ path: String) -> Bool { false }
}
