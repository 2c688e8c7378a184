// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc

/// Files of a test.
enum TextFile {
    struct Failure: Error {}

    static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw Failure() }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else { throw Failure() }
    }

    static func remove(_ path: String) { unlink(path) }
}
