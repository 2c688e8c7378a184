// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The mounts that the kubelet makes itself.
protocol Mounter: Sendable {
    /// Mounts a file system in memory.
    ///
    /// - Parameter bytes: its limit; nil for the kernel's default, half of the memory.
    func mountMemory(at path: String, bytes: Int64?) throws(FileError)
    /// Succeeds where nothing is mounted.
    func unmount(_ path: String) throws(FileError)
    /// Whether something is mounted there.
    func isMounted(_ path: String) -> Bool
}

/// Asks the kernel.
struct SystemMounter: Mounter {
    func mountMemory(at path: String, bytes: Int64?) throws(FileError) {
        let options = bytes.map { "size=\($0)" } ?? ""
        let result = mount("tmpfs", path, "tmpfs", 0, options)
        if result != 0 { throw FileError(call: "mount \(path)", code: errno) }
    }

    func unmount(_ path: String) throws(FileError) {
        if umount2(path, Int32(UMOUNT_NOFOLLOW)) == 0 || errno == EINVAL || errno == ENOENT { return }
        if errno == EBUSY, umount2(path, Int32(MNT_DETACH)) == 0 { return }
        throw FileError(call: "umount \(path)", code: errno)
    }

    func isMounted(_ path: String) -> Bool {
        var own = stat(), above = stat()
        guard stat(path, &own) == 0, stat(path + "/..", &above) == 0 else { return false }
        return own.st_dev != above.st_dev
    }
}
