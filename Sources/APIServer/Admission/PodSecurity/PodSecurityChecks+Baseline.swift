// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI

extension PodSecurityChecks {
    /// By name.
    static let baseline: [PodSecurityCheck] = [
        PodSecurityCheck("appArmorProfile", .baseline, appArmor),
        PodSecurityCheck("capabilities_baseline", .baseline) { capabilities($0) },
        PodSecurityCheck("hostNamespaces", .baseline, hostNamespaces),
        PodSecurityCheck("hostPathVolumes", .baseline, hostPaths),
        PodSecurityCheck("hostPorts", .baseline, hostPorts),
        PodSecurityCheck("hostProbesAndHostLifecycle", .baseline, since: 34, probeHosts),
        PodSecurityCheck("privileged", .baseline, privileged),
        PodSecurityCheck(
            "procMount", .baseline, forms: [(0, procMount), (35, { $0.hasOwnUsers ? nil : procMount($0) })]),
        PodSecurityCheck(
            "seLinuxOptions", .baseline,
            forms: [
                (0, { seLinux($0, types: seLinuxTypes) }),
                (31, { seLinux($0, types: seLinuxTypes.union(["container_engine_t"])) }),
            ]),
        PodSecurityCheck(
            "seccompProfile_baseline", .baseline, forms: [(0, seccompAnnotations), (19, { seccomp($0) })]),
        PodSecurityCheck(
            "sysctls", .baseline, forms: [0, 27, 29, 32].map { minor in (minor, { sysctls($0, minor: minor) }) }),
        PodSecurityCheck("windowsHostProcess", .baseline, hostProcess),
    ]

    private static let addableCapabilities: Set = [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
        "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ]
    private static let seLinuxTypes: Set = ["", "container_t", "container_init_t", "container_kvm_t"]
    /// Safe sysctls and the minor version since which they are.
    private static let safeSysctls: [String: Int] = [
        "kernel.shm_rmid_forced": 0, "net.ipv4.ip_local_port_range": 0, "net.ipv4.tcp_syncookies": 0,
        "net.ipv4.ping_group_range": 0, "net.ipv4.ip_unprivileged_port_start": 0,
        "net.ipv4.ip_local_reserved_ports": 27, "net.ipv4.tcp_keepalive_time": 29, "net.ipv4.tcp_fin_timeout": 29,
        "net.ipv4.tcp_keepalive_intvl": 29, "net.ipv4.tcp_keepalive_probes": 29, "net.ipv4.tcp_rmem": 32,
        "net.ipv4.tcp_wmem": 32,
    ]
    private static let appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/"
    private static let seccompPodAnnotation = "seccomp.security.alpha.kubernetes.io/pod"
    private static let seccompAnnotation = "container.seccomp.security.alpha.kubernetes.io/"

    @Sendable private static func appArmor(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        func isBad(_ profile: AppArmorProfile?) -> Bool {
            guard let profile else { return false }
            return profile.type != "RuntimeDefault" && profile.type != "Localhost"
        }
        let podProfile = subject.spec.securityContext?.appArmorProfile
        let bad = subject.parts.filter { isBad($0.security?.appArmorProfile) }
        var values = Set(bad.compactMap { $0.security?.appArmorProfile?.type })
        if isBad(podProfile), let podProfile { values.insert(podProfile.type) }
        let annotations = subject.annotations.filter { key, value in
            key.hasPrefix(appArmorAnnotation) && !value.isEmpty && value != "runtime/default"
                && !value.hasPrefix("localhost/")
        }
        var setters = PodSecurityText.setters(pod: isBad(podProfile), bad.map(\.name))
        if !annotations.isEmpty { setters.append(PodSecurityText.plural("annotation", annotations.count)) }
        guard !setters.isEmpty else { return nil }
        let list = values.sorted() + annotations.map { "\($0.key)=\(GoText.quote($0.value))" }.sorted()
        return PodSecurityViolation(
            reason: PodSecurityText.plural("forbidden AppArmor profile", list.count),
            detail: "\(setters.joined(separator: " and ")) must not set AppArmor profile type to "
                + PodSecurityText.quoted(list))
    }

    @Sendable private static func capabilities(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        func forbidden(_ part: PodSecuritySubject.Part) -> [String] {
            (part.security?.capabilities?.add ?? []).filter { !addableCapabilities.contains($0) }
        }
        let names = subject.names { !forbidden($0).isEmpty }
        guard !names.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "non-default capabilities",
            detail: "\(PodSecurityText.named("container", names)) must not include "
                + "\(PodSecurityText.quoted(Set(subject.parts.flatMap(forbidden)).sorted())) "
                + "in securityContext.capabilities.add")
    }

    @Sendable private static func hostNamespaces(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let shared = [
            ("hostNetwork", subject.spec.hostNetwork), ("hostPID", subject.spec.hostPID),
            ("hostIPC", subject.spec.hostIPC),
        ].filter(\.1)
        guard !shared.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "host namespaces", detail: shared.map { "\($0.0)=true" }.joined(separator: ", "))
    }

    @Sendable private static func hostPaths(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let names = subject.spec.volumes.filter { $0.volumeSource.hostPath != nil }.map(\.name)
        guard !names.isEmpty else { return nil }
        return PodSecurityViolation(reason: "hostPath volumes", detail: PodSecurityText.named("volume", names))
    }

    @Sendable private static func hostPorts(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let names = subject.names { $0.ports.contains { $0.hostPort != 0 } }
        guard !names.isEmpty else { return nil }
        let ports = Set(subject.parts.flatMap(\.ports).map(\.hostPort).filter { $0 != 0 }.map(String.init)).sorted()
        return PodSecurityViolation(
            reason: "hostPort",
            detail: "\(PodSecurityText.named("container", names)) \(names.count == 1 ? "uses" : "use") "
                + "\(PodSecurityText.plural("hostPort", ports.count)) \(ports.joined(separator: ", "))")
    }

    @Sendable private static func probeHosts(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        func hosts(_ part: PodSecuritySubject.Part) -> [String] {
            let probes = part.probes.compactMap { $0?.probeHandler }.flatMap { [$0.httpGet?.host, $0.tcpSocket?.host] }
            let hooks = [part.lifecycle?.postStart, part.lifecycle?.preStop].compactMap { $0 }
                .flatMap { [$0.httpGet?.host, $0.tcpSocket?.host] }
            return (probes + hooks).compactMap { $0 }.filter { !$0.isEmpty }
        }
        let names = Set(subject.names { !hosts($0).isEmpty }).sorted()
        guard !names.isEmpty else { return nil }
        let all = Set(subject.parts.flatMap(hosts)).sorted()
        return PodSecurityViolation(
            reason: "probe or lifecycle host",
            detail: "\(PodSecurityText.named("container", names)) \(names.count == 1 ? "uses" : "use") "
                + PodSecurityText.named("probe or lifecycle host", all))
    }

    @Sendable private static func privileged(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let names = subject.names { $0.security?.privileged == true }
        guard !names.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "privileged",
            detail: "\(PodSecurityText.named("container", names)) must not set securityContext.privileged=true")
    }

    @Sendable static func procMount(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let bad = subject.parts.filter { ($0.security?.procMount ?? "Default") != "Default" }
        guard !bad.isEmpty else { return nil }
        let values = Set(bad.compactMap { $0.security?.procMount }).sorted()
        return PodSecurityViolation(
            reason: "procMount",
            detail: "\(PodSecurityText.named("container", bad.map(\.name))) must not set securityContext.procMount to "
                + PodSecurityText.quoted(values))
    }

    @Sendable private static func seLinux(
        _ subject: PodSecuritySubject, types: Set<String>
    ) -> PodSecurityViolation? {
        func isBad(_ options: SELinuxOptions?) -> Bool {
            guard let options else { return false }
            return !types.contains(options.type) || !options.user.isEmpty || !options.role.isEmpty
        }
        let podOptions = subject.spec.securityContext?.seLinuxOptions
        let bad = subject.parts.filter { isBad($0.security?.seLinuxOptions) }
        let setters = PodSecurityText.setters(pod: isBad(podOptions), bad.map(\.name))
        guard !setters.isEmpty else { return nil }
        let all = [podOptions].compactMap { $0 } + bad.compactMap { $0.security?.seLinuxOptions }
        let badTypes = Set(all.map(\.type).filter { !types.contains($0) }).sorted()
        var faults: [String] = []
        if !badTypes.isEmpty { faults.append(PodSecurityText.named("type", badTypes)) }
        if all.contains(where: { !$0.user.isEmpty }) { faults.append("user may not be set") }
        if all.contains(where: { !$0.role.isEmpty }) { faults.append("role may not be set") }
        return PodSecurityViolation(
            reason: "seLinuxOptions",
            detail: "\(setters.joined(separator: " and ")) set forbidden securityContext.seLinuxOptions: "
                + faults.joined(separator: "; "))
    }

    /// Before 1.19 profiles were asked for by annotations.
    @Sendable private static func seccompAnnotations(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let keys = [seccompPodAnnotation] + subject.parts.map { seccompAnnotation + $0.name }
        let bad = Set(
            keys.compactMap { key -> String? in
                guard let value = subject.annotations[key], value != "runtime/default", value != "docker/default",
                    !value.hasPrefix("localhost/")
                else { return nil }
                return "\(key)=\(GoText.quote(value))"
            }
        ).sorted()
        guard !bad.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "seccompProfile",
            detail: "forbidden \(PodSecurityText.plural("annotation", bad.count)) \(bad.joined(separator: ", "))")
    }

    static func isForbidden(_ profile: SeccompProfile?) -> Bool {
        guard let profile else { return false }
        return profile.type != SeccompProfileType.runtimeDefault && profile.type != SeccompProfileType.localhost
    }

    @Sendable static func seccomp(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let podProfile = subject.spec.securityContext?.seccompProfile
        let bad = subject.parts.filter { isForbidden($0.security?.seccompProfile) }
        let setters = PodSecurityText.setters(pod: isForbidden(podProfile), bad.map(\.name))
        guard !setters.isEmpty else { return nil }
        var values = Set(bad.compactMap { $0.security?.seccompProfile?.type })
        if isForbidden(podProfile), let podProfile { values.insert(podProfile.type) }
        return PodSecurityViolation(
            reason: "seccompProfile",
            detail: "\(setters.joined(separator: " and ")) must not set securityContext.seccompProfile.type to "
                + PodSecurityText.quoted(values.sorted()))
    }

    private static func sysctls(_ subject: PodSecuritySubject, minor: Int) -> PodSecurityViolation? {
        let names = (subject.spec.securityContext?.sysctls ?? []).map(\.name).filter {
            (safeSysctls[$0] ?? .max) > minor
        }
        guard !names.isEmpty else { return nil }
        return PodSecurityViolation(reason: "forbidden sysctls", detail: names.joined(separator: ", "))
    }

    @Sendable private static func hostProcess(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let names = subject.names { $0.security?.windowsOptions?.hostProcess == true }
        let setters = PodSecurityText.setters(
            pod: subject.spec.securityContext?.windowsOptions?.hostProcess == true, names)
        guard !setters.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "hostProcess",
            detail: "\(setters.joined(separator: " and ")) must not set securityContext.windowsOptions.hostProcess=true"
        )
    }
}
