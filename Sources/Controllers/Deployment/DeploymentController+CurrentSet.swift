// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

extension DeploymentController {
    /// The ReplicaSet of the present template, made where there is none, with the newest revision and the Deployment's annotations.
    func currentSet(of deployment: Deployment, _ sets: DeploymentSets) async throws -> ReplicaSet {
        let revision = String(DeploymentSets.maxRevision(sets.old) + 1)
        if let current = sets.current {
            let annotated = Self.annotated(current, revision: revision, of: deployment)
            let updated = annotated == current ? current : try await context.client.update(annotated)
            try await remember(updated.metadata.annotations[DeploymentSets.revision] ?? revision, on: deployment)
            return updated
        }
        let set = Self.newSet(
            of: deployment, revision: revision,
            replicas: DeploymentPlan(deployment: deployment, sets: sets).initialReplicas())
        do throws(ClientError) {
            let created = try await context.client.create(set)
            if let replicas = created.spec.replicas, replicas > 0 {
                events.record(
                    .normal, reason: "ScalingReplicaSet",
                    message: "Scaled up replica set \(created.metadata.name) from 0 to \(replicas)",
                    about: deployment)
            }
            try await remember(revision, on: deployment)
            return created
        } catch {
            if error.isAlreadyExists { return try await resolveCollision(set, of: deployment, error) }
            try await reportFailure(deployment, error)
            throw error
        }
    }

    /// The set of that name is ours and of this template (then it is the one), or the hash collides (then the next try takes another).
    private func resolveCollision(_ set: ReplicaSet, of deployment: Deployment, _ error: ClientError) async throws
        -> ReplicaSet
    {
        let present = try await context.client.get(
            ReplicaSet.self, namespace: set.metadata.namespace, name: set.metadata.name)
        if present.controllerReference?.uid == deployment.metadata.uid,
            DeploymentHash.areEqual(present.spec.template, deployment.spec.template)
        {
            return present
        }
        var changed = deployment
        changed.status.collisionCount = (deployment.status.collisionCount ?? 0) &+ 1
        _ = try await context.client.updateStatus(changed)
        throw error
    }

    private func remember(_ revision: String, on deployment: Deployment) async throws(ClientError) {
        guard deployment.metadata.annotations[DeploymentSets.revision] != revision else { return }
        var writer = MergePatchText()
        writer.annotation(DeploymentSets.revision, revision)
        _ = try await context.client.patch(
            Deployment.self, namespace: deployment.metadata.namespace, name: deployment.metadata.name,
            .merge(writer.bytes))
    }

    private func reportFailure(_ deployment: Deployment, _ error: any Error) async throws {
        let message = "Failed to create new replica set: \((error as? ClientError)?.message ?? "\(error)")"
        events.record(.warning, reason: "ReplicaSetCreateError", message: message, about: deployment)
        var changed = deployment
        DeploymentStatusPlan.set(
            &changed.status.conditions, DeploymentConditionType.progressing, "False", "ReplicaSetCreateError", message,
            now: context.timekeeper.time)
        if changed != deployment { _ = try await context.client.updateStatus(changed) }
    }

    /// A set with the revision and what it takes over from the Deployment; revisions it had before go into its history.
    static func annotated(_ set: ReplicaSet, revision: String, of deployment: Deployment) -> ReplicaSet {
        var set = set
        for (name, value) in deployment.metadata.annotations where !DeploymentSets.notInherited.contains(name) {
            set.metadata.annotations[name] = value
        }
        let before = set.metadata.annotations[DeploymentSets.revision]
        let isNewer = (before.flatMap(Int64.init) ?? 0) < (Int64(revision) ?? 0)
        if isNewer {
            set.metadata.annotations[DeploymentSets.revision] = revision
            if let before, !before.isEmpty {
                let history = set.metadata.annotations[DeploymentSets.revisionHistory].map { $0 + "," } ?? ""
                set.metadata.annotations[DeploymentSets.revisionHistory] = history + before
            }
        }
        set.metadata.annotations[DeploymentSets.desiredReplicas] = String(deployment.wantedReplicas)
        set.metadata.annotations[DeploymentSets.maxReplicas] = String(deployment.wantedReplicas + deployment.maxSurge)
        if set.spec.minReadySeconds != deployment.spec.minReadySeconds {
            set.spec.minReadySeconds = deployment.spec.minReadySeconds
        }
        return set
    }

    /// A ReplicaSet for the present template.
    static func newSet(of deployment: Deployment, revision: String, replicas: Int) -> ReplicaSet {
        let hash = DeploymentHash.of(deployment.spec.template, collisionCount: deployment.status.collisionCount)
        let set = ReplicaSet {
            $0.metadata.name = "\(deployment.metadata.name)-\(hash)"
            $0.metadata.namespace = deployment.metadata.namespace
            $0.metadata.ownerReferences = [deployment.asController()]
            $0.spec.replicas = Int32(clamping: replicas)
            $0.spec.minReadySeconds = deployment.spec.minReadySeconds
            $0.spec.template = deployment.spec.template
            $0.spec.template.metadata.labels[DeploymentHash.label] = hash
            $0.metadata.labels = $0.spec.template.metadata.labels
            var selector = deployment.spec.selector ?? LabelSelector()
            selector.matchLabels[DeploymentHash.label] = hash
            $0.spec.selector = selector
        }
        return annotated(set, revision: revision, of: deployment)
    }
}
