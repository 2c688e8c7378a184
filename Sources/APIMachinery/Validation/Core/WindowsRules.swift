// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What pods say of Windows.
enum WindowsRules {
    private static let specificationLimit = 64

    static func options(_ options: WindowsSecurityContextOptions?, _ path: FieldPath) -> [FieldError] {
        guard let options else { return [] }
        var errors: [FieldError] = []
        if let name = options.gmsaCredentialSpecName {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("gmsaCredentialSpecName"), name, $0) }
        }
        if let text = options.gmsaCredentialSpec {
            let at = path.child("gmsaCredentialSpec")
            if text.isEmpty {
                errors.append(.invalid(at, text, "gmsaCredentialSpec cannot be an empty string"))
            } else if text.utf8.count > specificationLimit * 1024 {
                errors.append(.invalid(at, text, "gmsaCredentialSpec size must be under \(specificationLimit) KiB"))
            }
        }
        if let name = options.runAsUserName {
            errors += userName(name).map { .invalid(path.child("runAsUserName"), name, "runAsUserName" + $0) }
        }
        return errors
    }

    /// What is wrong with `DOMAIN\user`, without the first word.
    private static func userName(_ name: String) -> [String] {
        if name.isEmpty { return [" cannot be an empty string"] }
        if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return [" cannot contain control characters"] }
        let parts = name.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 2 { return [" cannot contain more than one backslash"] }
        var faults: [String] = []
        let user = parts[parts.count - 1]
        if parts.count == 2 {
            if parts[0].utf8.count >= 256 { faults.append("'s Domain length must be under 256 characters") }
            if !isDomain(parts[0]) { faults.append("'s Domain doesn't match the NetBios nor the DNS format") }
        }
        if user.isEmpty {
            faults.append("'s User cannot be empty")
        } else if user.utf8.count > 104 {
            faults.append("'s User length must not be longer than 104 characters")
        }
        if !user.isEmpty, user.allSatisfy({ $0 == "." || $0 == " " }) {
            faults.append("'s User cannot contain only periods or spaces")
        }
        if user.contains(where: { #""/\:;|=,+*?<>@[]"#.contains($0) }) {
            faults.append(#"'s User cannot contain the following characters: "/\:;|=,+*?<>@[]"#)
        }
        return faults
    }

    private static func isDomain(_ domain: String) -> Bool {
        let bytes = Array(domain.utf8)
        let isNetBios =
            (1...15).contains(bytes.count) && bytes.first != UInt8(ascii: ".")
            && !domain.contains { #"\/:*?"<>|"#.contains($0) }
        let isDNS = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last, label.count <= 63 else { return false }
            let isEdge = { (byte: UInt8) in NameRules.isLetter(byte) || NameRules.isDigit(byte) }
            return isEdge(first) && isEdge(last) && label.allSatisfy { isEdge($0) || $0 == UInt8(ascii: "-") }
        }
        return isNetBios || isDNS
    }

    /// Host process containers: all of a pod's or none, and only on the host's network.
    static func hostProcess(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        let whole = spec.securityContext?.windowsOptions?.hostProcess
        guard whole != nil || spec.hasWindowsContainers else { return [] }
        var errors: [FieldError] = []
        var (count, hostCount) = (0, 0)
        for (container, at) in spec.allContainers(path) {
            count += 1
            let own = container.securityContext?.windowsOptions?.hostProcess
            if let whole, let own, whole != own {
                let text = "pod hostProcess value must be identical if both are specified, was \(whole)"
                errors.append(
                    .invalid(at.child("securityContext", "windowsOptions", "hostProcess"), .bool(own), text))
            }
            if own ?? whole ?? false { hostCount += 1 }
        }
        guard hostCount > 0 else { return errors }
        if hostCount != count {
            let text =
                "If pod contains any hostProcess containers then all containers must be HostProcess containers"
            errors.append(.invalid(path, "", text))
        }
        if !spec.hostNetwork {
            let text = "hostNetwork must be true if pod contains any hostProcess containers"
            errors.append(.invalid(path.child("hostNetwork"), false, text))
        }
        return errors
    }

    /// Windows has its own options, which pods of Linux cannot have, and nothing of Linux.
    static func operatingSystem(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        guard let os = spec.os else { return [] }
        if os.name.isEmpty { return [.required(path.child("os", "name"), "cannot be empty")] }
        switch os.name {
        case "linux": return linux(spec, path)
        case "windows": return windows(spec, path)
        default: return [.notSupported(path.child("os"), os.name, ["linux", "windows"])]
        }
    }

    private static func linux(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        let text = "windows options cannot be set for a linux pod"
        var errors: [FieldError] = []
        if spec.securityContext?.windowsOptions != nil {
            errors.append(.forbidden(path.child("securityContext", "windowsOptions"), text))
        }
        for (container, at) in spec.allContainers(path) where container.securityContext?.windowsOptions != nil {
            errors.append(.forbidden(at.child("securityContext", "windowsOptions"), text))
        }
        return errors
    }

    private static func windows(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        let text = "cannot be set for a windows pod"
        let context = spec.securityContext ?? PodSecurityContext()
        let own = path.child("securityContext")
        let set: [(FieldPath, Bool)] = [
            (own.child("appArmorProfile"), context.appArmorProfile != nil),
            (own.child("seLinuxOptions"), context.seLinuxOptions != nil),
            (path.child("hostUsers"), spec.hostUsers != nil), (path.child("hostPID"), spec.hostPID),
            (path.child("hostIPC"), spec.hostIPC), (own.child("seccompProfile"), context.seccompProfile != nil),
            (own.child("fsGroup"), context.fsGroup != nil),
            (own.child("fsGroupChangePolicy"), context.fsGroupChangePolicy != nil),
            (own.child("sysctls"), !context.sysctls.isEmpty),
            (path.child("shareProcessNamespace"), spec.shareProcessNamespace != nil),
            (own.child("runAsUser"), context.runAsUser != nil), (own.child("runAsGroup"), context.runAsGroup != nil),
            (own.child("supplementalGroups"), !context.supplementalGroups.isEmpty),
            (own.child("supplementalGroupsPolicy"), context.supplementalGroupsPolicy != nil),
            (own.child("seLinuxChangePolicy"), context.seLinuxChangePolicy != nil),
        ]
        var errors: [FieldError] = set.filter(\.1).map { .forbidden($0.0, text) }
        for (container, at) in spec.allContainers(path) {
            guard let context = container.securityContext else { continue }
            let set: [(String, Bool)] = [
                ("appArmorProfile", context.appArmorProfile != nil), ("seLinuxOptions", context.seLinuxOptions != nil),
                ("seccompProfile", context.seccompProfile != nil), ("capabilities", context.capabilities != nil),
                ("readOnlyRootFilesystem", context.readOnlyRootFilesystem != nil),
                ("privileged", context.privileged != nil),
                ("allowPrivilegeEscalation", context.allowPrivilegeEscalation != nil),
                ("procMount", context.procMount != nil), ("runAsUser", context.runAsUser != nil),
                ("runAsGroup", context.runAsGroup != nil),
            ]
            errors += set.filter(\.1).map { .forbidden(at.child("securityContext", $0.0), text) }
        }
        return errors
    }
}

extension PodSpec {
    /// Whether any container has options for Windows.
    fileprivate var hasWindowsContainers: Bool {
        containers.contains { $0.securityContext?.windowsOptions != nil }
            || initContainers.contains { $0.securityContext?.windowsOptions != nil }
            || ephemeralContainers.contains { $0.ephemeralContainerCommon.securityContext?.windowsOptions != nil }
    }

    /// All containers with their paths, in upstream's order of visiting.
    func allContainers(_ path: FieldPath) -> [(Container, FieldPath)] {
        initContainers.enumerated().map { ($1, path.child("initContainers").index($0)) }
            + containers.enumerated().map { ($1, path.child("containers").index($0)) }
            + ephemeralContainers.enumerated().map {
                (Container($1.ephemeralContainerCommon), path.child("ephemeralContainers").index($0))
            }
    }
}
