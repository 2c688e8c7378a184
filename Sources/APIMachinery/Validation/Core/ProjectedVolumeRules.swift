// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Volumes that several sources put files into.
enum ProjectedVolumeRules {
    static func validate(_ volume: ProjectedVolumeSource, _ path: FieldPath) -> [FieldError] {
        var errors = VolumeRules.mode(volume.defaultMode, path.child("defaultMode"))
        var paths: Set<String> = []
        for (index, source) in volume.sources.enumerated() {
            errors += self.source(source, path.child("sources").index(index), path)
            for (file, shown) in files(of: source) where !file.isEmpty && !paths.insert(file).inserted {
                errors.append(.invalid(path, shown, "conflicting duplicate paths"))
            }
        }
        return errors
    }

    /// The files of a source, each with what a message about it shows: the name of a ConfigMap or Secret, otherwise the path.
    private static func files(of source: VolumeProjection) -> [(path: String, shown: String)] {
        var files: [(path: String, shown: String)] = []
        if let secret = source.secret { files += secret.items.map { ($0.path, secret.localObjectReference.name) } }
        if let map = source.configMap { files += map.items.map { ($0.path, map.localObjectReference.name) } }
        files += source.downwardAPI?.items.map { ($0.path, $0.path) } ?? []
        if let token = source.serviceAccountToken { files.append((token.path, token.path)) }
        if let bundle = source.clusterTrustBundle { files.append((bundle.path, bundle.path)) }
        return files
    }

    /// Upstream names the fields of some sources below the volume instead of the source: `volume` is its path.
    private static func source(_ source: VolumeProjection, _ path: FieldPath, _ volume: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var count = 0
        let next = { (faults: [FieldError]) in
            count += 1
            errors += count > 1 ? [.forbidden(path, "may not specify more than 1 volume type per source")] : faults
        }
        if let secret = source.secret {
            let at = path.child("secret")
            next(
                ValueRules.required(secret.localObjectReference.name, at.child("name"))
                    + VolumeRules.keys(secret.items, at.child("items")))
        }
        if let map = source.configMap {
            let at = path.child("configMap")
            next(
                ValueRules.required(map.localObjectReference.name, at.child("name"))
                    + VolumeRules.keys(map.items, at.child("items")))
        }
        if let downward = source.downwardAPI {
            next(downward.items.flatMap { VolumeRules.downwardFile($0, volume.child("downwardAPI")) })
        }
        if let token = source.serviceAccountToken { next(self.token(token, path.child("serviceAccountToken"), volume)) }
        if let bundle = source.clusterTrustBundle {
            next(VolumeRules.localPath(bundle.path, path.child("clusterTrustBundle", "path")))
        }
        if source.podCertificate != nil { next([]) }
        return errors
    }

    private static func token(
        _ token: ServiceAccountTokenProjection, _ path: FieldPath, _ volume: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let at = path.child("expirationSeconds")
        if let seconds = token.expirationSeconds, seconds < 600 {
            errors.append(.invalid(at, seconds, "may not specify a duration less than 10 minutes"))
        }
        if let seconds = token.expirationSeconds, seconds > 1 << 32 {
            errors.append(.invalid(at, seconds, "may not specify a duration larger than 2^32 seconds"))
        }
        return errors + VolumeRules.localPath(token.path, volume.child("path"))
    }
}
