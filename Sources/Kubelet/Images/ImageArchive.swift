// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import Crypto

/// A container image of one layer as an archive in OCI image layout, ready for `ctr images import`.
///
/// - SeeAlso: the OCI Image Format Specification.
public struct ImageArchive: Sendable {
    /// The name under which the image is found after its import, for example `martlet.local/pause:1`.
    public var name: String
    public var architecture: PauseProgram.Architecture
    /// The files of the image.
    public var layer: TarArchive
    public var entrypoint: [String]
    public var command: [String]
    /// `NAME=value`.
    public var environment: [String]
    /// Who the image runs as; empty for root.
    public var user: String

    public init(
        name: String, architecture: PauseProgram.Architecture = .current, layer: TarArchive, entrypoint: [String],
        command: [String] = [], environment: [String] = [], user: String = ""
    ) {
        self.name = name
        self.architecture = architecture
        self.layer = layer
        self.entrypoint = entrypoint
        self.command = command
        self.environment = environment
        self.user = user
    }

    /// The archive.
    public var bytes: [UInt8] {
        let layerBlob = Blob(layer.bytes, type: "application/vnd.oci.image.layer.v1.tar")
        let config = Blob(
            text: configuration(layerDigest: layerBlob.digest), type: "application/vnd.oci.image.config.v1+json")
        let manifest = Blob(
            text: """
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
                "config":\(config.descriptor()),"layers":[\(layerBlob.descriptor())]}
                """, type: "application/vnd.oci.image.manifest.v1+json")
        let tag = name.split(separator: ":").last.map(String.init) ?? ""
        let names = """
            "annotations":{"io.containerd.image.name":\(Self.quote(name)),\
            "org.opencontainers.image.ref.name":\(Self.quote(tag))}
            """
        let index = #"{"schemaVersion":2,"manifests":[\#(manifest.descriptor(names))]}"#

        var archive = TarArchive()
        archive.addFile("oci-layout", [UInt8](#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
        archive.addDirectory("blobs")
        archive.addDirectory("blobs/sha256")
        for blob in [layerBlob, config, manifest] { archive.addFile("blobs/sha256/\(blob.digest)", blob.bytes) }
        archive.addFile("index.json", [UInt8](index.utf8))
        return archive.bytes
    }

    private func configuration(layerDigest: String) -> String {
        func list(_ items: [String]) -> String { "[" + items.map(Self.quote).joined(separator: ",") + "]" }
        return """
            {"architecture":"\(architecture.rawValue)","os":"linux",\
            "config":{"User":\(Self.quote(user)),"Env":\(list(environment)),"Entrypoint":\(list(entrypoint)),\
            "Cmd":\(list(command)),"WorkingDir":"/"},\
            "rootfs":{"type":"layers","diff_ids":["sha256:\(layerDigest)"]}}
            """
    }

    /// A JSON string.
    private static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Bytes named by their hash.
    private struct Blob {
        let bytes: [UInt8]
        let type: String
        let digest: String

        init(_ bytes: [UInt8], type: String) {
            self.bytes = bytes
            self.type = type
            var hash = SHA256()
            bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
            digest = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }

        init(text: String, type: String) { self.init([UInt8](text.utf8), type: type) }

        func descriptor(_ more: String = "") -> String {
            #"{"mediaType":"\#(type)","digest":"sha256:\#(digest)","size":\#(bytes.count)"#
                + (more.isEmpty ? "" : ",\(more)") + "}"
        }
    }
}
