// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The sandbox image that Martlet makes itself, so that no registry is needed for a cluster to run.
public enum PauseImage {
    /// Its name changes whenever the program does.
    public static let name = "martlet.local/pause:1"

    /// The image with ``PauseProgram`` as its only file.
    public static func archive(_ architecture: PauseProgram.Architecture = .current) -> ImageArchive {
        var layer = TarArchive()
        layer.addFile("pause", PauseProgram(architecture).bytes, mode: 0o755)
        return ImageArchive(
            name: name, architecture: architecture, layer: layer, entrypoint: ["/pause"], environment: ["PATH=/"],
            user: "65535:65535")
    }
}
