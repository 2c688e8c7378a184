// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

extension PodWarnings {
    var volumes: [String] { plugins + overlaps }

    private var plugins: [String] {
        var texts: [String] = []
        for (index, volume) in spec.volumes.enumerated() {
            let at = { self.path.child("spec", "volumes").index(index) }
            if let (field, text) = Self.oldPlugin(volume.volumeSource) {
                texts.append("\(at().child(field)): deprecated in \(text)")
            }
            if let claim = volume.volumeSource.ephemeral?.volumeClaimTemplate {
                texts += claim.spec.warnings(at().child("ephemeral", "volumeClaimTemplate", "spec"))
            }
        }
        return texts
    }

    /// The field and the history of a source that nodes no longer mount; nil for others. A sound volume has one source.
    private static func oldPlugin(_ source: VolumeSource) -> (field: String, text: String)? {
        if source.photonPersistentDisk != nil { return ("photonPersistentDisk", "v1.11, non-functional in v1.16+") }
        if source.gitRepo != nil { return ("gitRepo", "v1.11, and disabled by default in v1.33+") }
        if source.scaleIO != nil { return ("scaleIO", "v1.16, non-functional in v1.22+") }
        if source.flocker != nil { return ("flocker", "v1.22, non-functional in v1.25+") }
        if source.storageos != nil { return ("storageOS", "v1.22, non-functional in v1.25+") }
        if source.quobyte != nil { return ("quobyte", "v1.22, non-functional in v1.25+") }
        if source.glusterfs != nil { return ("glusterfs", "v1.25, non-functional in v1.26+") }
        if source.cephfs != nil { return ("cephfs", "v1.28, non-functional in v1.31+") }
        if source.rbd != nil { return ("rbd", "v1.28, non-functional in v1.31+") }
        return nil
    }

    // MARK: - files that stand in each other's place

    private var overlaps: [String] {
        var texts: [String] = []
        for volume in spec.volumes {
            let source = volume.volumeSource
            if let map = source.configMap, map.items.count > 1 {
                let name = GoText.quote(map.localObjectReference.name)
                texts += Self.overlaps(map.items.map(\.path), "volume \(GoText.quote(volume.name)) (ConfigMap \(name))")
            }
            if let secret = source.secret, secret.items.count > 1 {
                let name = GoText.quote(secret.secretName)
                texts += Self.overlaps(secret.items.map(\.path), "volume \(GoText.quote(volume.name)) (Secret \(name))")
            }
            if let pod = source.downwardAPI, pod.items.count > 1 {
                texts += Self.overlaps(
                    pod.items.map(\.path), "volume \(GoText.quote(volume.name)) (DownwardAPI)")
            }
            if let sources = source.projected?.sources { texts += projected(sources, volume.name) }
        }
        return texts
    }

    private static let nothing = VolumeProjection()

    private func projected(_ sources: [VolumeProjection], _ volume: String) -> [String] {
        let isClear = !Self.anyOverlap(sources.flatMap { Self.files(of: $0) })
        var texts: [String] = []
        var all: Set<String> = []
        for source in sources {
            if source == Self.nothing {
                texts.append("volume \(GoText.quote(volume)) (Projected) has no sources provided")
                continue
            }
            if isClear { continue }
            let paths = Self.files(of: source)
            guard !paths.isEmpty else { continue }
            let subject = "volume \(GoText.quote(volume)) (Projected \(Self.name(of: source)))"
            texts += Self.overlaps(paths, subject)
            texts += Self.overlaps((Array(Set(paths)) + Array(all)).sorted(), subject)
            all.formUnion(paths)
        }
        return texts
    }

    /// The files that a source puts into the volume; none where they are not named.
    private static func files(of source: VolumeProjection) -> [String] {
        if let map = source.configMap, !map.items.isEmpty { return map.items.map(\.path) }
        if let secret = source.secret, !secret.items.isEmpty { return secret.items.map(\.path) }
        if let pod = source.downwardAPI, !pod.items.isEmpty { return pod.items.map(\.path) }
        if let token = source.serviceAccountToken { return [token.path] }
        return []
    }

    /// What a source with files is called.
    private static func name(of source: VolumeProjection) -> String {
        if let map = source.configMap, !map.items.isEmpty {
            return "ConfigMap \(GoText.quote(map.localObjectReference.name))"
        }
        if let secret = source.secret, !secret.items.isEmpty {
            return "Secret \(GoText.quote(secret.localObjectReference.name))"
        }
        return source.downwardAPI?.items.isEmpty == false ? "DownwardAPI" : "ServiceAccountToken"
    }

    /// Every path is held against every other: of more than these nothing is said.
    private static let comparedPaths = 1000

    private static func anyOverlap(_ paths: [String]) -> Bool {
        guard paths.count > 1, paths.count <= comparedPaths else { return false }
        let paths = paths.map(trimmed)
        return paths.indices.contains { index in paths[..<index].contains { overlap($0, paths[index]) } }
    }

    private static func overlaps(_ paths: [String], _ subject: String) -> [String] {
        guard paths.count <= comparedPaths else { return [] }
        var seen: [String] = []
        var texts: [String] = []
        for path in paths {
            let trimmed = trimmed(path)
            if let other = seen.first(where: { overlap($0, trimmed) }) {
                texts.append("\(subject): overlapping paths: \(GoText.quote(trimmed)) with \(GoText.quote(other))")
            }
            if !seen.contains(trimmed) { seen.append(trimmed) }
        }
        return texts
    }

    private static func trimmed(_ path: String) -> String {
        guard path.utf8.last == UInt8(ascii: "/") else { return path }
        var bytes = path.utf8[...]
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        return String(Substring(bytes))
    }

    /// Whether two paths are the same, or one lies below the other.
    private static func overlap(_ one: String, _ other: String) -> Bool {
        let (short, long) = one.utf8.count < other.utf8.count ? (one.utf8, other.utf8) : (other.utf8, one.utf8)
        guard !short.isEmpty, long.starts(with: short) else { return false }
        return long.count == short.count || long.dropFirst(short.count).first == UInt8(ascii: "/")
    }
}
