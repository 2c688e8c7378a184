// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// A file of a volume that the kubelet writes.
struct VolumeFile: Sendable, Equatable {
    /// Below the volume's directory; never absolute, never with `..`.
    var path: String
    var data: [UInt8]
    /// Permission bits.
    var mode: UInt32
}

/// The files of configMap, secret, downwardAPI and projected volumes.
enum VolumeFiles {
    static let defaultMode: UInt32 = 0o644

    /// - Parameters:
    ///   - items: which keys, and where to; empty takes all under their names.
    ///   - what: for messages: `configmap` or `secret`.
    ///   - isOptional: whether keys that are named but missing are passed over.
    static func project(
        _ data: [String: [UInt8]], items: [KeyToPath], mode: Int32?, what: String, isOptional: Bool
    ) throws(WiringError) -> [VolumeFile] {
        let common = mode.map { UInt32(clamping: $0) & 0o7777 } ?? defaultMode
        guard !items.isEmpty else {
            return data.sorted { $0.key < $1.key }.map { VolumeFile(path: $0.key, data: $0.value, mode: common) }
        }
        var files: [VolumeFile] = []
        for item in items {
            guard let value = data[item.key] else {
                if isOptional { continue }
                throw WiringError("\(what) references non-existent key: \(item.key)")
            }
            try checkPath(item.path)
            files.append(
                VolumeFile(
                    path: item.path, data: value, mode: item.mode.map { UInt32(clamping: $0) & 0o7777 } ?? common))
        }
        return files
    }

    /// All entries of a ConfigMap as bytes.
    static func contents(_ map: ConfigMap) -> [String: [UInt8]] {
        map.binaryData.merging(map.data.mapValues { Array($0.utf8) }) { $1 }
    }

    /// The files of a downwardAPI volume.
    static func downward(
        _ items: [DownwardAPIVolumeFile], mode: Int32?, of pod: Pod, sources: EnvironmentSources
    ) throws(WiringError) -> [VolumeFile] {
        let common = mode.map { UInt32(clamping: $0) & 0o7777 } ?? defaultMode
        var files: [VolumeFile] = []
        for item in items {
            try checkPath(item.path)
            var text = ""
            if let field = item.fieldRef {
                text = try FieldReference.value(
                    field.fieldPath, of: pod, hostIPs: sources.hostIPs, podIPs: sources.podIPs, node: sources.node)
            } else if let resource = item.resourceFieldRef {
                text = try FieldReference.value(
                    resource, of: pod, in: resource.containerName, allocatable: sources.allocatable)
            }
            let own = item.mode.map { UInt32(clamping: $0) & 0o7777 } ?? common
            files.append(VolumeFile(path: item.path, data: Array(text.utf8), mode: own))
        }
        return files
    }

    /// Whether a volume has labels or annotations of its pod in it.
    static func showMetadata(_ volumes: [Volume]) -> Bool {
        volumes.contains { volume in
            volume.volumeSource.downwardAPI != nil
                || volume.volumeSource.projected?.sources.contains { $0.downwardAPI != nil } == true
        }
    }

    /// - Throws: `WiringError` for paths that would leave the volume.
    static func checkPath(_ path: String) throws(WiringError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, !path.hasPrefix("/") else {
            throw WiringError("invalid path: must be relative path: \(path)")
        }
        guard !parts.contains(".."), !path.hasPrefix("..") else {
            throw WiringError("invalid path: must not contain '..': \(path)")
        }
    }

    /// Which objects of its namespace a volume needs, and which of them may be missing.
    static func references(_ volume: Volume) -> [VolumeReference] {
        let source = volume.volumeSource
        var result: [VolumeReference] = []
        if let map = source.configMap {
            result.append(.configMap(map.localObjectReference.name, isOptional: map.optional ?? false))
        }
        if let secret = source.secret {
            result.append(.secret(secret.secretName, isOptional: secret.optional ?? false))
        }
        for part in source.projected?.sources ?? [] {
            if let map = part.configMap {
                result.append(.configMap(map.localObjectReference.name, isOptional: map.optional ?? false))
            }
            if let secret = part.secret {
                result.append(.secret(secret.localObjectReference.name, isOptional: secret.optional ?? false))
            }
        }
        return result
    }
}

/// An object that a volume is filled from.
enum VolumeReference: Sendable, Hashable {
    case configMap(String, isOptional: Bool)
    case secret(String, isOptional: Bool)
}
