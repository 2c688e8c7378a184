// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Volumes that several sources put files into.
struct ProjectedVolumeRules {
    /// The path of the volume: upstream names some fields of sources below it instead of the source.
    let path: FieldPath
    /// The files that sources so far have put there.
    private var files: Set<String> = []
    private var errors: [FieldError] = []

    static func validate(_ volume: ProjectedVolumeSource, _ path: FieldPath) -> [FieldError] {
        var rules = ProjectedVolumeRules(path: path)
        rules.errors = VolumeRules.mode(volume.defaultMode, path.child("defaultMode"))
        for (index, source) in volume.sources.enumerated() { rules.source(source, path.child("sources").index(index)) }
        return rules.errors
    }

    private init(path: FieldPath) { self.path = path }

    private mutating func source(_ source: VolumeProjection, _ at: @autoclosure () -> FieldPath) {
        var count = 0
        if let secret = source.secret {
            count += 1
            keys(secret.items, of: secret.localObjectReference.name, at().child("secret"))
        }
        if let map = source.configMap {
            count += 1
            keys(map.items, of: map.localObjectReference.name, at().child("configMap"))
        }
        if let downward = source.downwardAPI {
            count += 1
            for file in downward.items {
                errors += VolumeRules.downwardFile(file, at().child("downwardAPI"))
                claim(file.path, shown: file.path)
            }
        }
        if let token = source.serviceAccountToken {
            count += 1
            self.token(token, at().child("serviceAccountToken"))
        }
        if let bundle = source.clusterTrustBundle {
            count += 1
            errors += VolumeRules.localPath(bundle.path, at().child("clusterTrustBundle", "path"))
            claim(bundle.path, shown: bundle.path)
        }
        if source.podCertificate != nil { count += 1 }
        if count > 1 { errors.append(.forbidden(at(), "may not specify more than 1 volume type per source")) }
    }

    private mutating func keys(_ items: [KeyToPath], of name: String, _ at: @autoclosure () -> FieldPath) {
        errors += ValueRules.required(name, at().child("name"))
        for (index, item) in items.enumerated() {
            errors += VolumeRules.key(item, at().child("items").index(index))
            claim(item.path, shown: name)
        }
    }

    private mutating func claim(_ file: String, shown: String) {
        guard !file.isEmpty, !files.insert(file).inserted else { return }
        errors.append(.invalid(path, shown, "conflicting duplicate paths"))
    }

    private mutating func token(
        _ token: ServiceAccountTokenProjection, _ at: @autoclosure () -> FieldPath
    ) {
        let seconds = token.expirationSeconds ?? 3600
        if seconds < 600 {
            let text = "may not specify a duration less than 10 minutes"
            errors.append(.invalid(at().child("expirationSeconds"), seconds, text))
        }
        if seconds > 1 << 32 {
            let text = "may not specify a duration larger than 2^32 seconds"
            errors.append(.invalid(at().child("expirationSeconds"), seconds, text))
        }
        errors += VolumeRules.localPath(token.path, path.child("path"))
    }
}
