// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// How much the processes of a container may do: the container's settings over those of its pod.
enum ContainerSecurity {
    private static let maskedPaths = [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
        "/sys/devices/virtual/powercap",
    ]
    private static let readOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]

    /// The namespaces of a pod's containers.
    static func namespaces(_ spec: PodSpec) -> CRI.NamespaceOptions {
        CRI.NamespaceOptions(
            network: spec.hostNetwork ? .node : .pod,
            pid: spec.hostPID ? .node : (spec.shareProcessNamespace == true ? .pod : .container),
            ipc: spec.hostIPC ? .node : .pod)
    }

    /// - Parameter targetID: ID of the container whose process namespace an ephemeral container shares.
    static func context(
        _ container: Container, in pod: Pod, targetID: String? = nil, seccompRoot: String
    ) -> CRI.LinuxSecurityContext {
        let own = container.securityContext, shared = pod.spec.securityContext
        var result = CRI.LinuxSecurityContext()
        result.namespaces = namespaces(pod.spec)
        result.namespaces.pidTarget = targetID
        result.privileged = own?.privileged ?? false
        result.addCapabilities = own?.capabilities?.add ?? []
        result.dropCapabilities = own?.capabilities?.drop ?? []
        result.runAsUser = own?.runAsUser ?? shared?.runAsUser
        result.runAsGroup = own?.runAsGroup ?? shared?.runAsGroup
        result.readOnlyRootFilesystem = own?.readOnlyRootFilesystem ?? false
        result.supplementalGroups = groups(shared)
        result.noNewPrivileges = own?.allowPrivilegeEscalation == false
        if own?.procMount != "Unmasked" && !result.privileged {
            result.maskedPaths = maskedPaths
            result.readOnlyPaths = readOnlyPaths
        }
        result.seccomp = seccomp(own?.seccompProfile ?? shared?.seccompProfile, root: seccompRoot)
        result.appArmor = appArmor(own?.appArmorProfile ?? shared?.appArmorProfile)
        result.seLinux = seLinux(own?.seLinuxOptions ?? shared?.seLinuxOptions)
        return result
    }

    /// The sandbox's part of a pod's settings.
    static func sandbox(_ pod: Pod, seccompRoot: String) -> CRI.LinuxPodSandboxConfig {
        let shared = pod.spec.securityContext
        var result = CRI.LinuxPodSandboxConfig()
        result.namespaces = namespaces(pod.spec)
        result.runAsUser = shared?.runAsUser
        result.runAsGroup = shared?.runAsGroup
        result.supplementalGroups = groups(shared)
        result.seccomp = seccomp(shared?.seccompProfile, root: seccompRoot)
        result.seLinux = seLinux(shared?.seLinuxOptions)
        result.privileged = pod.everyContainer.contains { $0.spec.securityContext?.privileged == true }
        for setting in shared?.sysctls ?? [] { result.sysctls[setting.name] = setting.value }
        return result
    }

    /// Refuses to run as root what must not.
    ///
    /// - Throws: `WiringError`, in Kubernetes' words.
    static func verifyNonRoot(_ container: Container, in pod: Pod, image: CRI.Image?) throws(WiringError) {
        let own = container.securityContext, shared = pod.spec.securityContext
        guard own?.runAsNonRoot ?? shared?.runAsNonRoot ?? false else { return }
        let place = "(pod: \"\(pod.longName)\", container: \(container.name))"
        if let user = own?.runAsUser ?? shared?.runAsUser {
            if user == 0 { throw WiringError("container's runAsUser breaks non-root policy \(place)") }
            return
        }
        if let user = image?.username, !user.isEmpty {
            throw WiringError(
                "container has runAsNonRoot and image has non-numeric user (\(user)), cannot verify user is non-root \(place)"
            )
        }
        if (image?.uid ?? 0) == 0 {
            throw WiringError("container has runAsNonRoot and image will run as root \(place)")
        }
    }

    private static func groups(_ shared: PodSecurityContext?) -> [Int64] {
        (shared?.supplementalGroups ?? []) + [shared?.fsGroup].compactMap { $0 }
    }

    private static func seccomp(_ profile: SeccompProfile?, root: String) -> CRI.SecurityProfile {
        switch profile?.type {
        case "RuntimeDefault": .runtimeDefault
        case "Localhost": .localhost(root + "/" + (profile?.localhostProfile ?? ""))
        default: .unconfined
        }
    }

    private static func appArmor(_ profile: AppArmorProfile?) -> CRI.SecurityProfile? {
        switch profile?.type {
        case "RuntimeDefault": .runtimeDefault
        case "Unconfined": .unconfined
        case "Localhost": .localhost(profile?.localhostProfile ?? "")
        default: nil
        }
    }

    private static func seLinux(_ options: SELinuxOptions?) -> CRI.SELinuxOptions? {
        guard let options else { return nil }
        var result = CRI.SELinuxOptions()
        result.user = options.user
        result.role = options.role
        result.type = options.type
        result.level = options.level
        return result
    }
}
