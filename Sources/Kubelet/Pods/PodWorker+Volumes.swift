// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging
import Wire

extension PodWorker {
    /// Puts all volumes in place, or brings their contents up to date.
    func mountVolumes() async {
        do {
            var setups: [VolumeSetup] = []
            var due: Moment?
            for volume in pod.spec.volumes {
                let (setup, dueAt) = try await setup(volume)
                setups.append(setup)
                if let dueAt { due = min(due ?? dueAt, dueAt) }
            }
            let group = pod.spec.securityContext?.fsGroup.map { UInt32(clamping: $0) }
            volumePaths = try await services.volumes.mount(setups, pod: uid, group: group)
            volumesDueAt = due
            situation.isMounted = true
            situation.volumeFailure = nil
        } catch {
            guard situation.ending == nil, !Task.isCancelled else { return }
            let message = "\(error)"
            services.events.record(pod, nil, "FailedMount", message, isWarning: true)
            if situation.isMounted { volumesDueAt = services.now + .seconds(30) }
            situation.volumeFailure = StartFailure(
                reason: "FailedMount", message: message, retryAt: services.now + .seconds(2))
        }
    }

    /// Looks again whether contents of volumes have changed.
    func refreshVolumes() {
        volumesDueAt = nil
        launch(.volumes) { await $0.mountVolumes() }
    }

    /// An object that a volume is made from has changed.
    func volumesChanged() {
        guard situation.isMounted, situation.ending == nil else {
            situation.volumeFailure = nil
            wake()
            return
        }
        volumesDueAt = services.now
        wake()
    }

    private nonisolated func onChange() -> @Sendable () -> Void {
        // ends with the actor's next turn; nothing waits for it
        { [weak self] in _ = Task { await self?.volumesChanged() } }
    }

    private func setup(_ volume: Volume) async throws -> (VolumeSetup, Moment?) {
        let source = volume.volumeSource
        if let directory = source.emptyDir { return (emptyDirectory(volume.name, directory), nil) }
        if let path = source.hostPath {
            let content = VolumeSetup.Content.hostPath(path.path, type: path.type ?? "")
            return (VolumeSetup(name: volume.name, plugin: "kubernetes.io~host-path", content: content), nil)
        }
        do {
            if let map = source.configMap {
                let files = try await files(
                    map: map.localObjectReference.name, map.items, map.defaultMode, isOptional: map.optional ?? false)
                return (filled(volume.name, "configmap", files, inMemory: false), nil)
            }
            if let secret = source.secret {
                let files = try await files(
                    secret: secret.secretName, secret.items, secret.defaultMode, isOptional: secret.optional ?? false)
                return (filled(volume.name, "secret", files, inMemory: true), nil)
            }
            if let downward = source.downwardAPI {
                let files = try VolumeFiles.downward(
                    downward.items, mode: downward.defaultMode, of: pod, sources: volumeSources)
                return (filled(volume.name, "downward-api", files, inMemory: false), nil)
            }
            if let projected = source.projected {
                let (files, due) = try await files(projected)
                return (filled(volume.name, "projected", files, inMemory: true), due)
            }
        } catch {
            throw VolumeError(volume: volume.name, message: "\(error)")
        }
        throw VolumeError(volume: volume.name, message: "this kind of volume is not supported")
    }

    private var volumeSources: EnvironmentSources {
        baseSources(addresses: situation.observed.sandboxes.first?.ips ?? [])
    }

    private func filled(_ name: String, _ plugin: String, _ files: [VolumeFile], inMemory: Bool) -> VolumeSetup {
        VolumeSetup(name: name, plugin: "kubernetes.io~\(plugin)", content: .files(files, inMemory: inMemory))
    }

    private func emptyDirectory(_ name: String, _ directory: EmptyDirVolumeSource) -> VolumeSetup {
        let limit = directory.sizeLimit.map(ResourceAmount.whole).flatMap { $0 > 0 ? $0 : nil }
        return VolumeSetup(
            name: name, plugin: "kubernetes.io~empty-dir",
            content: directory.medium == "Memory" ? .memory(bytes: limit) : .emptyDirectory)
    }

    private func files(
        map name: String, _ items: [KeyToPath], _ mode: Int32?, isOptional: Bool
    ) async throws -> [VolumeFile] {
        let map = try await services.objects.configMap(
            name, namespace: pod.metadata.namespace, for: uid, onChange: onChange())
        guard let map else {
            if isOptional { return [] }
            throw WiringError("configmap \"\(name)\" not found")
        }
        return try VolumeFiles.project(
            VolumeFiles.contents(map), items: items, mode: mode, what: "configmap", isOptional: isOptional)
    }

    private func files(
        secret name: String, _ items: [KeyToPath], _ mode: Int32?, isOptional: Bool
    ) async throws -> [VolumeFile] {
        let secret = try await services.objects.secret(
            name, namespace: pod.metadata.namespace, for: uid, onChange: onChange())
        guard let secret else {
            if isOptional { return [] }
            throw WiringError("secret \"\(name)\" not found")
        }
        return try VolumeFiles.project(secret.data, items: items, mode: mode, what: "secret", isOptional: isOptional)
    }

    private func files(_ projected: ProjectedVolumeSource) async throws -> ([VolumeFile], Moment?) {
        var files: [VolumeFile] = []
        var due: Moment?
        for source in projected.sources {
            if let map = source.configMap {
                files += try await self.files(
                    map: map.localObjectReference.name, map.items, projected.defaultMode,
                    isOptional: map.optional ?? false)
            } else if let secret = source.secret {
                files += try await self.files(
                    secret: secret.localObjectReference.name, secret.items, projected.defaultMode,
                    isOptional: secret.optional ?? false)
            } else if let downward = source.downwardAPI {
                files += try VolumeFiles.downward(
                    downward.items, mode: projected.defaultMode, of: pod, sources: volumeSources)
            } else if let token = source.serviceAccountToken {
                let (bytes, dueAt) = try await self.token(token)
                try VolumeFiles.checkPath(token.path)
                files.append(VolumeFile(path: token.path, data: bytes, mode: tokenMode(projected)))
                due = min(due ?? dueAt, dueAt)
            }
        }
        return (files, due)
    }

    /// A token is for its owner's eyes, unless the pod runs as somebody else.
    private func tokenMode(_ projected: ProjectedVolumeSource) -> UInt32 {
        let users = Set(
            pod.everyContainer.map { $0.spec.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser })
        if pod.spec.securityContext?.fsGroup != nil { return 0o600 }
        let isRoot = users.allSatisfy { $0 == nil || $0 == 0 }
        return isRoot ? projected.defaultMode.map { UInt32(clamping: $0) & 0o7777 } ?? 0o644 : 0o644
    }

    /// Asks for a token that holds as long as the pod lives.
    ///
    /// - Returns: the token, and when to ask for the next one: after four fifths of its life, or a day.
    private func token(_ projection: ServiceAccountTokenProjection) async throws -> ([UInt8], Moment) {
        let key = "\(projection.audience)/\(projection.expirationSeconds ?? 3600)"
        let now = services.now
        if let known = tokens[key], now < known.due { return (known.token, known.due) }
        let request = TokenRequest {
            $0.spec.audiences = projection.audience.isEmpty ? [] : [projection.audience]
            $0.spec.expirationSeconds = projection.expirationSeconds ?? 3600
            $0.spec.boundObjectRef = BoundObjectReference {
                $0.kind = "Pod"
                $0.apiVersion = "v1"
                $0.name = pod.metadata.name
                $0.uid = uid
            }
        }
        let account = pod.spec.serviceAccountName.isEmpty ? "default" : pod.spec.serviceAccountName
        let answer: TokenRequest
        do {
            answer = try await services.client.createToken(
                namespace: pod.metadata.namespace, serviceAccount: account, request)
        } catch {
            throw WiringError("failed to fetch token: \(error.message)")
        }
        let lifetime = Moment(answer.status.expirationTimestamp) - now
        let due = now + min(max(.seconds(30), lifetime * 4 / 5), .seconds(24 * 3600))
        let token = Array(answer.status.token.utf8)
        tokens[key] = (token, due)
        return (token, due)
    }

    /// Takes all volumes of an ended pod away.
    func removeVolumes() async {
        do {
            try await services.volumes.tearDown(pod: uid)
        } catch {
            logger.warning("volumes not removed", metadata: ["error": "\(error)"])
        }
        await services.objects.release(uid)
    }
}
