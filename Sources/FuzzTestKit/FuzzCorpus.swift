// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Foundation

/// Inputs to begin with, from files: one folder for each target.
public enum FuzzCorpus {
    /// The inputs of a target, sorted by file name so that a seed means the same everywhere.
    ///
    /// - Throws: where the folder cannot be read.
    public static func read(_ target: String, in folder: URL) throws -> [[UInt8]] {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.appendingPathComponent(target), includingPropertiesForKeys: nil)
        return try files.sorted { $0.lastPathComponent < $1.lastPathComponent }.map {
            [UInt8](try Data(contentsOf: $0))
        }
    }
}
