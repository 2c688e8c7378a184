// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import Subprocess
internal import SystemPackage

/// Brings image archives into a containerd with its own command line tool.
struct ImageImport: Sendable {
    /// Absolute path of `ctr`.
    var ctr: String
    var socket: String
    var snapshotter: String

    /// - Throws: ``ContainerdError`` `startFailed` with what `ctr` said.
    func run(_ archivePath: String) async throws(ContainerdError) {
        let failure: String
        do {
            let result = try await Subprocess.run(
                .path(FilePath(ctr)),
                arguments: Arguments([
                    "--address", socket, "--namespace", "k8s.io", "images", "import", "--snapshotter", snapshotter,
                    archivePath,
                ]), output: .discarded, error: .string(limit: 16384))
            if result.terminationStatus == .exited(0) { return }
            failure = result.standardError
        } catch {
            failure = "\(error)"
        }
        let line = failure.split(separator: "\n").last.map(String.init) ?? "it ended with an error"
        throw ContainerdError(.startFailed, "cannot import the sandbox image with \(ctr): \(line)")
    }
}
