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
            let goName = goForm(context)
            if context.privileged == true {
                let text = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
                errors.append(.invalid(path, goName, text))
            }
            if context.capabilities?.add.contains("CAP_SYS_ADMIN") == true {
                let text = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
                errors.append(.invalid(path, goName, text))
            }
        }
        errors += appArmor(context.appArmorProfile, path.child("appArmorProfile"))
        return errors
    }

    /// The context as upstream's internal type shows it: Go's field names, absent ones as `null`.
    private static func goForm(_ context: SecurityContext) -> JSONValue {
        let bool = { (value: Bool?) in value.map { JSONValue.bool($0) } ?? .null }
        let int = { (value: Int64?) in value.map { JSONValue.int($0) } ?? .null }
        let capabilities = context.capabilities.map { capabilities -> JSONValue in
            let list = { (names: [String]) in names.isEmpty ? JSONValue.null : ValueRules.json(names) }
            return ["Add": list(capabilities.add), "Drop": list(capabilities.drop)]
        }
        let profile = { (type: String, file: String?) -> JSONValue in
            ["Type": .string(type), "LocalhostProfile": file.map { .string($0) } ?? .null]
        }
        return [
            "Capabilities": capabilities ?? .null, "Privileged": bool(context.privileged),
            "SELinuxOptions": context.seLinuxOptions.map { JSONValue(encoding: $0) } ?? .null,
            "WindowsOptions": context.windowsOptions.map { JSONValue(encoding: $0) } ?? .null,
            "RunAsUser": int(context.runAsUser), "RunAsGroup": int(context.runAsGroup),
            "RunAsNonRoot": bool(context.runAsNonRoot), "ReadOnlyRootFilesystem": bool(context.readOnlyRootFilesystem),
            "AllowPrivilegeEscalation": bool(context.allowPrivilegeEscalation),
            "ProcMount": context.procMount.map { .string($0) } ?? .null,
            "SeccompProfile": context.seccompProfile.map { profile($0.type, $0.localhostProfile) } ?? .null,
            "AppArmorProfile": context.appArmorProfile.map { profile($0.type, $0.localhostProfile) } ?? .null,
        ]
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
            errors.append(.invalid(FieldPath("spec").child("shareProcessNamespace"), true, text))
        }
        errors += sysctls(context.sysctls, path.child("sysctls"))
        errors += ValueRules.oneOf(
            context.fsGroupChangePolicy, ["Always", "OnRootMismatch"], path.child("fsGroupChangePolicy"))
        errors += seccomp(context.seccompProfile, path.child("seccompProfile"))
        errors += ValueRules.oneOf(
            context.supplementalGroupsPolicy, ["Merge", "Strict"], path.child("supplementalGroupsPolicy"))
        errors += ValueRules.oneOf(
            context.seLinuxChangePolicy, ["MountOption", "Recursive"], path.child("seLinuxChangePolicy"))
        errors += appArmor(context.appArmorProfile, path.child("appArmorProfile"))
        if spec.os?.name == "windows" { errors += linuxOnly(context, path) }
        return errors
    }

    private static func linuxOnly(_ context: PodSecurityContext, _ path: FieldPath) -> [FieldError] {
        let set: [(String, Bool)] = [
            ("appArmorProfile", context.appArmorProfile != nil), ("seLinuxOptions", context.seLinuxOptions != nil),
            ("seccompProfile", context.seccompProfile != nil), ("fsGroup", context.fsGroup != nil),
            ("fsGroupChangePolicy", context.fsGroupChangePolicy != nil), ("sysctls", !context.sysctls.isEmpty),
            ("runAsUser", context.runAsUser != nil), ("runAsGroup", context.runAsGroup != nil),
            ("supplementalGroups", !context.supplementalGroups.isEmpty),
        ]
        return set.filter(\.1).map { .forbidden(path.child($0.0), "cannot be set for a windows pod") }
    }

    private static func sysctls(_ sysctls: [Sysctl], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, sysctl) in sysctls.enumerated() {
            let at = path.index(index).child("name")
            if sysctl.name.isEmpty {
                errors.append(.required(at))
            } else if !isSysctl(sysctl.name) {
                let pattern = #"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"#
                errors.append(.invalid(at, sysctl.name, "must have at most 253 characters and match regex " + pattern))
            } else if !names.insert(sysctl.name).inserted {
                errors.append(.duplicate(at, sysctl.name))
            }
        }
        return errors
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
        if profile.type.isEmpty {
            return [.required(path.child("type"), "type is required when seccompProfile is set")]
        }
        guard profileTypes.contains(profile.type) else {
            return [.notSupported(path.child("type"), profile.type, profileTypes)]
        }
        let file = path.child("localhostProfile")
        if profile.type == "Localhost" {
            guard let name = profile.localhostProfile else {
                return [.required(file, "must be set when seccomp type is Localhost")]
            }
            return ValueRules.relativePath(name, file)
        }
        guard let name = profile.localhostProfile else { return [] }
        let shown: JSONValue = ["Type": .string(profile.type), "LocalhostProfile": .string(name)]
        return [.invalid(file, shown, "can only be set when seccomp type is Localhost")]
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
        guard let name = profile.localhostProfile else {
            return [.required(file, "must be set when AppArmor type is Localhost")]
        }
        if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
            return [.invalid(file, name, "must not be padded with whitespace")]
        }
        if name.isEmpty { return [.required(file, "must be set when AppArmor type is Localhost")] }
        return name.utf8.count > 4095 ? [.tooLong(file, limit: 4095)] : []
    }
}
