// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// AppArmor profiles that a pod asks for by the annotations from before there was a field.
///
/// - SeeAlso: "Version skew strategy" of KEP-24.
enum PodAppArmor {
    private static let annotation = "container.apparmor.security.beta.kubernetes.io/"

    /// Gives containers without a profile the one of their annotation.
    static func applyAnnotations(to pod: inout Pod) {
        guard pod.spec.os?.name != "windows",
            pod.metadata.annotations.keys.contains(where: { $0.hasPrefix(annotation) })
        else { return }
        let annotations = pod.metadata.annotations
        func apply(_ container: inout Container) {
            guard container.securityContext?.appArmorProfile == nil,
                let profile = annotations[annotation + container.name].flatMap(profile)
            else { return }
            var security = container.securityContext ?? SecurityContext()
            security.appArmorProfile = profile
            container.securityContext = security
        }
        for index in pod.spec.initContainers.indices { apply(&pod.spec.initContainers[index]) }
        for index in pod.spec.containers.indices { apply(&pod.spec.containers[index]) }
    }

    /// nil for an annotation that says nothing a field can say.
    private static func profile(_ text: String) -> AppArmorProfile? {
        switch text {
        case "unconfined": return AppArmorProfile { $0.type = "Unconfined" }
        case "runtime/default": return AppArmorProfile { $0.type = "RuntimeDefault" }
        default:
            let prefix = "localhost/"
            guard text.hasPrefix(prefix), text.count > prefix.count else { return nil }
            return AppArmorProfile {
                $0.type = "Localhost"
                $0.localhostProfile = String(text.dropFirst(prefix.count))
            }
        }
    }
}
