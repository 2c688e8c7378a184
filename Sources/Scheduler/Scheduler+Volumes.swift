// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

extension Scheduler {
    /// How long a claim may take to be bound, and how often it is looked at.
    private static let bindTimeout = Duration.seconds(600)
    private static let bindPoll = Duration.seconds(1)

    /// Gives the claims of a pod their volumes, or has them made, and waits until they are bound.
    ///
    /// - Throws: never that something is missing or has changed: that would be said of the pod.
    func prepare(_ work: VolumeBinding.Work, on node: String) async throws(ClientError) {
        do {
            try await write(work, node)
            for claim in work.claims { try await waitUntilBound(claim, namespace: work.namespace) }
        } catch {
            throw ClientError(
                error.code == .cancelled ? .cancelled : .other, "binding volumes: \(error.message)", cause: error)
        }
    }

    private func write(_ work: VolumeBinding.Work, _ node: String) async throws(ClientError) {
        for match in work.matches {
            let reference: JSONValue = [
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": .string(work.namespace),
                "name": .string(match.claim), "uid": .string(match.claimUID),
            ]
            let patch: JSONValue = [
                "metadata": ["annotations": ["pv.kubernetes.io/bound-by-controller": "yes"]],
                "spec": ["claimRef": reference],
            ]
            _ = try await client.patch(
                PersistentVolume.self, namespace: "", name: match.volume, .merge(patch.bytes()))
        }
        for claim in work.provisions {
            let patch: JSONValue = [
                "metadata": ["annotations": ["volume.kubernetes.io/selected-node": .string(node)]]
            ]
            _ = try await client.patch(
                PersistentVolumeClaim.self, namespace: work.namespace, name: claim, .merge(patch.bytes()))
        }
    }

    private func waitUntilBound(_ name: String, namespace: String) async throws(ClientError) {
        let deadline = timekeeper.elapsed + Self.bindTimeout
        while true {
            let claim = try await client.get(PersistentVolumeClaim.self, namespace: namespace, name: name)
            if claim.status.phase == PersistentVolumeClaimPhase.bound, !claim.spec.volumeName.isEmpty { return }
            guard timekeeper.elapsed < deadline else {
                throw ClientError(.timeout, "timed out waiting for the condition")
            }
            do {
                try await timekeeper.sleep(for: Self.bindPoll)
            } catch {
                throw ClientError(.cancelled, "the scheduler ends")
            }
        }
    }
}
