// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

extension PodWarnings {
    var volumes: [String] { plugins + overlaps }

    private var plugins: [String] {
        spec.volumes.enumerated().flatMap { index, volume -> [String] in
            let at = path.child("spec", "volumes").index(index)
            let source = volume.volumeSource
            let old: [(isUsed: Bool, field: String, text: String)] = [
                (source.photonPersistentDisk != nil, "photonPersistentDisk", "v1.11, non-functional in v1.16+"),
                (source.gitRepo != nil, "gitRepo", "v1.11, and disabled by default in v1.33+"),
                (source.scaleIO != nil, "scaleIO", "v1.16, non-functional in v1.22+"),
                (source.flocker != nil, "flocker", "v1.22, non-functional in v1.25+"),
                (source.storageos != nil, "storageOS", "v1.22, non-functional in v1.25+"),
                (source.quobyte != nil, "quobyte", "v1.22, non-functional in v1.25+"),
                (source.glusterfs != nil, "glusterfs", "v1.25, non-functional in v1.26+"),
                (source.cephfs != nil, "cephfs", "v1.28, non-functional in v1.31+"),
                (source.rbd != nil, "rbd", "v1.28, non-functional in v1.31+"),
            ]
            var texts = old.filter(\.isUsed).map { "\(at.child($0.field)): deprecated in \($0.text)" }
            if let claim = source.ephemeral?.volumeClaimTemplate {
                texts += claim.spec.warnings(at.child("ephemeral", "volumeClaimTemplate", "spec"))
            }
            return texts
        }
    }

    // MARK: - files that stand in each other's place

    private var overlaps: [String] {
        spec.volumes.flatMap { volume -> [String] in
            let name = GoText.quote(volume.name)
            let source = volume.volumeSource
            var texts: [String] = []
            if let map = source.configMap {
                let subject = "volume \(name) (ConfigMap \(GoText.quote(map.localObjectReference.name)))"
                texts += Self.overlaps(map.items.map(\.path), subject)
            }
            if let secret = source.secret {
                let subject = "volume \(name) (Secret \(GoText.quote(secret.secretName)))"
                texts += Self.overlaps(secret.items.map(\.path), subject)
            }
            if let pod = source.downwardAPI {
                texts += Self.overlaps(pod.items.map(\.path), "volume \(name) (DownwardAPI)")
            }
            return texts + projected(source.projected?.sources ?? [], name)
        }
    }

    private func projected(_ sources: [VolumeProjection], _ name: String) -> [String] {
        var texts: [String] = []
        var all: Set<String> = []
        for source in sources {
            if source == VolumeProjection() {
                texts.append("volume \(name) (Projected) has no sources provided")
                continue
            }
            let (paths, kind) = Self.files(of: source)
            guard !paths.isEmpty else { continue }
            let subject = "volume \(name) (Projected \(kind))"
            texts += Self.overlaps(paths, subject)
            texts += Self.overlaps((Array(Set(paths)) + Array(all)).sorted(), subject)
            all.formUnion(paths)
        }
        return texts
    }

    private static func files(of source: VolumeProjection) -> (paths: [String], kind: String) {
        if let map = source.configMap, !map.items.isEmpty {
            return (map.items.map(\.path), "ConfigMap \(GoText.quote(map.localObjectReference.name))")
        }
        if let secret = source.secret, !secret.items.isEmpty {
            return (secret.items.map(\.path), "Secret \(GoText.quote(secret.localObjectReference.name))")
        }
        if let pod = source.downwardAPI, !pod.items.isEmpty { return (pod.items.map(\.path), "DownwardAPI") }
        if let token = source.serviceAccountToken { return ([token.path], "ServiceAccountToken") }
        return ([], "")
    }

    private static func overlaps(_ paths: [String], _ subject: String) -> [String] {
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
        var path = path[...]
        while path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    private static func overlap(_ one: String, _ other: String) -> Bool {
        guard !one.isEmpty, !other.isEmpty else { return false }
        return one == other || one.hasPrefix(other + "/") || other.hasPrefix(one + "/")
    }
}
