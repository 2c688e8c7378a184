// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Security contexts of containers and pods.
enum SecurityContextRules {
    static func container(_ context: SecurityContext, hostUsers: Bool?, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.userID(context.runAsUser, path.child("runAsUser"))
        errors += ValueRules.userID(context.runAsGroup, path.child("runAsGroup"))
        errors += ValueRules.oneOf(context.procMount, ["Default", "Unmasked"], path.child("procMount"))
        if context.procMount == "Unmasked", hostUsers != false {
            errors.append(.invalid(path.child("procMount"), "Unmasked", "`hostUsers` must be false to use `Unmasked`"))
        }
        errors += seccomp(context.seccompProfile, path.child("seccompProfile"))
        if context.allowPrivilegeEscalation == false {
            let shown = InternalForm.json(context, "core/v1.SecurityContext")
            if context.privileged == true {
                let text = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
                errors.append(.invalid(path, shown, text))
            }
            for name in context.capabilities?.add ?? [] where name == "CAP_SYS_ADMIN" {
                let text = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
                errors.append(.invalid(path, shown, text))
            }
        }
        errors += WindowsRules.options(context.windowsOptions, path.child("windowsOptions"))
        errors += appArmor(context.appArmorProfile, path.child("appArmorProfile"))
        return errors
    }

    static func pod(_ context: PodSecurityContext, of spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.userID(context.fsGroup, path.child("fsGroup"))
        errors += ValueRules.userID(context.runAsUser, path.child("runAsUser"))
        errors += ValueRules.userID(context.runAsGroup, path.child("runAsGroup"))
        for (index, group) in context.supplementalGroups.enumerated() {
            errors += ValueRules.userID(group, path.child("supplementalGroups").index(index))
        }
        if spec.shareProcessNamespace == true, spec.hostPID {
            let text = "ShareProcessNamespace and HostPID cannot both be enabled"
            errors.append(.invalid(path.child("shareProcessNamespace"), true, text))
        }
        errors += sysctls(context.sysctls, of: spec, path.child("sysctls"))
        errors += ValueRules.oneOf(
            context.fsGroupChangePolicy, ["Always", "OnRootMismatch"], path.child("fsGroupChangePolicy"))
        errors += seccomp(context.seccompProfile, path.child("seccompProfile"))
        errors += WindowsRules.options(context.windowsOptions, path.child("windowsOptions"))
        errors += appArmor(context.appArmorProfile, path.child("appArmorProfile"))
        errors += ValueRules.oneOf(
            context.supplementalGroupsPolicy, ["Merge", "Strict"], path.child("supplementalGroupsPolicy"))
        return errors
            + ValueRules.oneOf(
                context.seLinuxChangePolicy, ["MountOption", "Recursive"], path.child("seLinuxChangePolicy"))
    }

    private static func sysctls(_ sysctls: [Sysctl], of spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, sysctl) in sysctls.enumerated() {
            let at = path.index(index).child("name")
            if sysctl.name.isEmpty {
                errors.append(.required(at))
            } else if !isSysctl(sysctl.name) {
                let pattern = #"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"#
                errors.append(.invalid(at, sysctl.name, "must have at most 253 characters and match regex " + pattern))
            } else if names.contains(sysctl.name) {
                errors.append(.duplicate(at, sysctl.name))
            }
            names.insert(sysctl.name)
            // what belongs to a namespace is not the pod's where the pod has the host's
            let name = sysctl.name.replacingSlashes
            if spec.hostNetwork, name.hasPrefix("net.") {
                errors.append(.invalid(at, sysctl.name, "may not be specified when 'hostNetwork' is true"))
            } else if spec.hostIPC, isOfIPC(name) {
                errors.append(.invalid(at, sysctl.name, "may not be specified when 'hostIPC' is true"))
            }
        }
        return errors
    }

    private static func isOfIPC(_ name: String) -> Bool {
        name == "kernel.sem" || ["kernel.shm", "kernel.msg", "fs.mqueue."].contains(where: name.hasPrefix)
    }

    private static func isSysctl(_ name: String) -> Bool {
        name.utf8.count <= 253
            && name.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }.allSatisfy { part in
                guard let first = part.utf8.first, let last = part.utf8.last else { return false }
                return NameRules.isLowerAlnum(first) && NameRules.isLowerAlnum(last)
                    && part.utf8.allSatisfy {
                        NameRules.isLowerAlnum($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }

    private static let profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"]

    private static func seccomp(_ profile: SeccompProfile?, _ path: FieldPath) -> [FieldError] {
        guard let profile else { return [] }
        var errors: [FieldError] = []
        if profile.type.isEmpty {
            errors.append(.required(path.child("type"), "type is required when seccompProfile is set"))
        } else {
            errors += ValueRules.oneOf(profile.type, profileTypes, path.child("type"))
        }
        let file = path.child("localhostProfile")
        if profile.type == "Localhost" {
            guard let name = profile.localhostProfile else {
                return errors + [.required(file, "must be set when seccomp type is Localhost")]
            }
            return errors + ValueRules.relativePath(name, file)
        }
        guard profile.localhostProfile != nil else { return errors }
        let shown = InternalForm.json(profile, "core/v1.SeccompProfile")
        return errors + [.invalid(file, shown, "can only be set when seccomp type is Localhost")]
    }

    private static func appArmor(_ profile: AppArmorProfile?, _ path: FieldPath) -> [FieldError] {
        guard let profile else { return [] }
        if profile.type.isEmpty {
            return [.required(path.child("type"), "type is required when appArmorProfile is set")]
        }
        guard profileTypes.contains(profile.type) else {
            return [.notSupported(path.child("type"), profile.type, profileTypes)]
        }
        let file = path.child("localhostProfile")
        guard profile.type == "Localhost" else {
            guard let name = profile.localhostProfile else { return [] }
            return [.invalid(file, name, "can only be set when AppArmor type is Localhost")]
        }
        let missing = FieldError.required(file, "must be set when AppArmor type is Localhost")
        guard let name = profile.localhostProfile else { return [missing] }
        var errors: [FieldError] = []
        if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
            errors.append(.invalid(file, name, "must not be padded with whitespace"))
        } else if name.isEmpty {
            errors.append(missing)
        }
        if name.utf8.count > 4095 { errors.append(.tooLong(file, limit: 4095)) }
        return errors
    }
}

extension String {
    /// The name of a sysctl with dots, as it may be written with slashes.
    fileprivate var replacingSlashes: String { String(map { $0 == "/" ? "." : $0 }) }
}
