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

    let accounts: ResourceCache
    let names: NameGenerator

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Pod.self) { pod, _, context in
            guard context.operation == .create else { return }
            try await admit(&pod, namespace: context.namespace)
        }
    }

    private func admit(_ pod: inout Pod, namespace: String) async throws {
        if pod.metadata.annotations[Self.mirrorAnnotation] != nil {
            guard pod.spec.serviceAccountName.isEmpty else {
                throw APIStatusError.forbidden(
                    Pod.resource, pod.metadata.name, "a mirror pod may not reference service accounts")
            }
            return
        }
        // `serviceAccount` is the old name of the field
        if pod.spec.serviceAccountName.isEmpty { pod.spec.serviceAccountName = pod.spec.serviceAccount }
        if pod.spec.serviceAccountName.isEmpty { pod.spec.serviceAccountName = "default" }
        pod.spec.serviceAccount = pod.spec.serviceAccountName
        guard let account = try await account(namespace: namespace, name: pod.spec.serviceAccountName) else {
            throw APIStatusError.forbidden(
                Pod.resource, pod.metadata.name,
                "error looking up service account \(namespace)/\(pod.spec.serviceAccountName): serviceaccount "
                    + "\(GoText.quote(pod.spec.serviceAccountName)) not found")
        }
        if pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true {
            Self.mountToken(in: &pod, suffix: names.name(from: "kube-api-access-"))
        }
        if pod.spec.imagePullSecrets.isEmpty { pod.spec.imagePullSecrets = account.imagePullSecrets }
    }

    private func account(namespace: String, name: String) async throws -> ServiceAccount? {
        try await accounts.get(namespace: namespace, name: name)
            .map { try JSONCoding.decode(ServiceAccount.self, from: $0.bytes) }
    }

    /// Adds the projected volume, and mounts it in every container that does not mount something there itself.
    static func mountToken(in pod: inout Pod, suffix volumeName: String) {
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
        for index in pod.spec.initContainers.indices { mount(&pod.spec.initContainers[index].volumeMounts) }
        for index in pod.spec.containers.indices { mount(&pod.spec.containers[index].volumeMounts) }
        if isNeeded { pod.spec.volumes.append(tokenVolume(volumeName)) }
    }

    private static func tokenVolume(_ name: String) -> Volume {
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
            $0.name = name
            $0.volumeSource.projected = ProjectedVolumeSource {
                $0.sources = sources
                $0.defaultMode = 0o644
            }
        }
    }
}
