// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import Primitives
import Synchronization

/// The host's resolver configuration, read again whenever its file has changed.
final class HostResolver: Sendable {
    private struct State {
        var stamp: [Int]?
        var configuration = ResolverConfiguration()
    }

    private let path: String
    private let own: Set<NetworkAddress>
    private let state = Mutex(State())

    /// - Parameters:
    ///   - path: of a file in the form of `/etc/resolv.conf`.
    ///   - own: addresses of this cluster's own DNS.
    init(path: String, excluding own: Set<NetworkAddress>) {
        self.path = path
        self.own = own
    }

    /// The configuration now. A file that cannot be read names no servers.
    var current: ResolverConfiguration {
        state.withLock { state in
            var status = stat()
            guard stat(path, &status) == 0 else { return ResolverConfiguration() }
            let stamp = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_size), Int(status.st_ino)]
            if state.stamp != stamp {
                state.configuration = ResolverConfiguration(contents(), excluding: own)
                state.stamp = stamp
            }
            return state.configuration
        }
    }

    private func contents() -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        return String(decoding: buffer.prefix(fread(&buffer, 1, buffer.count, file)), as: UTF8.self)
    }
}
