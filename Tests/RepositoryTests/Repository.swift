// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation

/// The files of the checkout, as the repository's own rules see them.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().standardizedFileURL

    /// Paths below `folder` with the ending, relative to the root, in alphabetical order.
    static func files(_ folder: String, _ ending: String) -> [String] {
        let start = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(atPath: start.path) else { return [] }
        return walk.compactMap { $0 as? String }
            .filter { $0.hasSuffix(ending) && !$0.contains(".build") }
            .map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
            .sorted()
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    static func lines(_ path: String) throws -> [Substring] {
        try text(path).split(separator: "\n", omittingEmptySubsequences: false)
    }
}
