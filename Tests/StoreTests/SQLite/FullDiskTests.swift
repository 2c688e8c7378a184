// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import Store
import Testing

/// A file system in memory, small enough to be filled.
private struct SmallDisk {
    let path: String

    /// Whether this process may mount anything.
    static var isPossible: Bool {
        get async {
            let mounted = try? await withTemporaryDirectory { path in
                try? await SmallDisk.with(path, megabytes: 1) { _ in true }
            }
            return (mounted ?? nil) ?? false
        }
    }

    struct Fault: Error { let code: CInt }

    static func with<Result>(
        _ path: String, megabytes: Int, _ body: (SmallDisk) async throws -> Result
    ) async throws -> Result {
        let disk = SmallDisk(path: path)
        try disk.mount(megabytes: megabytes, flags: 0)
        defer { _ = umount2(path, CInt(MNT_DETACH)) }
        return try await body(disk)
    }

    func grow(megabytes: Int) throws { try mount(megabytes: megabytes, flags: UInt(MS_REMOUNT)) }

    private func mount(megabytes: Int, flags: UInt) throws {
        let options = "size=\(megabytes)m"
        let code = options.withCString { Glibc.mount("tmpfs", path, "tmpfs", flags, $0) }
        guard code == 0 else { throw Fault(code: errno) }
    }
}

struct FullDiskTests {
    private func open(_ disk: SmallDisk) async throws -> SQLiteStore {
        try await SQLiteStore.open(path: "\(disk.path)/db/state.sqlite", options: .init())
    }

    private func put(_ number: Int) -> StoreTransaction {
        let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 100_000)
        return StoreTransaction(conditions: [], mutations: [.put(StoreKey("/\(number)"), value, timeToLive: nil)])
    }

    @Test(
        "a full disk refuses writes, loses none that was acknowledged, and takes more once there is room",
        .enabled("mounting a file system needs CAP_SYS_ADMIN") { await SmallDisk.isPossible })
    func full() async throws {
        try await withTemporaryDirectory { directory in
            try await SmallDisk.with(directory, megabytes: 4) { disk in
                let store = try await open(disk)
                var acknowledged: [String] = []
                var failure: StoreError?
                for number in 0..<100 where failure == nil {
                    do throws(StoreError) {
                        _ = try await store.commit(put(number))
                        acknowledged.append("/\(number)")
                    } catch { failure = error }
                }
                #expect(failure?.code == .full)
                #expect(acknowledged.count > 5)
                #expect(try await store.get("/0") != nil)

                try disk.grow(megabytes: 32)
                _ = try await store.commit(put(1_000))
                await store.close()
                let again = try await open(disk)
                let present = try await again.list(StoreQuery(prefix: "/")).values.map(\.key.text)
                #expect(Set(present) == Set(acknowledged + ["/1000"]))
                await again.close()
            }
        }
    }
}
