// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Testing

/// Files above 500 lines, listed by name; the list may only shrink.
struct SizeTests {
    static let limit = 500

    /// Files that are over the limit today, with the lines they had when they were listed.
    static let known: [String: Int] = [:]

    @Test("no file is longer than 500 lines but those listed, and those do not grow")
    func sizes() throws {
        var faults: [String] = []
        for folder in ["Sources", "Tests", "Plugins"] {
            for path in Repository.files(folder, ".swift") where !path.contains("/Generated/") {
                let count = try Repository.lines(path).count
                if count > Self.known[path] ?? Self.limit { faults.append("\(path): \(count) lines") }
            }
        }
        for (path, _) in Self.known where try Repository.lines(path).count <= Self.limit {
            faults.append("\(path): no longer over the limit; take it off the list")
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    @Test("every Swift file starts with the licence header")
    func headers() throws {
        var faults: [String] = []
        for folder in ["Sources", "Tests", "Plugins"] {
            for path in Repository.files(folder, ".swift") where !path.contains("/Generated/") {
                let lines = try Repository.lines(path)
                if lines.count < 2 || lines[0] != "// SPDX-License-Identifier: Apache-2.0"
                    || lines[1] != "// Copyright the Martlet authors"
                {
                    faults.append(path)
                }
            }
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }
}
