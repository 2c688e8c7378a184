// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// What pods may refer to because of their ServiceAccount; each rule returns why a pod is refused, or nil. Pure.
///
/// - SeeAlso: "Enforced list of mountable secrets" in Kubernetes' documentation of service accounts.
enum ServiceAccountRules {
    private static let enforcement = "kubernetes.io/enforce-mountable-secrets"

    /// A mirror is made by a kubelet: it must not lead to other objects.
    static func mirrorFault(_ pod: Pod) -> String? {
        guard pod.spec.serviceAccountName.isEmpty else { return "a mirror pod may not reference service accounts" }
        if PodReference.all(of: pod).contains(where: { $0.resource == "secrets" }) {
            return "a mirror pod may not reference secrets"
        }
        let projections = pod.spec.volumes.flatMap { $0.volumeSource.projected?.sources ?? [] }
        return projections.contains { $0.serviceAccountToken != nil }
            ? "a mirror pod may not use ServiceAccountToken volume projections" : nil
    }

    /// Whether an account limits its pods to the secrets that it names.
    static func limitsSecrets(_ account: ServiceAccount) -> Bool {
        // what Go's `ParseBool` takes for true
        ["1", "t", "T", "TRUE", "true", "True"].contains(account.metadata.annotations[enforcement])
    }

    static func secretFault(_ spec: PodSpec, _ account: ServiceAccount) -> String? {
        let mountable = Set(account.secrets.map(\.name))
        let name = account.metadata.name
        for volume in spec.volumes {
            guard let secret = volume.volumeSource.secret?.secretName, !mountable.contains(secret) else { continue }
            return
                "volume with secret.secretName=\"\(secret)\" is not allowed because service account \(name) does not "
                + "reference that secret"
        }
        for container in spec.initContainers {
            if let fault = environmentFault(
                "init container \(container.name)", container.env, container.envFrom, account)
            {
                return fault
            }
        }
        for container in spec.containers {
            if let fault = environmentFault("container \(container.name)", container.env, container.envFrom, account) {
                return fault
            }
        }
        let pullSecrets = Set(account.imagePullSecrets.map(\.name))
        for (index, secret) in spec.imagePullSecrets.enumerated() where !pullSecrets.contains(secret.name) {
            return
                "imagePullSecrets[\(index)].name=\"\(secret.name)\" is not allowed because service account \(name) does not "
                + "reference that imagePullSecret"
        }
        return nil
    }

    static func ephemeralFault(_ spec: PodSpec, _ account: ServiceAccount) -> String? {
        for container in spec.ephemeralContainers.map(\.ephemeralContainerCommon) {
            let who = "ephemeral container \(container.name)"
            if let fault = environmentFault(who, container.env, container.envFrom, account) { return fault }
        }
        return nil
    }

    private static func environmentFault(
        _ who: String, _ variables: [EnvVar], _ sources: [EnvFromSource], _ account: ServiceAccount
    ) -> String? {
        let mountable = Set(account.secrets.map(\.name))
        func refusal(_ how: String, _ secret: String) -> String {
            "\(who) with \(how) referencing secret.secretName=\"\(secret)\" is not allowed because service account "
                + "\(account.metadata.name) does not reference that secret"
        }
        for variable in variables {
            guard let secret = variable.valueFrom?.secretKeyRef?.localObjectReference.name, !mountable.contains(secret)
            else { continue }
            return refusal("envVar \(variable.name)", secret)
        }
        for source in sources {
            guard let secret = source.secretRef?.localObjectReference.name, !mountable.contains(secret) else {
                continue
            }
            return refusal("envFrom", secret)
        }
        return nil
    }
}
