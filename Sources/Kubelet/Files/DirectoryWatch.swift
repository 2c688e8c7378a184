// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Dispatch
import Glibc

/// Tells when something in a directory changes, or a file does (inotify(7)).
final class DirectoryWatch: Sendable {
    /// One element for each change, or for several that come together.
    let changes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    // libdispatch's sources may be used from any thread; Linux's overlay just does not say so.
    nonisolated(unsafe) private let source: any DispatchSourceRead

    /// Nil where the path does not exist or the kernel has no watches left: then somebody has to look now and then.
    init?(_ path: String) {
        let descriptor = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        let kinds = UInt32(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB)
        guard inotify_add_watch(descriptor, path, kinds) >= 0 else {
            close(descriptor)
            return nil
        }
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.changes = changes
        self.continuation = continuation
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
        source.setEventHandler {
            // What exactly has changed does not matter: everything is looked at again.
            var buffer = [UInt8](repeating: 0, count: 4096)
            while read(descriptor, &buffer, buffer.count) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
    }

    /// Ends ``changes``.
    func end() {
        continuation.finish()
        source.cancel()
    }

    deinit { source.cancel() }
}
