// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Annotations of pods and of templates that mean something.
enum PodAnnotationRules {
    static let mirror = "kubernetes.io/config.mirror"
    private static let deletionCost = "controller.kubernetes.io/pod-deletion-cost"
    private static let podSeccomp = "seccomp.security.alpha.kubernetes.io/pod"
    private static let containerSeccomp = "container.seccomp.security.alpha.kubernetes.io/"
    private static let containerAppArmor = "container.apparmor.security.beta.kubernetes.io/"

    static func validate(_ annotations: [String: String], _ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        guard !annotations.isEmpty else { return [] }
        var errors: [FieldError] = []
        if let value = annotations[mirror], spec.nodeName.isEmpty {
            let text = "must set spec.nodeName if mirror pod annotation is set"
            errors.append(.invalid(path.key(mirror), value, text))
        }
        if let cost = annotations[deletionCost], !isCost(cost) {
            errors.append(.invalid(path.key(deletionCost), cost, "must be a 32bit integer"))
        }
        guard namesProfiles(annotations) else { return errors }
        if let profile = annotations[podSeccomp] { errors += seccomp(profile, path.child(podSeccomp)) }
        for (key, profile) in annotations.sorted(by: { $0.key < $1.key }) {
            if key.hasPrefix(containerSeccomp) { errors += seccomp(profile, path.child(key)) }
            guard key.hasPrefix(containerAppArmor) else { continue }
            let name = String(key.dropFirst(containerAppArmor.count))
            if !spec.allContainers(path).contains(where: { $0.0.name == name }) {
                errors.append(.invalid(path.key(key), name, "container not found"))
            }
            if !["", "runtime/default", "unconfined"].contains(profile), !profile.hasPrefix("localhost/") {
                let text = "invalid AppArmor profile name: \(GoText.quote(profile))"
                errors.append(.invalid(path.key(key), profile, text))
            }
        }
        return errors
    }

    /// A number of 32 bits without a plus sign and without zeros before it.
    private static func isCost(_ text: String) -> Bool {
        guard let number = Int32(text) else { return false }
        return !text.hasPrefix("+") && (text == "0" || !text.hasPrefix("0") || number == 0 && text.count == 1)
    }

    private static func seccomp(_ profile: String, _ path: FieldPath) -> [FieldError] {
        if ["runtime/default", "docker/default", "unconfined"].contains(profile) { return [] }
        guard profile.hasPrefix("localhost/") else {
            return [.invalid(path, profile, "must be a valid seccomp profile")]
        }
        return ValueRules.relativePath(String(profile.dropFirst("localhost/".count)), path)
    }

    /// Where an annotation and a field say which profile confines a container, they must say the same.
    static func profiles(_ annotations: [String: String], _ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        guard namesProfiles(annotations) else { return [] }
        var errors: [FieldError] = []
        if let profile = spec.securityContext?.seccompProfile, let text = annotations[podSeccomp] {
            errors += match(profile.type, profile.localhostProfile, text, "seccomp", path.child("securityContext"))
        }
        for (container, at) in spec.allContainers(path) {
            guard let profile = container.securityContext?.seccompProfile,
                let text = annotations[containerSeccomp + container.name]
            else { continue }
            errors += match(profile.type, profile.localhostProfile, text, "seccomp", at.child("securityContext"))
        }
        guard spec.os?.name != "windows" else { return errors }
        for (container, at) in spec.allContainers(path) {
            let own = container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile
            guard let profile = own, let text = annotations[containerAppArmor + container.name] else { continue }
            errors += match(profile.type, profile.localhostProfile, text, "apparmor", at.child("securityContext"))
        }
        return errors
    }

    /// Whether any annotation can be one of those that name a profile.
    private static func namesProfiles(_ annotations: [String: String]) -> Bool {
        annotations.keys.contains {
            $0.hasPrefix(containerSeccomp) || $0.hasPrefix(containerAppArmor) || $0 == podSeccomp
        }
    }

    private static func match(
        _ type: String, _ file: String?, _ text: String, _ kind: String, _ context: FieldPath
    ) -> [FieldError] {
        let path = context.child(kind == "seccomp" ? "seccompProfile" : "appArmorProfile")
        let other = FieldError.forbidden(path.child("type"), "\(kind) type in annotation and field must match")
        switch type {
        case "Unconfined": return text == "unconfined" ? [] : [other]
        case "RuntimeDefault":
            return text == "runtime/default" || kind == "seccomp" && text == "docker/default" ? [] : [other]
        case "Localhost":
            guard text.hasPrefix("localhost/") else { return [other] }
            guard file != String(text.dropFirst("localhost/".count)) else { return [] }
            let shown = "\(kind) profile in annotation and field must match"
            return [.forbidden(path.child("localhostProfile"), shown)]
        default: return []
        }
    }

    /// Annotations that say what a pod is may not change.
    static func change(of pod: Pod, from old: Pod) -> [FieldError] {
        let path = FieldPath("metadata", "annotations")
        let (new, before) = (pod.metadata.annotations, old.metadata.annotations)
        var errors: [FieldError] = []
        for (key, value) in before.sorted(by: { $0.key < $1.key }) where new[key] != value {
            if key.hasPrefix(containerAppArmor) {
                errors.append(.forbidden(path.key(key), "may not remove or update AppArmor annotations"))
            }
            if key == mirror {
                errors.append(.forbidden(path.key(key), "may not remove or update mirror pod annotation"))
            }
        }
        for key in new.keys.sorted() where before[key] == nil {
            if key.hasPrefix(containerAppArmor) {
                errors.append(.forbidden(path.key(key), "may not add AppArmor annotations"))
            }
            if key == mirror { errors.append(.forbidden(path.key(key), "may not add mirror pod annotation")) }
        }
        return errors + validate(new, pod.spec, path)
    }
}
