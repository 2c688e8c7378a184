// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Gives pods a service account, and the account's token as a volume.
///
/// - SeeAlso: Kubernetes' admission plugin `ServiceAccount`.
struct ServiceAccountAdmission: AdmissionPlugin {
    static let name = "ServiceAccount"
    private static let mountPath = "/var/run/secrets/kubernetes.io/serviceaccount"
    private static let mirrorAnnotation = "kubernetes.io/config.mirror"
    private static let defaultName = "default"
    private static let volumePrefix = "kube-api-access-"

    let accounts: ResourceCache
    let names: NameGenerator

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Pod.self) { pod, _, context in
            guard context.operation == .create, context.subresource.isEmpty else { return }
            try await admit(&pod, namespace: context.namespace)
        }
        hooks.validate(Pod.self) { pod, _, context in
            let isExtension = context.operation == .update && context.subresource == "ephemeralcontainers"
            guard isExtension || (context.operation == .create && context.subresource.isEmpty) else { return }
            try await check(pod, namespace: context.namespace, isExtension: isExtension)
        }
    }

    private static func refuse(_ pod: Pod, _ text: String) -> APIStatusError {
        .forbidden(Pod.resource, pod.metadata.admissionName, text)
    }

    private static func isMirror(_ pod: Pod) -> Bool { pod.metadata.annotations[mirrorAnnotation] != nil }

    private func admit(_ pod: inout Pod, namespace: String) async throws {
        if Self.isMirror(pod) {
            if let refusal = ServiceAccountRules.mirrorFault(pod) { throw Self.refuse(pod, refusal) }
            return
        }
        Self.nameAccount(in: &pod.spec)
        let account = try await requiredAccount(of: pod, namespace: namespace)
        if pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true {
            Self.mountToken(in: &pod.spec, suffix: names.name(from: Self.volumePrefix))
        }
        if !account.imagePullSecrets.isEmpty, pod.spec.imagePullSecrets.isEmpty {
            pod.spec.imagePullSecrets = account.imagePullSecrets
        }
    }

    private static func nameAccount(in spec: inout PodSpec) {
        // `serviceAccount` is the old name of the field
        if spec.serviceAccountName.isEmpty { spec.serviceAccountName = spec.serviceAccount }
        if spec.serviceAccountName.isEmpty { spec.serviceAccountName = defaultName }
        spec.serviceAccount = spec.serviceAccountName
    }

    /// Holds pods to the secrets of their account, where the account says so.
    private func check(_ pod: Pod, namespace: String, isExtension: Bool) async throws {
        if Self.isMirror(pod) {
            if !isExtension, let refusal = ServiceAccountRules.mirrorFault(pod) { throw Self.refuse(pod, refusal) }
            return
        }
        let account = try await requiredAccount(of: pod, namespace: namespace)
        guard ServiceAccountRules.limitsSecrets(account) else { return }
        let refusal =
            isExtension
            ? ServiceAccountRules.ephemeralFault(pod.spec, account) : ServiceAccountRules.secretFault(pod.spec, account)
        if let refusal { throw Self.refuse(pod, refusal) }
    }

    private func requiredAccount(of pod: Pod, namespace: String) async throws -> ServiceAccount {
        let name = pod.spec.serviceAccountName
        // a controller makes the default account of a new namespace, which may be under way
        let attempts = name == Self.defaultName ? 10 : 1
        for attempt in 1...attempts {
            if let account = try await account(namespace: namespace, name: name) { return account }
            if attempt < attempts { try await Task.sleep(for: .milliseconds(100)) }
        }
        throw Self.refuse(
            pod,
            "error looking up service account \(namespace)/\(name): serviceaccount \(GoText.quote(name)) not found")
    }

    private func account(namespace: String, name: String) async throws -> ServiceAccount? {
        try await accounts.get(namespace: namespace, name: name)
            .map { try $0.decoded(as: ServiceAccount.self) }
    }

    /// Adds the projected volume, and mounts it in every container that does not mount something there itself.
    ///
    /// - Parameter suffix: the name of the volume, where the pod has none of them yet.
    static func mountToken(in spec: inout PodSpec, suffix: String) {
        // a pod that is looked at again after a policy changed it keeps the volume that it was given
        let known = spec.volumes.first { $0.name.hasPrefix(volumePrefix) }?.name
        let volumeName = known ?? suffix
        var isNeeded = false
        func mount(_ mounts: inout [VolumeMount]) {
            guard !mounts.contains(where: { $0.mountPath == mountPath }) else { return }
            mounts.append(
                VolumeMount {
                    $0.name = volumeName
                    $0.readOnly = true
                    $0.mountPath = mountPath
                })
            isNeeded = true
        }
        for index in spec.initContainers.indices { mount(&spec.initContainers[index].volumeMounts) }
        for index in spec.containers.indices { mount(&spec.containers[index].volumeMounts) }
        if isNeeded, known == nil {
            var volume = tokenVolume
            volume.name = volumeName
            spec.volumes.append(volume)
        }
    }

    /// The volume without its name: its sources are the same for all pods, which share them.
    private static let tokenVolume: Volume = {
        var token = VolumeProjection()
        token.serviceAccountToken = ServiceAccountTokenProjection {
            $0.expirationSeconds = 3607
            $0.path = "token"
        }
        var authority = VolumeProjection()
        authority.configMap = ConfigMapProjection {
            $0.localObjectReference.name = "kube-root-ca.crt"
            $0.items = [
                KeyToPath {
                    $0.key = "ca.crt"
                    $0.path = "ca.crt"
                }
            ]
        }
        var namespace = VolumeProjection()
        namespace.downwardAPI = DownwardAPIProjection {
            $0.items = [
                DownwardAPIVolumeFile {
                    $0.path = "namespace"
                    $0.fieldRef = ObjectFieldSelector {
                        $0.apiVersion = "v1"
                        $0.fieldPath = "metadata.namespace"
                    }
                }
            ]
        }
        let sources = [token, authority, namespace]
        return Volume {
            $0.volumeSource.projected = ProjectedVolumeSource {
                $0.sources = sources
                $0.defaultMode = 0o644
            }
        }
    }()
}
